//! `conform [--plugin FILE] < scenarios.jsonl > answers.jsonl`: runs scenarios with the plugin
//! `scripted` in the real loader, and prints one answer per line, in the order of the input.
//!
//! If cargo runs it, it makes cargo build the plugin; otherwise it expects the plugin beside its
//! executable.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use hsmod_tests::build;
use hsmod_tests::conform::Conform;

const USAGE: &str = "usage: conform [--plugin FILE] < scenarios.jsonl > answers.jsonl";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let plugin = match (arguments.next(), arguments.next(), arguments.next()) {
        (None, ..) => None,
        (Some(option), Some(file), None) if option == "--plugin" => Some(PathBuf::from(file)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let plugin = plugin.unwrap_or_else(own_plugin);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(plugin))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("conform: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers line by line, so that the writer can wait for each answer.
async fn run(plugin: PathBuf) -> Result<(), Box<dyn Error>> {
    let mut conform = Conform::new(&plugin).await?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().split(b'\n') {
        let answer = conform.answer(&line?).await;
        writeln!(output, "{answer}")?;
    }
    Ok(())
}

/// The plugin that was built with this executable.
fn own_plugin() -> PathBuf {
    let beside = build::beside("scripted");
    // Cargo sets this variable for the programs that it runs. Only cargo knows whether the plugin
    // is up to date.
    if std::env::var_os("CARGO").is_some() || !beside.exists() {
        build::as_this("scripted")
    } else {
        beside
    }
}
