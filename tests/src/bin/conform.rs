//! `conform [--plugin FILE] < scenarios.jsonl > answers.jsonl`: what comes of scenarios when the
//! plugin `scripted` plays them in the real loader, one answer a line, in the order of the input.
//!
//! Run by cargo, it has cargo build the plugin; otherwise it expects it beside its own executable.
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

/// Answers line by line, so that whoever writes one may wait for its answer.
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
    // Cargo says so to what it runs. Only it knows whether a plugin is still what its source says.
    if std::env::var_os("CARGO").is_some() || !beside.exists() {
        build::as_this("scripted")
    } else {
        beside
    }
}
