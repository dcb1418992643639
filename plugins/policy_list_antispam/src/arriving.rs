//! Rules that are not yet part of a room's state.
//!
//! A homeserver checks an event for spam before it authorizes and stores it. So when the module
//! sees a new or withdrawn rule, that is not yet part of the room's state.

use std::collections::{BTreeMap, HashMap};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::list::List;

/// How long a rule counts without being in the state. After that, the room must have refused it.
const PATIENCE_MS: u64 = 30_000;

/// The number of rules that are kept. Further ones count once they are in the state.
///
/// Rationale: any member can send any number of large rules that the room will refuse.
const KEPT_MAX: usize = 256;

/// Type and state key of an event.
pub(crate) type Key = (String, String);

/// The latest rule seen for each key that has not been found in the state.
#[derive(Clone, Default)]
pub(crate) struct Arriving(BTreeMap<Key, Seen>);

#[derive(Clone)]
struct Seen {
    event: OwnedEvent,
    at_ms: u64,
}

impl Arriving {
    pub(crate) fn add(&mut self, event: &Event<'_>, now_ms: u64) {
        let key = key(event);
        if self.0.len() < KEPT_MAX || self.0.contains_key(&key) {
            self.0.insert(key, Seen { event: event.to_owned(), at_ms: now_ms });
        }
    }

    /// Forgets rules that should have been in the state long ago.
    pub(crate) fn lose_patience(&mut self, now_ms: u64) {
        self.0.retain(|_, seen| now_ms.saturating_sub(seen.at_ms) < PATIENCE_MS);
    }

    /// Forgets rules that are now in the state.
    pub(crate) fn settle(&mut self, arrived: &[String]) {
        self.0.retain(|_, seen| !arrived.iter().any(|id| seen.event.as_event().event_id() == id));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn senders(&self) -> impl Iterator<Item = String> {
        self.0.values().map(|seen| seen.event.as_event().sender().to_string())
    }

    /// Merges these rules into the state, where each replaces a rule of the same key. Also returns
    /// the IDs of those that are now in the state.
    pub(crate) fn merge(self, state: &[OwnedEvent], only_bans: bool) -> (List, Vec<String>) {
        let mut rules: HashMap<Key, Event<'_>> = HashMap::with_capacity(state.len());
        rules.extend(state.iter().map(|event| (key(&event.as_event()), event.as_event())));
        let mut arrived = Vec::new();
        for (key, seen) in &self.0 {
            let event = seen.event.as_event();
            if rules.get(key).is_some_and(|rule| rule.event_id() == event.event_id()) {
                arrived.push(event.event_id().to_owned());
            } else if may_send(&event, state) {
                rules.insert(key.clone(), event);
            }
        }
        (List::new(rules.into_values(), only_bans), arrived)
    }
}

fn key(event: &Event<'_>) -> Key {
    (event.event_type().to_owned(), event.state_key().unwrap_or_default().to_owned())
}

/// Whether a room with this state accepts the event from its sender. Without this check, anyone
/// could ban others for a while. When in doubt, the answer is no, and the rule counts once it is in
/// the state.
fn may_send(event: &Event<'_>, state: &[OwnedEvent]) -> bool {
    let find = |event_type: &str, state_key: &str| {
        let is_it = |found: &Event<'_>| {
            found.event_type() == event_type && found.state_key() == Some(state_key)
        };
        let found = state.iter().map(OwnedEvent::as_event).find(is_it)?;
        Some((found, found.content::<JsonObject>().ok()?))
    };
    let sender = event.sender().as_str();
    let member = find("m.room.member", sender);
    let is_joined = member.is_some_and(|(_, of)| of.get("membership") == Some(&"join".into()));
    // Only a user may set state whose key is that user's ID.
    let is_foreign = event.state_key().is_some_and(|key| key.starts_with('@') && key != sender);
    if !is_joined || is_foreign {
        return false;
    }
    let levels = find("m.room.power_levels", "").map(|(_, of)| of).unwrap_or_default();
    let of = |key: &str, name: &str| levels.get(key)?.get(name).and_then(level);
    let default = |key: &str, otherwise| levels.get(key).and_then(level).unwrap_or(otherwise);
    let needed = of("events", event.event_type());
    let needed = needed.unwrap_or_else(|| default("state_default", 50));
    let has = of("users", sender).unwrap_or_else(|| default("users_default", 0));
    has >= needed
        || find("m.room.create", "").is_some_and(|(create, of)| reigns(sender, &create, &of))
}

/// Reads a power level, which may be a string in old rooms.
fn level(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_i64(),
    }
}

/// Whether a user is above all power levels, as a room's creators are since version 12.
fn reigns(user_id: &str, create: &Event<'_>, content: &JsonObject) -> bool {
    let additional = content.get("additional_creators").and_then(Value::as_array);
    let is_among = |users: &Vec<Value>| users.iter().any(|user| user == user_id);
    create.names_room() && (create.sender() == user_id || additional.is_some_and(is_among))
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::testing::prelude::*;

    use super::*;

    #[test]
    fn a_flood_of_rules_is_not_kept() {
        let mut arriving = Arriving::default();
        let mut add = |number: usize, at_ms| {
            let key = number.to_string();
            let rule =
                event("m.policy.rule.user").sender("@eve:example.org").state_key(&key).build();
            arriving.add(&rule.as_event(), at_ms);
        };
        (0..2 * KEPT_MAX).for_each(|number| add(number, 0));
        // A rule that is kept may still change.
        add(0, PATIENCE_MS);
        assert_eq!(arriving.0.len(), KEPT_MAX);
        arriving.lose_patience(PATIENCE_MS);
        assert_eq!(arriving.0.len(), 1);
    }
}
