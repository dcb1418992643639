//! `cargo xtask book`: builds the book from `docs/` and checks its links.

mod links;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::build::target_directory;
use crate::command::{Result, run as execute};
use crate::tool::Tool;

/// mdBook, without its server and watcher.
const MDBOOK: Tool = Tool {
    package: "mdbook",
    program: "mdbook",
    version: "0.5.4",
    asked: &["--version"],
    options: &["--no-default-features"],
};

#[derive(Args)]
pub(crate) struct Options {
    /// Where the pages are written; by default `book` below cargo's target directory
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// Builds the book.
///
/// # Errors
/// mdBook cannot be installed, or a link to a page, heading or picture is broken.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mdbook = MDBOOK.ready()?;
    let folder = match &options.into {
        Some(folder) => std::path::absolute(folder)?,
        None => target_directory()?.join("book"),
    };
    execute(Command::new(mdbook).args(["build", "docs", "--dest-dir"]).arg(&folder))?;
    let dead = links::dead(&folder)?;
    if dead.is_empty() {
        println!("the book begins at {}", folder.join("index.html").display());
        return Ok(());
    }
    Err(format!("{} links lead nowhere:\n  {}", dead.len(), dead.join("\n  ")).into())
}
