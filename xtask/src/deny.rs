//! `cargo xtask deny`: checks licences, sources and banned crates of all dependencies with `cargo
//! deny` and the rules in `deny.toml`.

use clap::Args;

use crate::command::{Result, cargo, output, run as execute};

/// The version to install if none is installed. An installed version is used as it is.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

#[derive(Args)]
pub(crate) struct Options {
    /// Checks security advisories too; fetches the advisory database with git
    #[arg(long)]
    advisories: bool,
}

/// Installs `cargo deny` if need be and runs it.
///
/// # Errors
/// It cannot be installed, or a dependency breaks a rule.
pub(crate) fn run(options: &Options) -> Result<()> {
    if output(cargo().args(["deny", "--version"])).is_err() {
        println!("cargo-deny is missing; installing it takes about two minutes");
        execute(cargo().args(["install", "--locked", CARGO_DENY]))?;
    }
    // Both workspaces, each with its own dependencies.
    for manifest in ["Cargo.toml", "synapse/Cargo.toml"] {
        let mut check = cargo();
        check.args(["deny", "--manifest-path", manifest, "--all-features"]);
        check.args(["--config", "deny.toml", "check", "licenses", "bans", "sources"]);
        if options.advisories {
            check.arg("advisories");
        }
        execute(&mut check)?;
    }
    Ok(())
}
