//! Implements and registers nothing, but works in the background if its config says `works`.
#![forbid(unsafe_code)]

use std::time::Duration;

use hsmod_plugin_api::prelude::*;

/// The module.
#[non_exhaustive]
pub struct BadIdle;

impl Module for BadIdle {
    type Config = serde_json::Value;

    fn new(config: serde_json::Value, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        if config["works"] == true {
            api.looping_background_call("work", Duration::from_secs(60), || async { Ok(()) });
        }
        Ok(Arc::new(Self))
    }
}

export_module!(BadIdle);
