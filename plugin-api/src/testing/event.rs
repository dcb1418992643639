//! Builds events with few words.

use serde_json::{Map, Value, json};

use super::host::START;
use crate::values::OwnedEvent;

/// An event of this type; by default sent by `@alice:example.com` in `!room:example.com`.
///
/// ```
/// use hsmod_plugin_api::testing::prelude::*;
///
/// let hello = event("m.room.message").content(json!({"msgtype": "m.text", "body": "hello"})).build();
/// assert_eq!(hello.as_event().sender(), "@alice:example.com");
/// let name = event("m.room.name").state_key("").content(json!({"name": "Lobby"})).build();
/// assert!(name.as_event().is_state());
/// ```
pub fn event(event_type: &str) -> EventBuilder {
    let fields = json!({
        "event_id": "$event",
        "room_id": "!room:example.com",
        "sender": "@alice:example.com",
        "type": event_type,
        "origin_server_ts": START,
        "content": {},
    });
    let Value::Object(fields) = fields else { unreachable!("an object was written") };
    EventBuilder { fields, room_version: None }
}

/// A user's own `m.room.member` event: `member("@bob:example.com", "join")`. With another
/// [`sender`](EventBuilder::sender) it is an invite, a kick or a ban.
pub fn member(user_id: &str, membership: &str) -> EventBuilder {
    let content = json!({"membership": membership});
    event("m.room.member").sender(user_id).state_key(user_id).content(content)
}

/// Builds an event.
#[derive(Clone, Debug)]
#[must_use = "an event is made by `build`"]
pub struct EventBuilder {
    fields: Map<String, Value>,
    room_version: Option<String>,
}

impl EventBuilder {
    /// `sender`.
    pub fn sender(self, user_id: &str) -> Self {
        self.field("sender", user_id)
    }

    /// `room_id`. The event that creates a room of version 12 has none: [`Self::without`] it.
    pub fn room(self, room_id: &str) -> Self {
        self.field("room_id", room_id)
    }

    /// `event_id`, by default `$event`.
    pub fn id(self, event_id: &str) -> Self {
        self.field("event_id", event_id)
    }

    /// `state_key`: makes it a state event.
    pub fn state_key(self, state_key: &str) -> Self {
        self.field("state_key", state_key)
    }

    /// `content`: an object.
    pub fn content(self, content: Value) -> Self {
        self.field("content", content)
    }

    /// `origin_server_ts`: milliseconds since 1970, by default [`START`].
    pub fn at(self, origin_server_ts: i64) -> Self {
        self.field("origin_server_ts", origin_server_ts)
    }

    /// Sets the version of its room, which is not part of the JSON
    /// ([`Event::room_version`](crate::values::Event::room_version)); unknown by default.
    ///
    /// ```
    /// use hsmod_plugin_api::testing::prelude::*;
    ///
    /// let hello = event("m.room.message").room_version("12").build();
    /// assert_eq!(hello.as_event().room_version(), Some("12"));
    /// ```
    pub fn room_version(mut self, version: &str) -> Self {
        self.room_version = Some(version.to_owned());
        self
    }

    /// Sets any other field.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a field.
    ///
    /// ```
    /// use hsmod_plugin_api::testing::prelude::*;
    ///
    /// let create = event("m.room.create").state_key("").content(json!({"room_version": "12"}));
    /// let create = create.id("$UD6JY-7U").without("room_id").build();
    /// assert_eq!(create.as_event().room_id(), "!UD6JY-7U");
    /// ```
    pub fn without(mut self, name: &str) -> Self {
        self.fields.remove(name);
        self
    }

    /// Builds the event.
    ///
    /// # Panics
    /// If a field is missing or of the wrong type, such as a content that is not an object.
    pub fn build(self) -> OwnedEvent {
        let json = Value::Object(self.fields).to_string();
        let event = OwnedEvent::from_json(json.as_str());
        match (event, self.room_version) {
            (Ok(event), Some(version)) => event.with_room_version(version),
            (Ok(event), None) => event,
            (Err(error), _) => panic!("this is not an event: {error}: {json}"),
        }
    }
}
