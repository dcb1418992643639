//! The state of a room, in memory.

use std::sync::Arc;

use hsmod_loader::StateSource;
use hsmod_loader::values::{Event, ModuleError};
use rpds::HashTrieMapSync;

/// The state events of a room, by type and state key, as JSON.
///
/// Rationale: the maps are persistent, so a clone is cheap however large the room, and later
/// changes do not affect it. A module that handles a notification late still sees the state right
/// after its event.
#[derive(Clone, Default)]
pub(crate) struct RoomState {
    types: HashTrieMapSync<String, OfType>,
}

type OfType = HashTrieMapSync<String, Arc<str>>;

impl RoomState {
    /// Inserts a state event, replacing an older one. Returns whether `event` is a state event.
    pub(crate) fn insert(&mut self, event: &Event<'_>) -> bool {
        let Some(state_key) = event.state_key() else { return false };
        let (event_type, json) = (event.event_type(), event.json().as_str());
        let mut of_type = self.types.get(event_type).cloned().unwrap_or_default();
        of_type.insert_mut(state_key.to_owned(), json.into());
        self.types.insert_mut(event_type.to_owned(), of_type);
        true
    }

    /// The JSON of a state event.
    pub(crate) fn find(&self, event_type: &str, state_key: &str) -> Option<&str> {
        Some(self.types.get(event_type)?.get(state_key)?)
    }
}

impl StateSource for RoomState {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        Ok(self.find(event_type, state_key).map(str::to_owned))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let events = self.types.get(event_type).into_iter().flat_map(OfType::values);
        Ok(events.map(|json| json.as_ref().to_owned()).collect())
    }

    async fn keys(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let events = self.types.get(event_type).into_iter().flat_map(OfType::keys);
        Ok(events.cloned().collect())
    }

    async fn count(&self, event_type: &str) -> Result<usize, ModuleError> {
        Ok(self.types.get(event_type).map_or(0, OfType::size))
    }

    async fn all(&self) -> Result<Vec<String>, ModuleError> {
        let events = self.types.values().flat_map(OfType::values);
        Ok(events.map(|json| json.as_ref().to_owned()).collect())
    }
}
