//! Rooms that tests create and examine.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::event::event;
use crate::host::StateSource;
use crate::values::{ModuleError, OwnedEvent};

/// Creates a room without any state.
///
/// ```
/// use hsmod_plugin_api::testing::prelude::*;
///
/// let lobby = room("!lobby:example.com")
///     .member("@alice:example.com", "join")
///     .state("m.room.name", "", json!({"name": "Lobby"}));
/// assert_eq!(lobby.membership("@alice:example.com").as_deref(), Some("join"));
/// ```
pub fn room(room_id: &str) -> FakeRoom {
    FakeRoom { room_id: room_id.to_owned(), ..FakeRoom::default() }
}

/// A room of a [`FakeHost`](super::FakeHost): added by [`FakeHost::room`](super::FakeHost::room),
/// returned by [`FakeHost::find_room`](super::FakeHost::find_room).
#[derive(Clone, Debug, Default)]
#[must_use = "a homeserver has it once `FakeHost::room` is given it"]
pub struct FakeRoom {
    pub(super) room_id: String,
    pub(super) aliases: Vec<String>,
    pub(super) public: bool,
    pub(super) version: Option<String>,
    state: BTreeMap<(String, String), OwnedEvent>,
    sent: Vec<OwnedEvent>,
}

impl FakeRoom {
    /// Sets the membership of a user, with a state event sent by the user.
    pub fn member(self, user_id: &str, membership: &str) -> Self {
        let content = json!({"membership": membership});
        self.state_of(user_id, "m.room.member", user_id, content)
    }

    /// Adds a state event, sent by an unrelated user.
    pub fn state(self, event_type: &str, state_key: &str, content: Value) -> Self {
        self.state_of("@creator:example.com", event_type, state_key, content)
    }

    /// Adds a state event as it is, except for its room.
    ///
    /// # Panics
    /// If it is not a state event.
    pub fn state_event(mut self, given: &OwnedEvent) -> Self {
        let view = given.as_event();
        let Some(state_key) = view.state_key() else { panic!("{given:?} is not a state event") };
        let key = (view.event_type().to_owned(), state_key.to_owned());
        let event = self.versioned(given.clone());
        self.state.insert(key, event);
        self
    }

    /// Adds the version of the room to the event, if it is known.
    fn versioned(&self, event: OwnedEvent) -> OwnedEvent {
        match &self.version {
            Some(version) => event.with_room_version(version.as_str()),
            None => event,
        }
    }

    /// Adds an alias; the first one is also the room's canonical alias.
    pub fn alias(mut self, alias: &str) -> Self {
        self.aliases.push(alias.to_owned());
        if self.aliases.len() > 1 {
            return self;
        }
        self.state("m.room.canonical_alias", "", json!({"alias": alias}))
    }

    /// Sets the version of the room, which events that are added from then on carry
    /// ([`Event::room_version`](crate::values::Event::room_version)).
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// Puts the room on the public list.
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    fn state_of(self, sender: &str, event_type: &str, state_key: &str, content: Value) -> Self {
        let made = event(event_type).room(&self.room_id).sender(sender).state_key(state_key);
        let id = format!("$state{}", self.state.len());
        self.state_event(&made.id(&id).content(content).build())
    }

    /// Adds an event that was sent, and returns it in the room's form.
    pub(super) fn send(&mut self, event: OwnedEvent) -> OwnedEvent {
        let event = self.versioned(event);
        if let Some(state_key) = event.as_event().state_key() {
            let key = (event.as_event().event_type().to_owned(), state_key.to_owned());
            self.state.insert(key, event.clone());
        }
        self.sent.push(event.clone());
        event
    }

    /// Adds an event that no module sent.
    pub(super) fn receive(&mut self, event: &OwnedEvent) {
        let view = event.as_event();
        let Some(state_key) = view.state_key() else { return };
        if view.event_type() == "m.room.create" {
            // Without `room_version`, the room has version 1.
            let version = view.content::<Version>().ok().and_then(|content| content.room_version);
            self.version = Some(version.unwrap_or_else(|| "1".to_owned()));
        }
        let key = (view.event_type().to_owned(), state_key.to_owned());
        let event = self.versioned(event.clone());
        self.state.insert(key, event);
    }

    /// Resets the room to its state before any event.
    pub(super) fn forget_state(&mut self) {
        self.version = None;
        self.state.clear();
        self.sent.clear();
    }

    /// The room's ID.
    pub fn room_id(&self) -> &str {
        &self.room_id
    }

    /// Whether the room is on the public list.
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// A state event.
    pub fn find_state(&self, event_type: &str, state_key: &str) -> Option<&OwnedEvent> {
        self.state.get(&(event_type.to_owned(), state_key.to_owned()))
    }

    /// The state events of a type with their state keys.
    fn keyed(&self, event_type: &str) -> impl Iterator<Item = (&str, &OwnedEvent)> {
        let of_type = self.state.iter().filter(move |((its_type, _), _)| its_type == event_type);
        of_type.map(|((_, state_key), event)| (state_key.as_str(), event))
    }

    /// All state events, ordered by type and state key.
    pub fn all_state(&self) -> impl Iterator<Item = &OwnedEvent> {
        self.state.values()
    }

    /// The membership of a user.
    ///
    /// # Panics
    /// If it is malformed.
    pub fn membership(&self, user_id: &str) -> Option<String> {
        match self.find_state("m.room.member", user_id)?.as_event().membership() {
            Ok(membership) => membership.map(Cow::into_owned),
            Err(error) => panic!("{error}"),
        }
    }

    /// Whether a user has this membership; false if theirs is malformed.
    pub(super) fn has(&self, user_id: &str, membership: &str) -> bool {
        let event = self.find_state("m.room.member", user_id);
        let found = event.map(|event| event.as_event().membership());
        matches!(found, Some(Ok(Some(found))) if found == membership)
    }

    /// The events that modules sent, in order: messages, state, memberships.
    pub fn sent(&self) -> &[OwnedEvent] {
        &self.sent
    }
}

/// The part of the event that creates a room which names its version.
#[derive(Deserialize)]
struct Version {
    room_version: Option<String>,
}

/// The current state of the room, for callbacks that take one.
impl StateSource for FakeRoom {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        let event = self.find_state(event_type, state_key);
        Ok(event.map(json))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        Ok(self.keyed(event_type).map(|(_, event)| json(event)).collect())
    }

    async fn keys(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        Ok(self.keyed(event_type).map(|(state_key, _)| state_key.to_owned()).collect())
    }

    async fn count(&self, event_type: &str) -> Result<usize, ModuleError> {
        Ok(self.keyed(event_type).count())
    }

    async fn all(&self) -> Result<Vec<String>, ModuleError> {
        Ok(self.all_state().map(json).collect())
    }

    async fn members(&self, membership: &str) -> Result<Vec<String>, ModuleError> {
        let is = |event: &OwnedEvent| {
            event.as_event().membership().is_ok_and(|found| found.as_deref() == Some(membership))
        };
        let members = self.keyed("m.room.member").filter(|(_, event)| is(event));
        Ok(members.map(|(user_id, _)| user_id.to_owned()).collect())
    }
}

fn json(event: &OwnedEvent) -> String {
    event.as_event().json().as_str().to_owned()
}
