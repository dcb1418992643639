use hsmod_plugin_api::prelude::*;

struct Quiet;

impl Module for Quiet {
    type Config = JsonObject;

    async fn new(_config: JsonObject, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

fn main() {}
