//! `cargo xtask book`: makes the book of `docs/`, and looks whether its links lead anywhere.

mod links;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::build::target_directory;
use crate::command::{Result, cargo, output, run as execute};

/// Installed below cargo's target directory, without what serves and watches a book.
const MDBOOK: &str = "0.5.4";

#[derive(Args)]
pub(crate) struct Options {
    /// Where the pages go; by default `book` below cargo's target directory
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// Makes the book.
///
/// # Errors
/// mdBook cannot be installed, or a page, a heading or a picture that is linked is not there.
pub(crate) fn run(options: &Options) -> Result<()> {
    let target = target_directory()?;
    let mdbook = installed(&target.join("mdbook"))?;
    let folder = match &options.into {
        Some(folder) => std::path::absolute(folder)?,
        None => target.join("book"),
    };
    execute(Command::new(mdbook).args(["build", "docs", "--dest-dir"]).arg(&folder))?;
    let dead = links::dead(&folder)?;
    if dead.is_empty() {
        println!("the book begins at {}", folder.join("index.html").display());
        return Ok(());
    }
    Err(format!("{} links lead nowhere:\n  {}", dead.len(), dead.join("\n  ")).into())
}

/// The program, installed if it is missing or of another version.
fn installed(root: &Path) -> Result<PathBuf> {
    let mdbook = root.join("bin/mdbook").with_extension(std::env::consts::EXE_EXTENSION);
    let version = output(Command::new(&mdbook).arg("--version"));
    if !version.is_ok_and(|version| version.trim() == format!("mdbook v{MDBOOK}")) {
        println!("installing mdBook {MDBOOK}, which takes about two minutes");
        let package = format!("mdbook@{MDBOOK}");
        let mut install = cargo();
        install.args(["install", "--locked", "--no-default-features", &package, "--root"]);
        execute(install.arg(root).env("CARGO_TARGET_DIR", root.join("build")))?;
        // What it was made of is not needed again.
        std::fs::remove_dir_all(root.join("build"))?;
    }
    Ok(mdbook)
}
