use hsmod_plugin_api::prelude::*;

struct Config {
    quiet_rooms: Vec<String>,
}

struct Quiet(Config);

impl Module for Quiet {
    type Config = Config;

    fn new(config: Config, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self(config)))
    }
}

fn main() {}
