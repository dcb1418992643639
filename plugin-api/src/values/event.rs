//! Events: a view that borrows for the duration of a call, and an owned event for longer.

pub(crate) mod head;
mod owned;
#[cfg(feature = "host")]
mod places;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use hsmod_abi::{Flag, Number, Str, Texts, view};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

pub use self::owned::OwnedEvent;
#[cfg(feature = "host")]
pub(crate) use self::places::Places;

use super::by_name;
use super::id::{RoomId, UserId};
use super::json::JsonStr;

view! {
    /// A room event, borrowed from the homeserver for the duration of the call.
    ///
    /// Reading a field is free; [`Event::content`] parses. Copy an event that must outlive the call
    /// with [`Event::to_owned`].
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let event = OwnedEvent::from_json(r#"{
    ///     "event_id": "$1", "room_id": "!r:example.com", "sender": "@alice:example.com",
    ///     "type": "m.room.message", "origin_server_ts": 1, "content": {"body": "hello"}
    /// }"#)?;
    /// #[derive(Deserialize)]
    /// struct Message { body: String }
    /// assert_eq!(event.as_event().sender().localpart(), "alice");
    /// assert_eq!(event.as_event().content::<Message>()?.body, "hello");
    /// # Ok::<(), ModuleError>(())
    /// ```
    ///
    /// Mirrors `synapse.events.EventBase`.
    pub struct Event<'a> {
        event_id: Str<'a>,
        room_id: Str<'a>,
        sender: Str<'a>,
        event_type: Str<'a>,
        /// None if it is not a state event.
        state_key: Str<'a>,
        origin_server_ts: Timestamp,
        /// JSON text of the content; none if it is not at hand.
        content: Str<'a>,
        /// The texts that are created on demand: [`part`].
        texts: Texts<'a>,
        /// None if it is not known.
        room_version: Str<'a>,
        /// Reserved for the server that sent it: none.
        origin: Str<'a>,
        /// Reserved for how long it is sticky, in milliseconds: none.
        sticky_duration_ms: Number,
        /// Reserved for whether it is soft-failed: no.
        soft_failed: Flag,
    }
}

/// The numbers of an event's texts.
pub(crate) mod part {
    /// The whole event, as JSON.
    pub(crate) const JSON: u32 = 0;
    /// Its content, as JSON.
    pub(crate) const CONTENT: u32 = 1;
}

#[cfg(not(hsmod_abi_test = "changed_struct"))]
type Timestamp = i64;
/// Simulates a boundary that was changed without a new major version, which the loader must detect.
#[cfg(hsmod_abi_test = "changed_struct")]
type Timestamp = u32;

