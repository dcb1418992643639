//! The knowledge of a fake homeserver: its users, its rooms, its time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::clock::Clock;
use super::event::{EventBuilder, event};
use super::room::FakeRoom;
use super::user::FakeUser;
use crate::requests::logins::RegistrationToken;
use crate::values::{ErrorCode, JsonObject, JsonStr, ModuleError, OwnedEvent, UserId};

/// What a fake homeserver knows, shared by all its clones.
#[derive(Clone, Debug)]
pub(super) struct World(Arc<Mutex<Known>>);

/// The current knowledge.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) server_name: String,
    pub(super) clock: Clock,
    pub(super) users: BTreeMap<String, FakeUser>,
    pub(super) rooms: BTreeMap<String, FakeRoom>,
    pub(super) registration_tokens: BTreeMap<String, RegistrationToken>,
    /// The number of generated names.
    named: u64,
}

impl World {
    pub(super) fn new(server_name: String, clock: Clock) -> Self {
        Self(Arc::new(Mutex::new(Known {
            server_name,
            clock,
            users: BTreeMap::new(),
            rooms: BTreeMap::new(),
            registration_tokens: BTreeMap::new(),
            named: 0,
        })))
    }

    /// Replaces its knowledge by that of another one.
    pub(super) fn begin_as(&self, other: &Self) {
        // The two locks are not held at the same time, because both may belong to the same world.
        let known = other.known().clone();
        *self.known() = known;
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The user with this ID, if there is one.
    pub(super) fn user(&mut self, user_id: &UserId) -> Result<&mut FakeUser, ModuleError> {
        self.users.get_mut(user_id.as_str()).ok_or_else(|| not_found("user", user_id.as_str()))
    }

    /// [`Self::user`] with a separate error for users of other homeservers.
    pub(super) fn local_user(&mut self, user_id: &UserId) -> Result<&mut FakeUser, ModuleError> {
        self.check_local(user_id)?;
        self.user(user_id)
    }

    pub(super) fn check_local(&self, user_id: &UserId) -> Result<(), ModuleError> {
        if user_id.server_name() == Some(&self.server_name) {
            return Ok(());
        }
        let server_name = &self.server_name;
        Err(ModuleError::new(format_args!("{user_id} is not a user of {server_name}")))
    }

    /// The fields of a membership event that come from the user's profile.
    pub(super) fn member_profile(&self, user_id: &UserId) -> JsonObject {
        let profile = self.users.get(user_id.as_str()).map(|user| user.profile.clone());
        let fields = profile.into_iter().flat_map(|profile| {
            [("displayname", profile.display_name), ("avatar_url", profile.avatar_url)]
        });
        fields.filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect()
    }

    pub(super) fn room(&mut self, room_id: &str) -> Result<&mut FakeRoom, ModuleError> {
        self.rooms.get_mut(room_id).ok_or_else(|| not_found("room", room_id))
    }

    /// A unique name: `device1`, `device2`, ..
    pub(super) fn name(&mut self, what: &str) -> String {
        self.named += 1;
        format!("{what}{}", self.named)
    }

    /// Begins an event with the current time.
    pub(super) fn event(&mut self, event_type: &str, room_id: &str, sender: &str) -> EventBuilder {
        let id = self.name("$sent");
        event(event_type).id(&id).room(room_id).sender(sender).at(self.clock.now())
    }

    /// Adds an event to a room.
    pub(super) fn send(
        &mut self,
        room_id: &str,
        event: EventBuilder,
    ) -> Result<OwnedEvent, ModuleError> {
        Ok(self.room(room_id)?.send(event.build()))
    }
}

pub(super) fn not_found(what: &str, name: &str) -> ModuleError {
    ModuleError::http(404, ErrorCode::NotFound, format!("there is no {what} {name}"))
}

/// The refusal of an invalid argument.
pub(super) fn bad_request(message: impl Into<String>) -> ModuleError {
    ModuleError::http(400, ErrorCode::InvalidParam, message)
}

/// The refusal of an action that violates the rules of a room.
pub(super) fn forbidden(message: impl Into<String>) -> ModuleError {
    ModuleError::http(403, ErrorCode::Forbidden, message)
}

/// Reads an argument that must be an object.
pub(super) fn object(json: &JsonStr, what: &str) -> Result<JsonObject, ModuleError> {
    let object = object_or_null(json, what)?;
    object.ok_or_else(|| bad_request(format!("{what} is an object, not null")))
}

/// Reads an argument that must be an object or `null`.
pub(super) fn object_or_null(
    json: &JsonStr,
    what: &str,
) -> Result<Option<JsonObject>, ModuleError> {
    match json.parse()? {
        Value::Object(object) => Ok(Some(object)),
        Value::Null => Ok(None),
        other => Err(bad_request(format!("{what} is an object, not {other}"))),
    }
}
