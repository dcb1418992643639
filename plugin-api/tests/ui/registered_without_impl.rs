use hsmod_plugin_api::prelude::*;

struct Quiet;

impl Module for Quiet {
    type Config = serde_json::Value;

    fn new(_config: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self);
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }
}

fn main() {}
