use hsmod_plugin_api::prelude::*;

struct Quiet;

impl Module for Quiet {
    type Config = JsonObject;

    fn new(_config: JsonObject, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

export_module!(Quiet);
export_module!(Quiet);

fn main() {}
