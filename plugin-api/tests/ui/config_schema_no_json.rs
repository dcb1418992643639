use hsmod_plugin_api::prelude::*;

struct Quiet;

impl Module for Quiet {
    type Config = serde_json::Value;

    fn new(_config: Self::Config, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

export_module!(Quiet, config_schema = r#"{"type": "object",}"#);

fn main() {}
