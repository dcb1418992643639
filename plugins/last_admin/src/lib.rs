#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;
mod freezing;
mod leaving;
mod power_levels;

use hsmod_plugin_api::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

pub use config::Config;

/// The module.
pub struct LastAdmin {
    api: ModuleApi,
    config: Config,
}

impl Module for LastAdmin {
    type Config = Config;

    fn parse_config(config: Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked()
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { api: api.clone(), config });
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

/// The module keeps no state between calls: it is called again for the events that it sends while
/// the call that led to them still waits.
#[callbacks]
impl ThirdPartyRules for LastAdmin {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        if event.event_type() == self.config.frozen_event_type && event.state_key() == Some("") {
            return self.decide_frozen(event, state_events).await;
        }
        if self.is_frozen(state_events).await? {
            let passes = self.passes_frozen(event, state_events).await?;
            return Ok(if passes { EventDecision::Allow } else { EventDecision::Deny });
        }
        if !is_own_leave(event) {
            return Ok(EventDecision::Allow);
        }
        match self.prepare_leave(event, state_events).await {
            Ok(false) => Ok(EventDecision::Allow),
            Ok(true) => made_anew(event),
            // An error must not keep anyone from leaving a room.
            Err(error) => {
                let (user, room) = (event.sender(), event.room_id());
                tracing::warn!(
                    "{room} stays as it is although its last admin {user} leaves: {error}"
                );
                Ok(EventDecision::Allow)
            }
        }
    }
}

impl LastAdmin {
    /// Sends a state event in the name of the sender of `about`.
    async fn send(
        &self,
        about: &Event<'_>,
        event_type: &str,
        content: &impl Serialize,
    ) -> Result<(), ModuleError> {
        let event = json!({
            "type": event_type, "state_key": "", "sender": about.sender(), "content": content,
        });
        self.api.create_and_send_event_into_room(about.room_id(), &event).await?;
        Ok(())
    }
}

/// Whether a user leaves by their own decision.
fn is_own_leave(event: &Event<'_>) -> bool {
    event.event_type() == "m.room.member"
        && event.state_key() == Some(event.sender().as_str())
        && event.membership().is_ok_and(|membership| membership.as_deref() == Some("leave"))
}

/// Replaces the event by itself, so that the homeserver creates it again after the events just
/// sent. Otherwise both would follow the same earlier events, and state resolution would keep the
/// leave and drop the other event of the user who left.
fn made_anew(event: &Event<'_>) -> Result<EventDecision, ModuleError> {
    Ok(EventDecision::Replace(serde_json::from_str(event.json().as_str())?))
}

export_module!(LastAdmin, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
