//! `cargo xtask header`: generates the C header of the boundary from the code.

use clap::Args;

use crate::command::{Result, cargo, run as execute};

#[derive(Args)]
pub(crate) struct Options {
    /// Only checks whether the header is up to date
    #[arg(long)]
    check: bool,
}

/// Writes the header, or compares it.
///
/// # Errors
/// The code does not build, or with `--check` the header differs.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut test = cargo();
    test.args(["test", "--quiet", "--package=hsmod-plugin-api", "--features=host,describe"]);
    test.arg("--test=header");
    if !options.check {
        test.env("UPDATE_SNAPSHOTS", "1");
    }
    execute(&mut test)
}
