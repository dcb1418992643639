//! An event that outlives the call in which it was received.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use hsmod_abi::{GivenText, OwnedArray, OwnedStr, TextSource, Texts};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::head::{self, Head};
use super::{Event, Shown, part};
use crate::values::answer::{Answer, Unreadable, text};
use crate::values::id::{RoomId, UserId};
use crate::values::json::JsonStr;
use crate::values::state::texts;

/// An event that owns its text. The default is not an event: all its fields are empty.
///
/// It takes a single allocation, and so does a clone: the fields are positions in the text, which
/// are determined when one of them is first read.
#[derive(Clone)]
pub struct OwnedEvent {
    json: GivenText,
    fields: Late,
    room_version: Option<Arc<str>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) event_id: Place,
    pub(super) room_id: Place,
    pub(super) sender: Place,
    pub(super) event_type: Place,
    pub(super) state_key: Option<Place>,
    pub(super) origin_server_ts: i64,
    pub(super) content: Range<usize>,
}

/// The fields of an event: known from the beginning, or read on demand.
///
/// Rationale: initialising a cell involves a call that can wait for another thread, and moves the
/// value; most events are read by the code that creates them.
#[derive(Clone)]
enum Late {
    Read(Fields),
    /// Set by the first access.
    Asked(OnceLock<Fields>),
}

impl Late {
    fn get(&self) -> Option<&Fields> {
        match self {
            Self::Read(fields) => Some(fields),
            Self::Asked(fields) => fields.get(),
        }
    }

    /// Returns the fields that were read on demand, or else stores `fields`.
    fn get_or(&self, fields: Fields) -> &Fields {
        match self {
            Self::Read(fields) => fields,
            // If another thread was faster, it has read the same.
            Self::Asked(cell) => cell.get_or_init(|| fields),
        }
    }
}

impl Default for OwnedEvent {
    fn default() -> Self {
        Self::of_fields(String::new(), Fields::default())
    }
}

/// The position of a field in the event's text, or the field itself if the text has it in another
/// notation.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Within(Range<usize>),
    Apart(Box<str>),
}

impl Default for Place {
    fn default() -> Self {
        Self::Within(0..0)
    }
}

impl Place {
    /// Determines the position of a field in the text that it may be a part of.
    fn of(field: &str, json: &str) -> Self {
        match head::place_within(field, json) {
            Some(place) => Self::Within(place),
            None => Self::Apart(field.into()),
        }
    }

    /// Returns the field from the text in which its position was found.
    fn text<'a>(&'a self, json: &'a str) -> &'a str {
        match self {
            Self::Within(place) => json.get(place.clone()).unwrap_or_default(),
            Self::Apart(field) => field,
        }
    }
}

impl Event<'_> {
    /// Copies the event so that it outlives the call.
    ///
    /// # Panics
    /// Those of [`Self::json`].
    pub fn to_owned(&self) -> OwnedEvent {
        let json = self.json().as_str();
        let content = self.content.get().and_then(|content| head::place_within(content, json));
        let place = |field| Place::of(field, json);
        let fields = Fields {
            event_id: place(self.event_id()),
            room_id: place(self.room_id().as_str()),
            sender: place(self.sender().as_str()),
            event_type: place(self.event_type()),
            state_key: self.state_key().map(place),
            origin_server_ts: self.origin_server_ts(),
            content: content.or_else(|| head::content_of(json).ok()).unwrap_or_default(),
        };
        let room_version = self.room_version().map(Into::into);
        OwnedEvent { room_version, ..OwnedEvent::of_fields(json.to_owned(), fields) }
    }
}

impl Fields {
    fn read(json: &str) -> Result<Self, serde_json::Error> {
        let head = Head::read(json)?;
        let place = |field: &str| Place::of(field, json);
        Ok(Self {
            event_id: place(&head.event_id),
            room_id: place(&head.room_id),
            sender: place(&head.sender),
            event_type: place(&head.event_type),
            state_key: head.state_key.as_deref().map(place),
            origin_server_ts: head.origin_server_ts,
            content: head::place_within(head.content, json).unwrap_or_default(),
        })
    }
}

