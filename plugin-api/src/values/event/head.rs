//! Reads the head of an event from its JSON.

mod scan;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use crate::values::by_name;

/// The fields of the view, borrowed from the text unless they contain escapes.
///
/// Rationale for a visitor written by hand: whether an event may lack its `room_id` depends on its
/// other fields, and an error about a missing field should name the position in the text, which
/// only the parser knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) event_id: Cow<'a, str>,
    pub(crate) room_id: Cow<'a, str>,
    pub(crate) sender: Cow<'a, str>,
    pub(crate) event_type: Cow<'a, str>,
    pub(crate) state_key: Option<Cow<'a, str>>,
    pub(crate) origin_server_ts: i64,
    /// JSON text of an object.
    pub(crate) content: &'a str,
    /// The `event_id` in the text itself.
    pub(crate) named: Option<Cow<'a, str>>,
}

impl<'a> Head<'a> {
    /// Reads the head; skips the rest of the event.
    ///
    /// # Errors
    /// The text is not a JSON object, or a part of the head is missing or of the wrong type.
    pub(crate) fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        Self::read_known(json, Known { event_id: None, room_id: None })
    }

    /// [`Self::read`] for an event whose ID or room is known.
    ///
    /// # Errors
    /// Those of [`Self::read`]; or the event belongs to another room.
    pub(crate) fn read_known(json: &'a str, known: Known<'a>) -> Result<Self, serde_json::Error> {
        scan::plain(json, known).map_or_else(|| any(json, known), Ok)
    }
}

/// Reads a head in any notation, or reports what is wrong.
#[cold]
fn any<'a>(json: &'a str, known: Known<'a>) -> Result<Head<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let head = known.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(head)
}

/// What is known of an event independently of its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) event_id: Option<&'a str>,
    /// The `room_id` in the text must be equal.
    pub(crate) room_id: Option<&'a str>,
}

/// Whether it is the event that creates a room.
pub(super) fn creates(event_type: &str, state_key: Option<&str>) -> bool {
    event_type == "m.room.create" && state_key == Some("")
}

/// The ID of a room that is derived from the event that creates it, as since room version 12.
pub(super) fn room_named_after(event_id: &str) -> Option<String> {
    event_id.strip_prefix('$').map(|id| format!("!{id}"))
}

/// The position of the content in the event, if it is a part of that text.
pub(crate) fn place_within(content: &str, json: &str) -> Option<Range<usize>> {
    let start = content.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let end = start.checked_add(content.len())?;
    (end <= json.len()).then_some(start..end)
}

/// Finds the position of the content in an event.
///
/// # Errors
/// It is not an object, or has no content that is an object.
pub(crate) fn content_of(json: &str) -> Result<Range<usize>, serde_json::Error> {
    #[derive(Deserialize)]
    struct WithContent<'a> {
        #[serde(borrow)]
        content: Object<'a>,
    }
    let event: WithContent<'_> = by_name::from_str(json)?;
    // The content was just found in this text.
    Ok(place_within(event.content.0, json).unwrap_or_default())
}

impl<'de> DeserializeSeed<'de> for Known<'de> {
    type Value = Head<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Head<'de>, D::Error> {
        deserializer.deserialize_map(HeadVisitor(self))
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

struct HeadVisitor<'a>(Known<'a>);

impl<'de> Visitor<'de> for HeadVisitor<'de> {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let (mut event_id, mut room_id) = (None::<Text<'de>>, None::<Text<'de>>);
        let (mut sender, mut event_type) = (None::<Text<'de>>, None::<Text<'de>>);
        let (mut state_key, mut origin_server_ts) = (None::<Option<Text<'de>>>, None);
        let mut content = None::<Object<'de>>;
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
        let named = event_id.map(|Text(event_id)| event_id);
        let event_id = self.0.event_id.map(Cow::Borrowed).or_else(|| named.clone());
        let event_id = event_id.ok_or_else(|| missing("event_id"))?;
        let state_key = state_key.flatten().map(|Text(key)| key);
        let created = || {
            creates(&event_type.as_ref()?.0, state_key.as_deref())
                .then(|| room_named_after(&event_id))?
                .map(|room_id| Text(Cow::Owned(room_id)))
        };
        let Text(room_id) = room_id.or_else(created).ok_or_else(|| missing("room_id"))?;
        if let Some(known) = self.0.room_id.filter(|known| *known != room_id) {
            return Err(A::Error::custom(format_args!("its `room_id` is {room_id}, not {known}")));
        }
        let Text(sender) = sender.ok_or_else(|| missing("sender"))?;
        let Text(event_type) = event_type.ok_or_else(|| missing("type"))?;
        let Object(content) = content.ok_or_else(|| missing("content"))?;
        let origin_server_ts = origin_server_ts.unwrap_or_default();
        Ok(Head {
            event_id,
            room_id,
            sender,
            event_type,
            state_key,
            origin_server_ts,
            content,
            named,
        })
    }
}

/// Reads the value of a field that may occur only once.
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

/// A string, borrowed unless it contains escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// The text of a JSON object.
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
