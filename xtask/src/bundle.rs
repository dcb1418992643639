//! `cargo xtask bundle`: builds the folder that operators download.
//!
//! The new folder is built under a temporary name beside the old one, which it replaces once it is
//! complete.

mod check;
mod contents;
mod digests;
mod folder;
mod parts;

use std::path::PathBuf;

use clap::Args;

use crate::build::{build_program, copy_stripped, target_directory};
use crate::command::{Result, output};
use crate::lock::Lock;
use crate::wheel;
use folder::Folder;

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask bundle
  cargo xtask bundle --out /srv/downloads/hsmod --check")]
pub(crate) struct Options {
    /// The folder; an existing one must be a bundle, and is replaced when the new one is complete
    /// [default: `bundle/hsmod-VERSION-PLATFORM` below cargo's target directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Builds without optimisation, for a quick look; not for distribution
    #[arg(long)]
    dev: bool,
    /// Leaves out the lists of components, which need a program that this command would install
    #[arg(long)]
    no_sbom: bool,
    /// Installs the bundle into an empty folder and an empty environment, and runs what was installed
    #[arg(long)]
    check: bool,
}

/// Builds the bundle and prints its path.
///
/// # Errors
/// A part does not build, or the path exists and is not a bundle.
pub(crate) fn run(options: &Options) -> Result<()> {
    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None => {
            let name = format!("hsmod-{}-{}", env!("CARGO_PKG_VERSION"), platform()?);
            target_directory()?.join("bundle").join(name)
        }
    };
    let work = wheel::folder()?;
    let _lock = Lock::of(&work)?;
    let folder = Folder::beside(&out)?;
    let plugins = wheel::plugins(!options.dev)?;
    let command = build_program(!options.dev, "hsmod", "hsmod")?;
    copy_stripped(&plugins, &folder.path().join("plugins"))?;
    copy_stripped(&[command], &folder.path().join("bin"))?;
    wheel::build(&work, options.dev, &folder.path().join("python"))?;
    if !options.no_sbom {
        contents::write(&folder.path().join("sbom"), &wheel::packages("plugins")?)?;
    }
    parts::write(folder.path())?;
    folder.readable_by_all()?;
    digests::write(folder.path())?;
    let size = folder.size()?;
    folder.swap()?;
    println!("{}: {}.{} MB", out.display(), size / 1_000_000, size / 100_000 % 10);
    if options.check { check::run(&work, &out) } else { Ok(()) }
}

/// The compiler's target, such as `x86_64-unknown-linux-gnu`.
fn platform() -> Result<String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = output(std::process::Command::new(compiler).arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say what it builds for")?.to_owned())
}
