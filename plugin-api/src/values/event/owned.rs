//! An event that outlives the call it came with.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hsmod_abi::{OwnedArray, OwnedStr, TextSource, Texts};
use serde::{Serialize, Serializer};

use super::head::{self, Head};
use super::{Event, Shown, part};
use crate::values::answer::{Answer, Unreadable, text};
use crate::values::json::JsonStr;
use crate::values::state::{owned, texts};

/// An event that owns its text. The default is no event at all: all its texts are empty.
///
/// It takes one piece of memory, and a copy of it no more: its fields are places in its text.
#[derive(Clone, Default)]
pub struct OwnedEvent {
    json: String,
    event_id: Place,
    room_id: Place,
    sender: Place,
    event_type: Place,
    state_key: Option<Place>,
    origin_server_ts: i64,
    content: Range<usize>,
    room_version: Option<Arc<str>>,
}

/// Where a field stands in the event's text, or the field itself if it is written otherwise there.
#[derive(Clone)]
enum Place {
    Within(Range<usize>),
    Apart(Box<str>),
}

impl Default for Place {
    fn default() -> Self {
        Self::Within(0..0)
    }
}

impl Place {
    /// Of a field in the text that it may be a part of.
    fn of(field: &str, json: &str) -> Self {
        match head::place_within(field, json) {
            Some(place) => Self::Within(place),
            None => Self::Apart(field.into()),
        }
    }

    /// The field, in the text that its place was found in.
    fn text<'a>(&'a self, json: &'a str) -> &'a str {
        match self {
            Self::Within(place) => json.get(place.clone()).unwrap_or_default(),
            Self::Apart(field) => field,
        }
    }
}

impl Event<'_> {
    /// Copies what must outlive the call.
    ///
    /// # Panics
    /// As [`Self::json`].
    pub fn to_owned(&self) -> OwnedEvent {
        let json = self.json().as_str();
        let content = self.content.get().and_then(|content| head::place_within(content, json));
        let place = |field| Place::of(field, json);
        OwnedEvent {
            event_id: place(self.event_id()),
            room_id: place(self.room_id().as_str()),
            sender: place(self.sender().as_str()),
            event_type: place(self.event_type()),
            state_key: self.state_key().map(place),
            origin_server_ts: self.origin_server_ts(),
            content: content.or_else(|| head::content_of(json).ok()).unwrap_or_default(),
            room_version: self.room_version().map(Into::into),
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
        let place = |field: &str| Place::of(field, &json);
        Ok(Self {
            event_id: place(&head.event_id),
            room_id: place(&head.room_id),
            sender: place(&head.sender),
            event_type: place(&head.event_type),
            state_key: head.state_key.as_deref().map(place),
            origin_server_ts: head.origin_server_ts,
            content: head::place_within(head.content, &json).unwrap_or_default(),
            room_version: None,
            json,
        })
    }

    /// Of the parts of an event, and the whole of it, in which its content is at this place.
    #[cfg(feature = "host")]
    pub(crate) fn of_parts(shown: &Shown<'_>, json: String, content: Range<usize>) -> Self {
        let place = |field| Place::of(field, &json);
        Self {
            event_id: place(shown.event_id),
            room_id: place(shown.room_id),
            sender: place(shown.sender),
            event_type: place(shown.event_type),
            state_key: shown.state_key.map(place),
            origin_server_ts: shown.origin_server_ts,
            content,
            room_version: shown.room_version.map(Into::into),
            json,
        }
    }

    /// With the version of its room, which its JSON does not tell.
    #[must_use]
    pub fn with_room_version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.room_version = Some(version.into());
        self
    }

    /// The view that callbacks take.
    pub fn as_event(&self) -> Event<'_> {
        Event::from(Shown {
            event_id: self.event_id.text(&self.json),
            room_id: self.room_id.text(&self.json),
            sender: self.sender.text(&self.json),
            event_type: self.event_type.text(&self.json),
            state_key: self.state_key.as_ref().map(|key| key.text(&self.json)),
            origin_server_ts: self.origin_server_ts,
            content: self.json.get(self.content.clone()),
            room_version: self.room_version.as_deref(),
            texts: Texts::new(self),
        })
    }
}

/// The same fields and the same text, wherever the fields are kept.
impl PartialEq for OwnedEvent {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.as_event(), other.as_event());
        self.json == other.json
            && self.content == other.content
            && one.event_id() == two.event_id()
            && one.room_id() == two.room_id()
            && one.sender() == two.sender()
            && one.event_type() == two.event_type()
            && one.state_key() == two.state_key()
            && one.origin_server_ts() == two.origin_server_ts()
            && one.room_version() == two.room_version()
    }
}

impl Eq for OwnedEvent {}

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
