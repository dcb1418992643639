//! The `hsmod` command: what an operator does with modules before a homeserver runs them.
//!
//! Exit codes: 0 all well; 1 the answer is "no"; 2 wrong usage, an unreadable file, or a plugin that
//! ended the process. Answers go to stdout, progress and logs to stderr.
#![forbid(unsafe_code)]

mod call;
mod check;
mod child;
mod cli;
mod exit;
mod failures;
mod identifiers;
mod input;
mod inspect;
mod limits;
mod live;
mod log;
mod man;
mod migrate;
mod modules;
mod new;
mod output;
mod replay;
mod runtime;
mod state;
mod words;
mod world;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use exit::{Exit, Result};
use output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Child(options) = cli.command {
        return child::run(options);
    }
    let mut output = Output::new(cli.command.json());
    let exit = run(cli, &mut output).unwrap_or_else(|stop| output.stopped(&stop));
    output.finish(exit).into()
}

fn run(cli: Cli, output: &mut Output) -> Result<Exit> {
    log::init(cli.verbose);
    match cli.command {
        Command::Check(options) => check::run(&options, cli.verbose, output),
        Command::Inspect(options) => Ok(inspect::run(&options, output)),
        Command::Call(options) => call::run(&options, cli.verbose, output),
        Command::Replay(options) => replay::run(&options, cli.verbose, output),
        Command::Migrate(options) => migrate::run(&options, output),
        Command::New(options) => new::run(&options, output),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hsmod", &mut script);
            output.bytes(&script);
            Ok(Exit::Well)
        }
        Command::Man(options) => man::run(&options, output),
        Command::Child(_) => Ok(Exit::Well),
    }
}
