//! `hsmod man`: man pages, made from the definition that `--help` shows.

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use crate::cli::Cli;
use crate::exit::{Exit, Result, Stop};
use crate::output::Output;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod man > /usr/local/share/man/man1/hsmod.1
  hsmod man check > /usr/local/share/man/man1/hsmod-check.1")]
pub(crate) struct Options {
    /// The command; without one, the page of hsmod itself
    command: Option<String>,
}

/// # Errors
/// There is no such command.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    // `help` is not a command with a page of its own.
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let command = match &options.command {
        None => whole,
        Some(name) => named(&whole, name)?.clone(),
    };
    let mut page = Vec::new();
    Man::new(command)
        .source(concat!("hsmod ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Stop::wrong(format!("cannot write the man page: {error}")))?;
    output.bytes(&page);
    Ok(Exit::Well)
}

fn named<'a>(whole: &'a clap::Command, name: &str) -> Result<&'a clap::Command> {
    let mut shown = whole.get_subcommands().filter(|command| !command.is_hide_set());
    shown.find(|command| command.get_name() == name).ok_or_else(|| {
        Stop::wrong(format!("there is no command `{name}`; `hsmod --help` lists them"))
    })
}
