//! Sleeps on the homeserver's own thread, at the place its config names.
//!
//! Config: `where`: `parse_config`, `new`, `start`, `callback` (`check_event_for_spam`), `work` (in
//! the background), `web` or `shutdown`; `until`: a file whose removal ends the sleep, by default
//! never.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    r#where: Place,
    until: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    ParseConfig,
    New,
    Start,
    Callback,
    Work,
    Web,
    Shutdown,
}

impl Config {
    /// Blocks if the config means this place.
    fn reached(&self, place: Place) {
        if self.r#where != place {
            return;
        }
        while self.until.as_ref().is_none_or(|file| file.exists()) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The module.
pub struct BadBlocks {
    config: Config,
}

impl Module for BadBlocks {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = serde_json::from_value(config).map_err(ConfigError::new)?;
        config.reached(Place::ParseConfig);
        Ok(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        config.reached(Place::New);
        let module = Arc::new(Self { config });
        api.register_spam_checker_callbacks(&module);
        api.register_web_resource("/_synapse/client/bad_blocks", Arc::clone(&module));
        let config = module.config.clone();
        let _ = api.run_as_background_process("tidy", move || async move {
            config.reached(Place::Work);
            Ok(())
        });
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.config.reached(Place::Start);
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.config.reached(Place::Shutdown);
        Ok(())
    }
}

#[callbacks]
impl SpamChecker for BadBlocks {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.config.reached(Place::Callback);
        Ok(Verdict::Allow)
    }
}

impl WebResource for BadBlocks {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.config.reached(Place::Web);
        Ok(WebResponse::json(200, &true))
    }
}

export_module!(BadBlocks);