impl OwnedEvent {
    /// Reads the JSON of an event: the stored PDU's JSON plus its `event_id`. The event that creates
    /// a room of version 12 or later has no `room_id`: the room's ID is derived from the event.
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
    /// It is not a JSON object; it lacks one of `event_id`, `room_id`, `sender`, `type`, `content`
    /// (an object); or one of them, `origin_server_ts` or `state_key` has the wrong type.
    pub fn from_json(json: impl Into<String>) -> Result<Self, serde_json::Error> {
        let json = json.into();
        let fields = Fields::read(&json)?;
        Ok(Self::of_fields(json, fields))
    }

    /// [`Self::from_json`] for a part of a larger text, such as a line of a file, which is shared
    /// instead of copied.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let line = r#"{"event_id":"$1","room_id":"!r:x","sender":"@a:x","type":"t","content":{}}"#;
    /// let lines = Arc::new(format!("{line}\n{line}"));
    /// let event = OwnedEvent::from_part(&lines, 0..line.len())?;
    /// assert_eq!(event.as_event().json().as_str(), line);
    /// # Ok::<(), ModuleError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Self::from_json`]; if `part` is not a part of the text, those for an empty text.
    pub fn from_part(text: &Arc<String>, part: Range<usize>) -> Result<Self, serde_json::Error> {
        let json = GivenText::part(text, part).unwrap_or_else(|| GivenText::from(""));
        let fields = Fields::read(json.as_str())?;
        Ok(Self { json, fields: Late::Read(fields), room_version: None })
    }

    /// Wraps what the homeserver claims to be the JSON of an event; it is read on first access.
    pub(crate) const fn unread(json: GivenText) -> Self {
        Self { json, fields: Late::Asked(OnceLock::new()), room_version: None }
    }

    pub(super) fn of_fields(json: String, fields: Fields) -> Self {
        Self { json: json.into(), fields: Late::Read(fields), room_version: None }
    }

    /// Creates an event from its parts and its whole text, in which the content is at this
    /// position.
    #[cfg(feature = "host")]
    pub(crate) fn of_parts(shown: &Shown<'_>, json: String, content: Range<usize>) -> Self {
        let place = |field| Place::of(field, &json);
        let fields = Fields {
            event_id: place(shown.event_id),
            room_id: place(shown.room_id),
            sender: place(shown.sender),
            event_type: place(shown.event_type),
            state_key: shown.state_key.map(place),
            origin_server_ts: shown.origin_server_ts,
            content,
        };
        let room_version = shown.room_version.map(Into::into);
        Self { room_version, ..Self::of_fields(json, fields) }
    }

    fn try_fields(&self) -> Result<&Fields, serde_json::Error> {
        if let Some(fields) = self.fields.get() {
            return Ok(fields);
        }
        let fields = Fields::read(self.json.as_str())?;
        Ok(self.fields.get_or(fields))
    }

    fn fields(&self) -> &Fields {
        self.try_fields().unwrap_or_else(|error| {
            panic!("the homeserver gave an event that cannot be read: {error}")
        })
    }

    /// Sets the version of its room, which is not in its JSON.
    #[must_use]
    pub fn with_room_version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.room_version = Some(version.into());
        self
    }

    /// Returns the view that callbacks take.
    ///
    /// # Panics
    /// If it came from [`State::get`](crate::values::State::get) and the homeserver's text is not
    /// an event.
    pub fn as_event(&self) -> Event<'_> {
        self.shown(self.fields())
    }

    fn shown<'a>(&'a self, fields: &'a Fields) -> Event<'a> {
        let json = self.json.as_str();
        Event::from(Shown {
            event_id: fields.event_id.text(json),
            room_id: fields.room_id.text(json),
            sender: fields.sender.text(json),
            event_type: fields.event_type.text(json),
            state_key: fields.state_key.as_ref().map(|key| key.text(json)),
            origin_server_ts: fields.origin_server_ts,
            content: json.get(fields.content.clone()),
            room_version: self.room_version.as_deref(),
            texts: Texts::new(self),
        })
    }
}

