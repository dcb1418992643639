use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl Module for Quiet {
    type Config = serde_json::Value;

    fn new(_config: Self::Config, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

fn main() {}
