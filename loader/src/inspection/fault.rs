//! Faults of a plugin file, before the file is named.

use std::path::Path;

use super::platform::Machine;
use crate::problem::{Problem, Severity, Stage};

/// Why a file cannot be used: how the message continues after its name, and the remedy.
#[derive(Debug)]
pub(crate) struct Fault {
    what: String,
    fix: String,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }

    /// A file whose tables are inconsistent.
    pub(super) fn damaged(what: &str) -> Self {
        Self::new(format!("is damaged: {what}"), DAMAGED)
    }

    /// A library for another processor.
    pub(super) fn other_machine(theirs: &Machine, ours: &Machine) -> Self {
        Self::new(
            format!("was built for {theirs}, this homeserver runs on {ours}"),
            format!("build the plugin for {}: `cargo build --target {}`", ours.arch, target(ours)),
        )
    }

    /// The fault of `file` as an error.
    pub(super) fn error(self, file: &Path) -> Problem {
        let message = format!("`{}` {}", file.display(), self.what);
        Problem::error(Stage::Inspection, message).fix(self.fix)
    }

    /// The fault of `file` as a warning.
    pub(super) fn warning(self, file: &Path) -> Problem {
        Problem { severity: Severity::Warning, ..self.error(file) }
    }
}

/// The remedy for a file that is not what its build wrote.
pub(super) const DAMAGED: &str =
    "copy the plugin again, or rebuild it: the file is damaged or was changed";

/// The usual target triple for this machine and this operating system.
fn target(machine: &Machine) -> String {
    let system = match std::env::consts::OS {
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        _ => "unknown-linux-gnu",
    };
    format!("{}-{system}", machine.arch)
}
