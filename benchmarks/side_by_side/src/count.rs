//! How many instructions a question takes, how many of them are locked, and how often it allocates.
//! A child process asks, and is stopped after each of its instructions (`ptrace`). So all
//! instructions of its thread are seen, in all images, whatever compiled them and when.

use std::process::{Command, Stdio};

use crate::case::{Case, Way};
use crate::ways::Files;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod child;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod locked;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod tracer;

/// The argument that makes this program ask while it is traced.
pub(crate) const MODE: &str = "--watched";

/// The cost of one question.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    /// Locked instructions, which keep other processors from a line of memory meanwhile.
    pub(crate) locked: f64,
    pub(crate) allocations: f64,
}

/// Counts the cost of one question: the mean of this many, or of fewer if they take long.
///
/// # Errors
/// This system does not support it, or a module did not load.
pub(crate) fn of(way: Way, case: Case, files: &Files, questions: u64) -> Result<Counts, String> {
    let mut program = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    program.args([MODE, &case.to_string()]).args([&files.plugin, &files.sabi]).arg(way.name());
    counted(program.stdin(Stdio::piped()).stdout(Stdio::piped()), questions)
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn counted(program: &mut Command, questions: u64) -> Result<Counts, String> {
    tracer::counted(program, questions).map_err(|error| error.to_string())
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn counted(_: &mut Command, _: u64) -> Result<Counts, String> {
    Err("instructions are counted on Linux and x86_64 only".to_owned())
}

/// Asks as often as the tracing process says.
///
/// # Errors
/// No process traces this one.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) fn here(way: Way, case: Case, files: &Files) -> Result<(), String> {
    child::ask(&crate::ways::load(way, case, files)).map_err(|error| error.to_string())
}

/// Tracing is not supported here.
///
/// # Errors
/// Always.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
pub(crate) fn here(_: Way, _: Case, _: &Files) -> Result<(), String> {
    Err("instructions are counted on Linux and x86_64 only".to_owned())
}
