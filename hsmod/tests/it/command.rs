//! Runs the command.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The command with arguments, independent of the environment of the test run.
pub(crate) fn hsmod(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsmod"));
    command.args(arguments).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// The beginning of the note that `call` and `replay` print. It is left out of snapshots; one test
/// covers it.
const NOTE: &str = "note: nothing real is touched: ";

/// All output of a run, in a form for snapshots.
pub(crate) fn shown(command: &mut Command, folder: &Path) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    let mut shown = format!("exit code: {}\n", status.code().expect("it ends by itself"));
    for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
        let text = String::from_utf8(text).expect("UTF-8");
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with(NOTE));
        let text: String = lines.collect();
        if !text.is_empty() {
            shown += &format!("--- {name}\n{text}");
        }
    }
    let shown = shown.replace(&*folder.to_string_lossy(), "<folder>");
    let shown = shown.replace(&format!(" for ABI {}", hsmod_loader::ABI), " for ABI <abi>");
    shown.lines().map(without_measures).collect::<Vec<_>>().join("\n")
}

/// The values that a run prints, and its exit code.
pub(crate) fn values(command: &mut Command) -> (Vec<Value>, i32) {
    let output = command.output().expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let value = |line: &str| serde_json::from_str(line).expect("one JSON value a line");
    (text.lines().map(value).collect(), output.status.code().expect("it ends by itself"))
}

/// Replaces what differs between runs: digests, times and line numbers of test modules.
fn without_measures(line: &str) -> String {
    let timed = line.contains("per second");
    let mut shown = String::new();
    for word in line.split_inclusive(' ') {
        let number = word.trim_matches(|c: char| !c.is_ascii_digit());
        let measured =
            number.contains('.') && line.contains("µs") || timed || word.contains(".rs:");
        let digest = number.len() > 40 || word.len() > 60 && !word.contains('/');
        if !number.is_empty() && measured {
            shown += &word.replace(number, "#");
        } else if digest && word.trim_end().bytes().all(|byte| byte.is_ascii_hexdigit()) {
            shown += "<digest>";
        } else {
            shown += word;
        }
    }
    shown
}
