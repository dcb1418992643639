//! Uses a function that no library has: it was linked without the one that it needs.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module: an ordinary one, so that nothing is wrong with the plugin as long as it is only
/// read.
#[non_exhaustive]
pub struct BadUndefined;

impl Module for BadUndefined {
    type Config = serde_json::Value;

    fn new(_config: serde_json::Value, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        missing();
        Ok(Arc::new(Self))
    }
}

export_module!(BadUndefined);

/// Linkers of other systems refuse to make such a library.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "a function that is not there can only be one of another language")]
fn missing() {
    unsafe extern "C" {
        fn hsmod_function_that_nobody_has();
    }
    // SAFETY: none is needed: the library cannot be loaded, so this never runs.
    unsafe { hsmod_function_that_nobody_has() };
}

#[cfg(not(target_os = "linux"))]
const fn missing() {}
