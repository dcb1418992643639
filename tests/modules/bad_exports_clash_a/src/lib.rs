//! Exports a function whose name another plugin exports, too, and must reach its own when it calls
//! it: `GET /_synapse/client/bad_exports_clash_a/value` answers `{"value": 1}`.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The other plugin has a function of the same name with another result.
#[allow(unsafe_code, reason = "the clash is what is tested")]
#[unsafe(no_mangle)]
pub extern "C" fn hsmod_test_shared_name() -> u32 {
    1
}

/// The module.
#[non_exhaustive]
pub struct BadExportsClashA;

impl Module for BadExportsClashA {
    type Config = serde_json::Value;

    fn new(_config: serde_json::Value, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        api.register_web_resource("/_synapse/client/bad_exports_clash_a/value", Value);
        Ok(Arc::new(Self))
    }
}

struct Value;

impl WebResource for Value {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        // Prevents inlining, so that the call is resolved by name while loading.
        let shared_name: extern "C" fn() -> u32 = std::hint::black_box(hsmod_test_shared_name);
        Ok(WebResponse::json(200, &serde_json::json!({"value": shared_name()})))
    }
}

export_module!(BadExportsClashA);
