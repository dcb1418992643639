//! `cargo xtask demo`: a first look at modules at work.

use std::path::Path;

use crate::build::{build_plugins, build_program};
use crate::command::{Result, run as execute};

/// The plugins of the demo: one that decides about events, one that decides about rooms.
pub(crate) const PLUGINS: [&str; 2] = ["list_spam_checker", "demo"];

/// The recorded history that is sent through them.
const HISTORY: &str = "tests/data/synapse-pdus.ndjson";

/// Builds the plugins in release mode, loads them, and sends a recorded history through them.
/// Writes nothing outside the target directory.
///
/// # Errors
/// A build failed, or the modules do not load.
pub(crate) fn run() -> Result<()> {
    let plugins = build_plugins(true, &PLUGINS)?;
    let folder = plugins.first().and_then(|plugin| plugin.parent()).unwrap_or(Path::new("."));
    let demo = build_program(true, "hsmod-tests", "hsmod-demo")?;
    execute(std::process::Command::new(demo).arg(folder).arg(HISTORY))
}
