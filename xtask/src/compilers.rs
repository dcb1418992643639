//! `cargo xtask compilers`: shows that plugins work whichever compiler built them.
//!
//! Rust promises no layout, calling convention or allocator between two versions of its compiler;
//! the boundary must hold without them. So we build plugins with the oldest compiler that
//! `hsmod-plugin-api` supports and with one newer than ours, once as usual and once for each
//! variant that moves what Rust leaves open, and load and call all of them with the loader that our
//! own compiler built.
//!
//! Everything lies below cargo's target directory in `compilers/<version>/`: the unpacked
//! compiler and one target directory per variant. Nothing is installed, and a second run fetches
//! nothing.

mod debian;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::build::{build_program, shared_libraries, target_directory};
use crate::command::{Result, cargo, output, run as execute};
use crate::demo;

/// The `rust-version` of `hsmod-plugin-api`, and one that is newer than our own compiler.
const VERSIONS: [&str; 2] = ["1.85.0", "1.96.0"];

/// Ways of building a plugin that change what Rust leaves open.
const VARIANTS: &[Variant] = &[
    Variant { name: "usual", flags: &[] },
    Variant { name: "unoptimised", flags: &["-Copt-level=0"] },
    Variant { name: "layout-1", flags: &["-Zrandomize-layout", "-Zlayout-seed=1"] },
    Variant { name: "layout-2", flags: &["-Zrandomize-layout", "-Zlayout-seed=2"] },
];

#[derive(Args)]
pub(crate) struct Options {
    /// Uses only this version of the compiler; may be given several times
    #[arg(long = "compiler", value_name = "VERSION", default_values = VERSIONS)]
    versions: Vec<String>,
    /// Builds only this plugin; may be given several times
    #[arg(long = "package", value_name = "PLUGIN", default_values = demo::PLUGINS)]
    packages: Vec<String>,
}

/// Fetches the compilers, builds the plugins with each of them and loads the results.
///
/// # Errors
/// A compiler is not available, a plugin does not build, or one that does is refused.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut plugins = Vec::new();
    for version in &options.versions {
        let compiler = fetch(version)?;
        println!("{}", compiler.description);
        for variant in VARIANTS {
            for package in &options.packages {
                let plugin = build(&compiler, package, variant)?;
                println!("  {package}, {}: {}", variant.name, plugin.display());
                plugins.push(plugin);
            }
        }
    }
    verify(&plugins)
}

/// A compiler that is not installed.
struct Compiler {
    /// Holds everything that belongs to this compiler.
    directory: PathBuf,
    /// `rustc --version`.
    description: String,
}

impl Compiler {
    /// The compiler finds its standard library beside itself; only the shared libraries it is
    /// linked with have to be pointed out.
    fn use_for<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        let mut path = vec![self.root().join(libraries)];
        if let Some(present) = std::env::var_os("LD_LIBRARY_PATH") {
            path.extend(std::env::split_paths(&present));
        }
        Ok(command.env("RUSTC", self.rustc()).env("LD_LIBRARY_PATH", std::env::join_paths(path)?))
    }

    fn rustc(&self) -> PathBuf {
        self.root().join("usr/bin/rustc")
    }

    /// Where the packages are unpacked.
    fn root(&self) -> PathBuf {
        self.directory.join("root")
    }
}

/// A way of building.
struct Variant {
    name: &'static str,
    flags: &'static [&'static str],
}

/// The compiler `version`, unpacked now or by an earlier run.
///
/// # Errors
/// Debian has no such version, or it does not run here.
fn fetch(version: &str) -> Result<Compiler> {
    let directory = target_directory()?.join("compilers").join(version);
    let mut compiler = Compiler { directory, description: String::new() };
    if !compiler.root().exists() {
        println!("fetching rustc {version}");
        debian::unpack("rustc-web", version, &compiler.root())?;
    }
    let mut rustc = Command::new(compiler.rustc());
    let description = output(compiler.use_for(&mut rustc)?.arg("--version"))?;
    compiler.description = description.trim_end().to_owned();
    Ok(compiler)
}

/// Builds the plugin `package` with `compiler`; dependencies are those of our own `Cargo.lock`.
///
/// # Errors
/// It does not build.
fn build(compiler: &Compiler, package: &str, variant: &Variant) -> Result<PathBuf> {
    let mut build = cargo();
    build
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(compiler.directory.join("target").join(variant.name))
        // Takes precedence over RUSTFLAGS and config files. The separator is cargo's.
        .env("CARGO_ENCODED_RUSTFLAGS", variant.flags.join("\u{1f}"));
    if variant.flags.iter().any(|flag| flag.starts_with("-Z")) {
        build.env("RUSTC_BOOTSTRAP", "1");
    }
    compiler.use_for(&mut build)?;
    let mut libraries = shared_libraries(build, &[package])?;
    libraries.pop().ok_or_else(|| format!("cargo built nothing for `{package}`").into())
}

/// Checks that the loader built by our own compiler loads `plugins` and gets the right answers.
///
/// # Errors
/// A plugin is refused or gives a wrong answer.
fn verify(plugins: &[PathBuf]) -> Result<()> {
    let program = build_program(true, "hsmod-tests", "ask_plugins")?;
    execute(Command::new(program).args(plugins))
}
