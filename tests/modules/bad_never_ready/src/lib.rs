//! Never becomes ready at the place its config names, without blocking a thread.
//!
//! Config: `where`: `callback` (`check_event_for_spam` and `on_new_event`), `start` or `shutdown`.
#![forbid(unsafe_code)]

use std::future::pending;

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
    Callback,
    Start,
    Shutdown,
}

/// The module.
pub struct BadNeverReady {
    place: Place,
}

impl BadNeverReady {
    /// Stays pending forever if the config names this place.
    async fn reach(&self, place: Place) -> Result<(), ModuleError> {
        if self.place == place { pending().await } else { Ok(()) }
    }
}

impl Module for BadNeverReady {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { place: config.r#where });
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.reach(Place::Start).await
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.reach(Place::Shutdown).await
    }
}

#[callbacks]
impl SpamChecker for BadNeverReady {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.reach(Place::Callback).await?;
        Ok(Verdict::Allow)
    }
}

#[callbacks]
impl ThirdPartyRules for BadNeverReady {
    async fn on_new_event(
        &self,
        _event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        self.reach(Place::Callback).await
    }
}

export_module!(BadNeverReady);
