//! The homeserver's own identifiers and events.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use hsmod_loader::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ROOM_VERSION;

/// Any type that is `AsRef<str>` can be an identifier.
pub(crate) struct UserId(String);

impl UserId {
    pub(crate) fn new(user_id: &str) -> Self {
        Self(user_id.to_owned())
    }
}

impl AsRef<str> for UserId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Serialize)]
pub(crate) struct PduEvent {
    pub(crate) event_id: String,
    pub(crate) room_id: String,
    pub(crate) sender: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state_key: Option<String>,
    pub(crate) origin_server_ts: i64,
    pub(crate) content: Map<String, Value>,
}

impl PduEvent {
    /// The ID is a hash of the event; a real homeserver also signs the event here.
    pub(crate) fn hash(&mut self) {
        self.event_id.clear();
        let mut hasher = DefaultHasher::new();
        serde_json::json!(self).to_string().hash(&mut hasher);
        self.event_id = format!("${:x}", hasher.finish());
    }
}

#[rustfmt::skip]
/// (7) An event: its fields are read in place, and it is serialized to JSON only if a module asks
/// for that.
impl EventParts for PduEvent {
    fn event_id(&self) -> &str { &self.event_id }
    fn room_id(&self) -> &str { &self.room_id }
    fn sender(&self) -> &str { &self.sender }
    fn event_type(&self) -> &str { &self.event_type }
    fn state_key(&self) -> Option<&str> { self.state_key.as_deref() }
    fn origin_server_ts(&self) -> i64 { self.origin_server_ts }
    fn room_version(&self) -> Option<&str> { Some(ROOM_VERSION) }
    fn json(&self) -> Result<Cow<'_, str>, EventError> { Ok(serde_json::to_string(self)?.into()) }
}
