//! `cargo xtask demo`: builds what a first look at modules takes.

use crate::build::{build_command, build_plugins};
use crate::command::Result;

/// The plugins of the demo: one that decides, one that shows each callback.
pub(crate) const PLUGINS: [&str; 2] = ["list_spam_checker", "demo"];

/// Builds the `hsmod` command and the plugins of the demo, and says where they are.
///
/// # Errors
/// The build failed.
pub(crate) fn run() -> Result<()> {
    let hsmod = build_command(true, "hsmod")?;
    println!("command: {}", hsmod.display());
    for plugin in build_plugins(true, &PLUGINS)? {
        println!("plugin:  {}", plugin.display());
    }
    Ok(())
}
