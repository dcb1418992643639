//! Ends the process at the place its config names.
//!
//! Config: `where`: `parse_config`, `new` or `start`; `how`: `abort`, `exit` (with status 7) or
//! `segfault`.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    r#where: Place,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    ParseConfig,
    New,
    Start,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Abort,
    Exit,
    Segfault,
}

impl Config {
    /// Ends the process if the config means this place.
    fn reached(self, place: Place) {
        if self.r#where != place {
            return;
        }
        match self.how {
            How::Abort => std::process::abort(),
            How::Exit => std::process::exit(7),
            How::Segfault => segfault(),
        }
    }
}

#[allow(unsafe_code, reason = "nothing else writes to memory that is not there")]
fn segfault() {
    // Not null itself: builds with debug assertions would abort before they write there.
    let nowhere = std::ptr::without_provenance_mut::<u8>(8);
    // SAFETY: none. The first page is never mapped, so the process ends here, as it is meant to.
    unsafe { nowhere.write_volatile(1) };
}

/// The module.
pub struct BadAborts {
    config: Config,
}

impl Module for BadAborts {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = serde_json::from_value(config).map_err(ConfigError::new)?;
        config.reached(Place::ParseConfig);
        Ok(config)
    }

    fn new(config: Config, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        config.reached(Place::New);
        Ok(Arc::new(Self { config }))
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.config.reached(Place::Start);
        Ok(())
    }
}

export_module!(BadAborts);