macro_rules! as_event {
    ($( $name:ident $(<$type:ident: $bound:ident>)? -> $answer:ty; )*) => {
        /// The methods of [`Event`].
        ///
        /// ```
        /// # use hsmod_plugin_api::prelude::*;
        /// struct Seen { latest: Vec<OwnedEvent> }
        ///
        /// impl Seen {
        ///     fn of(&self, user_id: &UserId) -> usize {
        ///         self.latest.iter().filter(|event| event.sender() == user_id).count()
        ///     }
        /// }
        /// ```
        ///
        /// # Panics
        /// Those of [`Self::as_event`].
        impl OwnedEvent { $(
            #[doc = concat!("As [`Event::", stringify!($name), "`].")]
            pub fn $name $(<$type: $bound>)? (&self) -> $answer {
                self.as_event().$name()
            }
        )* }
    };
}

as_event! {
    event_id -> &str;
    room_id -> &RoomId;
    sender -> &UserId;
    event_type -> &str;
    state_key -> Option<&str>;
    is_state -> bool;
    origin_server_ts -> i64;
    names_room -> bool;
    room_version -> Option<&str>;
    json -> &JsonStr;
    content_json -> &JsonStr;
    content<ValueOrStruct: DeserializeOwned> -> Result<ValueOrStruct, serde_json::Error>;
    membership -> Result<Option<Cow<'_, str>>, serde_json::Error>;
    client_json -> String;
}

/// Compares the fields and the text, whether or not the fields were read already.
impl PartialEq for OwnedEvent {
    fn eq(&self, other: &Self) -> bool {
        let fields = |(one, two): (&Fields, &Fields)| {
            let (one, two) = (self.shown(one), other.shown(two));
            one.content.get() == two.content.get()
                && one.event_id() == two.event_id()
                && one.room_id() == two.room_id()
                && one.sender() == two.sender()
                && one.event_type() == two.event_type()
                && one.state_key() == two.state_key()
                && one.origin_server_ts() == two.origin_server_ts()
        };
        let both = || Some((self.try_fields().ok()?, other.try_fields().ok()?));
        // A text that is not an event has no fields that could differ.
        self.json.as_str() == other.json.as_str()
            && self.room_version == other.room_version
            && both().is_none_or(fields)
    }
}

impl Eq for OwnedEvent {}

impl TextSource for OwnedEvent {
    fn text(&self, part: u32) -> Option<&str> {
        match part {
            part::JSON => Some(self.json.as_str()),
            part::CONTENT => self.json.as_str().get(self.fields.get()?.content.clone()),
            _ => None,
        }
    }
}

/// Serialises [`Event::json`].
impl Serialize for OwnedEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        JsonStr::new(self.json.as_str()).serialize(serializer)
    }
}

impl fmt::Debug for OwnedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_fields() {
            Ok(fields) => self.shown(fields).fmt(f),
            Err(error) => write!(f, "not an event: {error}"),
        }
    }
}

/// An event, which crosses as its JSON.
impl Answer for OwnedEvent {
    type Raw = OwnedStr;

    fn is_neutral(&self) -> bool {
        self.json.as_str().is_empty()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        (!self.json.as_str().is_empty()).then(|| self.json.into_raw())
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
        (!self.is_empty())
            .then(|| self.into_iter().map(|event| event.json.into_raw()).collect::<Vec<_>>().into())
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        let event = |json: String| OwnedEvent::from_json(json).map_err(|_| UNREADABLE);
        texts(raw)?.into_iter().map(event).collect()
    }
}

const UNREADABLE: Unreadable = Unreadable("the homeserver gave an event that is none");

#[cfg(test)]
mod tests;