impl<'a> Event<'a> {
    /// `event_id`.
    pub fn event_id(&self) -> &'a str {
        self.event_id.text()
    }

    /// `room_id`. The event that creates a room of version 12 or later has none; for it, this is
    /// the ID of the new room.
    pub fn room_id(&self) -> &'a RoomId {
        RoomId::new(self.room_id.text())
    }

    /// `sender`.
    pub fn sender(&self) -> &'a UserId {
        UserId::new(self.sender.text())
    }

    /// `type`.
    pub fn event_type(&self) -> &'a str {
        self.event_type.text()
    }

    /// `state_key`; `None` if it is not a state event, because the key is missing or `null`. Any
    /// other type of value is refused when the event is read.
    pub fn state_key(&self) -> Option<&'a str> {
        self.state_key.get()
    }

    /// Whether it is a state event.
    pub fn is_state(&self) -> bool {
        self.state_key().is_some()
    }

    /// `origin_server_ts`: milliseconds since 1970, according to the sender's server; 0 if it is
    /// missing.
    pub fn origin_server_ts(&self) -> i64 {
        {
            #[allow(clippy::useless_conversion, reason = "narrower in a test of the loader")]
            i64::from(self.origin_server_ts)
        }
    }

    /// Whether the ID of the room is derived from this event, as for each event that creates a room
    /// since room version 12. The PDU of such an event has no `room_id`.
    pub fn names_room(&self) -> bool {
        head::creates(self.event_type(), self.state_key())
            && head::room_named_after(self.event_id())
                .is_some_and(|room_id| self.room_id() == room_id.as_str())
    }

    /// The version of its room (`10`, `12`, ..) if the homeserver provided it.
    pub fn room_version(&self) -> Option<&'a str> {
        self.room_version.get()
    }

    /// The whole event: the stored PDU's JSON plus its `event_id`. It may lack a `room_id`
    /// ([`Self::names_room`]). A homeserver that stores events in another form creates the text when
    /// the first module asks for it.
    ///
    /// # Panics
    /// If the homeserver cannot serialise the event as JSON, which fails the call.
    pub fn json(&self) -> &'a JsonStr {
        match self.texts.get(part::JSON) {
            Some(json) => JsonStr::new(json),
            None => panic!("the homeserver cannot write {self:?} as JSON"),
        }
    }

    /// The `content` alone, as JSON: cheaper than [`Self::json`] if the homeserver has it at hand.
    ///
    /// # Panics
    /// Those of [`Self::json`].
    pub fn content_json(&self) -> &'a JsonStr {
        #[derive(Deserialize)]
        struct WithContent<'a> {
            #[serde(borrow)]
            content: &'a RawValue,
        }
        let content = self.content.get().or_else(|| self.texts.get(part::CONTENT));
        let within = || by_name::from_str::<WithContent<'a>>(self.json().as_str()).ok();
        match content.or_else(|| within().map(|event| event.content.get())) {
            Some(content) => JsonStr::new(content),
            None => panic!("the homeserver cannot write the content of {self:?} as JSON"),
        }
    }

    /// Deserialises `content` into a type that the module defines, or into [`serde_json::Value`]. A
    /// struct is read from an object only.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(event: &Event<'_>) -> Result<(), ModuleError> {
    /// let content: serde_json::Value = event.content()?;
    /// let body = content["body"].as_str().unwrap_or_default();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The content does not fit that type.
    ///
    /// # Panics
    /// Those of [`Self::json`].
    // For authors who do not name the type: the compiler's error shows the name of the parameter.
    pub fn content<ValueOrStruct: DeserializeOwned>(
        &self,
    ) -> Result<ValueOrStruct, serde_json::Error> {
        self.content_json().parse()
    }

    /// `content.membership` of an `m.room.member` event: `join`, `invite`, `leave`, `ban`, `knock`.
    /// `None` if it is another type of event; an error if it is malformed, so that it is not
    /// mistaken for a message:
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(event: &Event<'_>) -> Result<Verdict, ModuleError> {
    /// if event.membership()?.as_deref() == Some("join") {
    ///     // ..
    /// }
    /// # Ok(Verdict::Allow)
    /// # }
    /// ```
    ///
    /// # Errors
    /// It is an `m.room.member` event without a state key, or without a `membership` string in its
    /// content.
    pub fn membership(&self) -> Result<Option<Cow<'a, str>>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Member<'a> {
            #[serde(borrow)]
            membership: Cow<'a, str>,
        }
        if self.event_type() != "m.room.member" {
            return Ok(None);
        }
        let malformed = |what: &dyn fmt::Display| {
            serde_json::Error::custom(format_args!("{self:?} is not a membership: {what}"))
        };
        if !self.is_state() {
            return Err(malformed(&"it has no `state_key`"));
        }
        let content: Member<'a> =
            by_name::from_str(self.content_json().as_str()).map_err(|error| malformed(&error))?;
        Ok(Some(content.membership))
    }

    /// The event in the format for clients, with its `room_id`, but without hashes, signatures,
    /// depth, previous and auth events.
    pub fn client_json(&self) -> String {
        const CLIENT_KEYS: [&str; 9] = [
            "content",
            "event_id",
            "origin_server_ts",
            "redacts",
            "room_id",
            "sender",
            "state_key",
            "type",
            "unsigned",
        ];
        let mut fields: BTreeMap<Cow<'_, str>, &RawValue> =
            serde_json::from_str(self.json().as_str()).unwrap_or_default();
        fields.retain(|key, _| CLIENT_KEYS.contains(&&**key));
        // Clients expect the room of each event, although the PDU need not have it.
        let room_id = serde_json::value::to_raw_value(self.room_id()).ok();
        if let Some(room_id) = &room_id {
            fields.entry("room_id".into()).or_insert(room_id);
        }
        serde_json::to_string(&fields).unwrap_or_default()
    }
}

/// The parts of an event that a homeserver shows.
pub(crate) struct Shown<'a> {
    pub(crate) event_id: &'a str,
    pub(crate) room_id: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) state_key: Option<&'a str>,
    pub(crate) origin_server_ts: i64,
    /// `None` if it is not at hand.
    pub(crate) content: Option<&'a str>,
    /// `None` if it is not known.
    pub(crate) room_version: Option<&'a str>,
    /// The texts by their numbers ([`part`]).
    pub(crate) texts: Texts<'a>,
}

impl<'a> From<Shown<'a>> for Event<'a> {
    #[inline]
    fn from(shown: Shown<'a>) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            event_id: Str::new(shown.event_id),
            room_id: Str::new(shown.room_id),
            sender: Str::new(shown.sender),
            event_type: Str::new(shown.event_type),
            state_key: Str::optional(shown.state_key),
            #[allow(clippy::unnecessary_cast, reason = "narrower in a test of the loader")]
            origin_server_ts: shown.origin_server_ts as Timestamp,
            content: Str::optional(shown.content),
            texts: shown.texts,
            room_version: Str::optional(shown.room_version),
            origin: Str::NONE,
            sticky_duration_ms: Number::new(None),
            soft_failed: Flag::new(false),
        }
    }
}

/// Serialises [`Event::json`].
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by {}", self.event_type(), self.event_id(), self.sender())
    }
}

#[cfg(test)]
mod tests;
