//! `cargo xtask layout`: checks the formatting of the Python code with `black`.

use std::path::Path;

use clap::Args;

use crate::command::{Result, run as execute};
use crate::lock::Lock;
use crate::python::Environment;
use crate::wheel;

#[derive(Args)]
pub(crate) struct Options {
    /// Formats the files, instead of listing those that are not formatted
    #[arg(long)]
    write: bool,
}

/// Lists the files whose formatting differs, or formats them.
///
/// # Errors
/// A file's formatting differs, or PyPI is unreachable at the first run.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = wheel::folder()?;
    let tools = {
        let _lock = Lock::of(&folder)?;
        Environment::ready(&folder, "build-tools", Path::new(wheel::REQUIREMENTS))?
    };
    let mut black = tools.python();
    black.args(["-m", "black", "--quiet", "synapse"]);
    if !options.write {
        black.args(["--check", "--diff"]);
    }
    execute(&mut black)
        .map_err(|error| format!("{error}\n  fix: cargo xtask layout --write").into())
}
