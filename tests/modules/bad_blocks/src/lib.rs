//! Sleeps for ever, on the homeserver's own thread, at the place its config names.
//!
//! Config: `where`: `parse_config`, `new` or `start`.
#![forbid(unsafe_code)]

use std::time::Duration;

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    r#where: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    ParseConfig,
    New,
    Start,
}

impl Place {
    /// Blocks if the config means this place.
    fn reached(self, place: Self) {
        if self == place {
            loop {
                std::thread::sleep(Duration::from_secs(60));
            }
        }
    }
}

/// The module.
pub struct BadBlocks {
    place: Place,
}

impl Module for BadBlocks {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = serde_json::from_value(config).map_err(ConfigError::new)?;
        config.r#where.reached(Place::ParseConfig);
        Ok(config)
    }

    fn new(config: Config, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        config.r#where.reached(Place::New);
        Ok(Arc::new(Self { place: config.r#where }))
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.place.reached(Place::Start);
        Ok(())
    }
}

export_module!(BadBlocks);
