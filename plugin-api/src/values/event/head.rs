//! The head of an event, from its JSON.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

/// What the view shows.
///
/// Rationale for a reader by hand: whether an event may lack its `room_id` depends on its other
/// fields, and what is missing is best said with the place in the text, which only the parser knows.
pub(super) struct Head<'a> {
    pub(super) event_id: String,
    pub(super) room_id: String,
    pub(super) sender: String,
    pub(super) event_type: String,
    pub(super) state_key: Option<String>,
    pub(super) origin_server_ts: i64,
    /// JSON text of an object.
    pub(super) content: &'a str,
}

impl<'a> Head<'a> {
    /// Reads it; the rest of the event is skipped over.
    ///
    /// # Errors
    /// If the text is no JSON object, or something of it is missing or of the wrong type.
    pub(super) fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

/// Whether it is the event that creates a room.
pub(super) fn creates(event_type: &str, state_key: Option<&str>) -> bool {
    event_type == "m.room.create" && state_key == Some("")
}

/// The ID of a room that is named after the event that creates it, as since room version 12.
pub(super) fn room_named_after(event_id: &str) -> Option<String> {
    event_id.strip_prefix('$').map(|id| format!("!{id}"))
}

/// Where the content stands in the event, if it is a part of that text.
pub(super) fn place_within(content: &str, json: &str) -> Option<Range<usize>> {
    let start = content.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let end = start.checked_add(content.len())?;
    (end <= json.len()).then_some(start..end)
}

/// Where the content stands in an event that can be read; nowhere in another.
pub(super) fn content_of(json: &str) -> Range<usize> {
    let head = Head::read(json).ok();
    head.and_then(|head| place_within(head.content, json)).unwrap_or_default()
}

impl<'de: 'a, 'a> Deserialize<'de> for Head<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    EventId,
    RoomId,
    Sender,
    Type,
    StateKey,
    OriginServerTs,
    Content,
    #[serde(other)]
    Other,
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let (mut event_id, mut room_id, mut sender) = (None, None, None);
        let (mut event_type, mut state_key) = (None::<String>, None::<Option<String>>);
        let (mut origin_server_ts, mut content) = (None, None::<Object<'de>>);
        while let Some(key) = map.next_key()? {
            match key {
                Field::EventId => once(&mut event_id, "event_id", &mut map)?,
                Field::RoomId => once(&mut room_id, "room_id", &mut map)?,
                Field::Sender => once(&mut sender, "sender", &mut map)?,
                Field::Type => once(&mut event_type, "type", &mut map)?,
                Field::StateKey => once(&mut state_key, "state_key", &mut map)?,
                Field::OriginServerTs => once(&mut origin_server_ts, "origin_server_ts", &mut map)?,
                Field::Content => once(&mut content, "content", &mut map)?,
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let missing = A::Error::missing_field;
        let event_id: String = event_id.ok_or_else(|| missing("event_id"))?;
        let state_key = state_key.flatten();
        let created = || {
            creates(event_type.as_deref()?, state_key.as_deref())
                .then(|| room_named_after(&event_id))?
        };
        let room_id = room_id.or_else(created).ok_or_else(|| missing("room_id"))?;
        let sender = sender.ok_or_else(|| missing("sender"))?;
        let event_type = event_type.ok_or_else(|| missing("type"))?;
        let Object(content) = content.ok_or_else(|| missing("content"))?;
        let origin_server_ts = origin_server_ts.unwrap_or_default();
        Ok(Head { event_id, room_id, sender, event_type, state_key, origin_server_ts, content })
    }
}

/// The value of a field that may be there once.
fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = Some(map.next_value()?);
    Ok(())
}

/// Any JSON object, as it is written.
struct Object<'a>(&'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        if text.starts_with('{') {
            return Ok(Self(text));
        }
        Err(D::Error::invalid_type(Unexpected::Other("another value"), &"an object"))
    }
}
