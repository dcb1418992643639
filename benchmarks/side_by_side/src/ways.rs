//! The ways in which modules are asked. Each is loaded for one case, and asks when it is called.

pub(crate) mod direct;

use std::path::PathBuf;

use crate::case::{Case, Way};
use crate::events::About;

/// Asks, and panics if an answer is wrong.
pub(crate) type Ask = Box<dyn Fn(About)>;

/// The libraries that are loaded.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The plugin for hsmod.
    pub(crate) plugin: PathBuf,
    /// The library for abi_stable.
    pub(crate) sabi: PathBuf,
}

/// Modules, ready to be asked.
///
/// # Panics
/// If they do not load, or the case is none of this way.
pub(crate) fn load(way: Way, case: Case, files: &Files) -> Ask {
    match way {
        Way::Direct => direct::load(case),
    }
}
