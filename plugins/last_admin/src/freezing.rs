//! Frozen rooms: freezing and unfreezing them, and the events that they accept.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value, json};

use crate::leaving::is_of;
use crate::power_levels::{POWER_LEVELS, PowerLevels};
use crate::{LastAdmin, is_own_leave, made_anew};

const JOIN_RULES: &str = "m.room.join_rules";

impl LastAdmin {
    /// Whether a room is frozen.
    pub(crate) async fn is_frozen(&self, state: &State<'_>) -> Result<bool, ModuleError> {
        let frozen = state.get(&self.config.frozen_event_type, "").await?;
        Ok(frozen.is_some_and(|event| said(&event.as_event()) == Some(true)))
    }

    /// Whether a frozen room accepts this event, which neither freezes nor unfreezes it.
    pub(crate) async fn passes_frozen(
        &self,
        event: &Event<'_>,
        state: &State<'_>,
    ) -> Result<bool, ModuleError> {
        if is_own_leave(event) {
            return Ok(true);
        }
        if event.event_type() != POWER_LEVELS || event.state_key() != Some("") {
            return Ok(false);
        }
        // Power levels from these users would take the power from those who may unfreeze the room.
        if is_of(event.sender(), &self.config.unfreeze_blacklist) {
            return Ok(false);
        }
        // Accept the power levels that this module sends to unfreeze the room.
        let Some(levels) = PowerLevels::of(state).await? else { return Ok(false) };
        Ok(levels.is_closed_by(&event.content()?, event.sender().as_str()))
    }

    /// Decides about an event that freezes or unfreezes a room. The events that it entails are sent
    /// first, so that it is refused if they are.
    pub(crate) async fn decide_frozen(
        &self,
        event: &Event<'_>,
        state: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let sender = event.sender();
        let Some(freezes) = said(event) else { return Ok(EventDecision::Deny) };
        if !freezes && is_of(sender, &self.config.unfreeze_blacklist) {
            return Ok(EventDecision::Deny);
        }
        if freezes == self.is_frozen(state).await? || !self.api.is_mine(sender) {
            return Ok(EventDecision::Allow);
        }
        if let Some(levels) = PowerLevels::of(state).await? {
            let sender = sender.as_str();
            // The homeserver checks the power level only after this callback.
            if !levels.lets_send_state(sender, event.event_type()) {
                return Ok(EventDecision::Deny);
            }
            let levels = if freezes { levels.opened(sender) } else { levels.closed(sender) };
            self.send(event, POWER_LEVELS, &levels).await?;
        }
        if freezes && is_public(state).await? {
            self.send(event, JOIN_RULES, &json!({"join_rule": "invite"})).await?;
        }
        made_anew(event)
    }
}

/// The event's value of `frozen`.
fn said(event: &Event<'_>) -> Option<bool> {
    let content: Map<String, Value> = event.content().ok()?;
    content.get("frozen")?.as_bool()
}

/// Whether anyone may join.
async fn is_public(state: &State<'_>) -> Result<bool, ModuleError> {
    let Some(event) = state.get(JOIN_RULES, "").await? else { return Ok(true) };
    let content: Map<String, Value> = event.content()?;
    Ok(content.get("join_rule").is_none_or(|rule| rule == "public"))
}
