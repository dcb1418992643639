//! Rooms: their events, and their state at each point.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::prelude::*;
use hsmod_loader::values::ModuleError;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};

use crate::event::PduEvent;

#[derive(Default)]
pub(crate) struct Rooms(Mutex<HashMap<String, Arc<Room>>>);

impl Rooms {
    pub(crate) fn room(&self, room_id: &str) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rooms.entry(room_id.to_owned()).or_default())
    }
}

/// A room. A lock orders its events, as in most homeservers.
#[derive(Default)]
pub(crate) struct Room(AsyncMutex<Timeline>);

#[derive(Default)]
pub(crate) struct Timeline {
    pub(crate) events: Vec<PduEvent>,
    state: Arc<RoomState>,
}

impl Room {
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Timeline> {
        self.0.lock().await
    }
}

impl Timeline {
    /// The current state, for modules: a handle that copies nothing.
    pub(crate) fn state(&self) -> StateHandle {
        StateHandle::new(Arc::clone(&self.state))
    }

    /// Stores an event. Handles of earlier states are not affected.
    pub(crate) fn store(&mut self, pdu: PduEvent) {
        if let (Some(state_key), Ok(json)) = (&pdu.state_key, serde_json::to_string(&pdu)) {
            let key = (pdu.event_type.clone(), state_key.clone());
            Arc::make_mut(&mut self.state).0.insert(key, json.into());
        }
        self.events.push(pdu);
    }
}

/// The state of a room at some point: events as JSON text, by type and state key.
#[derive(Clone, Default)]
pub(crate) struct RoomState(BTreeMap<(String, String), Arc<str>>);

/// (8) The state: modules look up single events, and nothing else is read.
impl StateSource for RoomState {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        let key = (event_type.to_owned(), state_key.to_owned());
        Ok(self.0.get(&key).map(|json| json.as_ref().to_owned()))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let events = self.0.iter().filter(|((own, _), _)| own == event_type);
        Ok(events.map(|(_, json)| json.as_ref().to_owned()).collect())
    }
}
