//! The head of an event, from its JSON.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

use crate::values::by_name;

impl<'a> Head<'a> {
    /// Reads it; the rest of the event is skipped over.
    ///
    /// # Errors
    /// If the text is no JSON object, or something of it is missing or of the wrong type.
    pub(super) fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        by_name::from_str(json)
    }
}

/// What the view shows, borrowed from the JSON text where nothing is escaped.
#[derive(Deserialize)]
#[serde(expecting = "an event, which is an object")]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) event_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) room_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) sender: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub(super) event_type: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) state_key: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) origin_server_ts: i64,
    #[serde(rename = "content")]
    _content: Object,
}

/// Any JSON object, skipped over.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Skip;
        impl<'de> serde::de::Visitor<'de> for Skip {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Object, A::Error> {
                while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }
        deserializer.deserialize_map(Skip)
    }
}
