//! `cargo xtask book`: makes the book of `docs/`, and looks whether its links lead anywhere.

mod links;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::build::target_directory;
use crate::command::{Result, run as execute};
use crate::tool::Tool;

/// Without what serves and watches a book.
const MDBOOK: Tool = Tool {
    package: "mdbook",
    program: "mdbook",
    version: "0.5.4",
    asked: &["--version"],
    options: &["--no-default-features"],
};

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
