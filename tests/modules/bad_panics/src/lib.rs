//! Panics at the place its config names, in each of its callbacks, and otherwise behaves.
//!
//! Config: `where`, one of the variants of `Place` in snake case.
#![forbid(unsafe_code)]

mod trap;

use std::future::Future;

use hsmod_plugin_api::prelude::*;
use trap::Trap;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    r#where: Place,
}

/// Where it panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    /// In `parse_config`.
    ParseConfig,
    /// In `new`.
    New,
    /// In `start`.
    Start,
    /// In a callback, before it returns its future.
    Entry,
    /// When a callback's future is polled for the first time.
    FirstPoll,
    /// When the future is polled again, after it was pending once and woke its waker.
    LaterPoll,
    /// When the future is dropped. That of `user_may_invite` is never ready, so the caller has to
    /// give up; those of other callbacks are ready by then.
    Drop,
    /// Like `FirstPoll`, and again when the panic's payload is dropped.
    PayloadDrop,
    /// In a web resource, `GET /_synapse/client/bad_panics`.
    Web,
    /// In `shutdown`.
    Shutdown,
    /// When the module itself is dropped.
    ModuleDrop,
}

impl Place {
    /// Panics if the config means this place.
    #[track_caller]
    fn reached(self, place: Self) {
        assert!(self != place, "bad_panics: {place:?}");
    }
}

/// The module.
pub struct BadPanics {
    place: Place,
}

impl Module for BadPanics {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = serde_json::from_value(config).map_err(ConfigError::new)?;
        config.r#where.reached(Place::ParseConfig);
        Ok(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        config.r#where.reached(Place::New);
        let module = Arc::new(Self { place: config.r#where });
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        api.register_web_resource("/_synapse/client/bad_panics", Web { place: module.place });
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.place.reached(Place::Start);
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.place.reached(Place::Shutdown);
        Ok(())
    }
}

impl Drop for BadPanics {
    fn drop(&mut self) {
        self.place.reached(Place::ModuleDrop);
    }
}

// Not `async fn`s, whose bodies only run in the first poll: `Entry` comes before that.

#[callbacks]
impl SpamChecker for BadPanics {
    fn check_event_for_spam(
        &self,
        _event: &Event<'_>,
    ) -> impl Future<Output = Result<Verdict, ModuleError>> + Send {
        Trap::new(self.place)
    }

    fn user_may_invite(
        &self,
        _inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> impl Future<Output = Result<Verdict, ModuleError>> + Send {
        Trap::never_ready(self.place)
    }
}

#[callbacks]
impl ThirdPartyRules for BadPanics {
    fn check_event_allowed(
        &self,
        _event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> impl Future<Output = Result<EventDecision, ModuleError>> + Send {
        Trap::new(self.place)
    }

    fn check_can_shutdown_room(
        &self,
        _user_id: Option<&UserId>,
        _room_id: &RoomId,
    ) -> impl Future<Output = Result<Permission, ModuleError>> + Send {
        Trap::new(self.place)
    }

    fn on_new_event(
        &self,
        _event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> impl Future<Output = Result<(), ModuleError>> + Send {
        Trap::new(self.place)
    }
}

struct Web {
    place: Place,
}

impl WebResource for Web {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.place.reached(Place::Web);
        Ok(WebResponse::json(200, &serde_json::json!({})))
    }
}

export_module!(BadPanics);
