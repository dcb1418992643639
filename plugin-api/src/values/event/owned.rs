//! An event that outlives the call it came with.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use hsmod_abi::{OwnedArray, OwnedStr, TextSource, Texts};
use serde::{Serialize, Serializer};

use super::head::{self, Head};
use super::{Event, Shown, part};
use crate::values::answer::{Answer, Unreadable, text};
use crate::values::json::JsonStr;
use crate::values::state::{owned, texts};

/// An event that owns its text. The default is no event at all: all its texts are empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OwnedEvent {
    event_id: String,
    room_id: String,
    sender: String,
    event_type: String,
    state_key: Option<String>,
    origin_server_ts: i64,
    /// Where it stands in `json`.
    content: Range<usize>,
    room_version: Option<String>,
    json: String,
}

impl Event<'_> {
    /// Copies what must outlive the call.
    ///
    /// # Panics
    /// As [`Self::json`].
    pub fn to_owned(&self) -> OwnedEvent {
        let json = self.json().as_str();
        let content = self.content.get().and_then(|content| head::place_within(content, json));
        OwnedEvent {
            event_id: self.event_id().to_owned(),
            room_id: self.room_id().as_str().to_owned(),
            sender: self.sender().as_str().to_owned(),
            event_type: self.event_type().to_owned(),
            state_key: self.state_key().map(str::to_owned),
            origin_server_ts: self.origin_server_ts(),
            content: content.or_else(|| head::content_of(json).ok()).unwrap_or_default(),
            room_version: self.room_version().map(str::to_owned),
            json: json.to_owned(),
        }
    }
}

impl OwnedEvent {
    /// Reads the JSON of an event: the stored PDU's JSON plus its `event_id`. The event that creates
    /// a room of version 12 or later has no `room_id`: the room is named after it.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let create = OwnedEvent::from_json(r#"{
    ///     "event_id": "$UD6JY-7U", "sender": "@alice:example.com", "type": "m.room.create",
    ///     "state_key": "", "origin_server_ts": 1, "content": {"room_version": "12"}
    /// }"#)?;
    /// assert_eq!(create.as_event().room_id(), "!UD6JY-7U");
    /// # Ok::<(), ModuleError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no JSON object, or lacks one of `event_id`, `room_id`, `sender`, `type`, `content`
    /// (an object), or one of them or `origin_server_ts` or `state_key` is of the wrong type.
    pub fn from_json(json: impl Into<String>) -> Result<Self, serde_json::Error> {
        let json = json.into();
        let head = Head::read(&json)?;
        Ok(Self {
            event_id: head.event_id.into_owned(),
            room_id: head.room_id.into_owned(),
            sender: head.sender.into_owned(),
            event_type: head.event_type.into_owned(),
            state_key: head.state_key.map(Cow::into_owned),
            origin_server_ts: head.origin_server_ts,
            content: head::place_within(head.content, &json).unwrap_or_default(),
            room_version: None,
            json,
        })
    }

    /// Of the parts of an event, and the whole of it, in which its content is at this place.
    #[cfg(feature = "host")]
    pub(crate) fn of_parts(shown: &Shown<'_>, json: String, content: Range<usize>) -> Self {
        Self {
            event_id: shown.event_id.to_owned(),
            room_id: shown.room_id.to_owned(),
            sender: shown.sender.to_owned(),
            event_type: shown.event_type.to_owned(),
            state_key: shown.state_key.map(str::to_owned),
            origin_server_ts: shown.origin_server_ts,
            content,
            room_version: shown.room_version.map(str::to_owned),
            json,
        }
    }

    /// With the version of its room, which its JSON does not tell.
    #[must_use]
    pub fn with_room_version(mut self, version: impl Into<String>) -> Self {
        self.room_version = Some(version.into());
        self
    }

    /// The view that callbacks take.
    pub fn as_event(&self) -> Event<'_> {
        Event::from(Shown {
            event_id: &self.event_id,
            room_id: &self.room_id,
            sender: &self.sender,
            event_type: &self.event_type,
            state_key: self.state_key.as_deref(),
            origin_server_ts: self.origin_server_ts,
            content: self.json.get(self.content.clone()),
            room_version: self.room_version.as_deref(),
            texts: Texts::new(self),
        })
    }
}

impl TextSource for OwnedEvent {
    fn text(&self, part: u32) -> Option<&str> {
        match part {
            part::JSON => Some(&self.json),
            part::CONTENT => self.json.get(self.content.clone()),
            _ => None,
        }
    }
}

/// As [`Event::json`].
impl Serialize for OwnedEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        JsonStr::new(&self.json).serialize(serializer)
    }
}

impl fmt::Debug for OwnedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_event(), f)
    }
}

/// An event, which crosses as its JSON.
impl Answer for OwnedEvent {
    type Raw = OwnedStr;

    fn is_neutral(&self) -> bool {
        self.json.is_empty()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        (!self.json.is_empty()).then(|| self.json.into())
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        Self::from_json(text(&raw)?).map_err(|_| UNREADABLE)
    }
}

/// Events, which cross as their JSON.
impl Answer for Vec<OwnedEvent> {
    type Raw = OwnedArray<OwnedStr>;

    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        (!self.is_empty()).then(|| owned(self.into_iter().map(|event| event.json).collect()))
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        let event = |json: String| OwnedEvent::from_json(json).map_err(|_| UNREADABLE);
        texts(raw)?.into_iter().map(event).collect()
    }
}

const UNREADABLE: Unreadable = Unreadable("the homeserver gave an event that is none");
