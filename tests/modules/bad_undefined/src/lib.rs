//! Uses a function that no library has, as if it was linked without a library that it needs.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module. It is an ordinary one, so that inspecting the plugin finds nothing wrong.
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

/// Linkers on other systems refuse to build such a library.
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
