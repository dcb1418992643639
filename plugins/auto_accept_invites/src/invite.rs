//! An invite, as far as it matters here.

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

/// Somebody is invited to a room.
pub(crate) struct Invite {
    pub(crate) room: OwnedRoomId,
    pub(crate) sender: OwnedUserId,
    /// Who is invited.
    pub(crate) user: OwnedUserId,
    /// What it is where only invites to direct messages are accepted. As in Synapse, only one that
    /// says nothing or `false` is none.
    pub(crate) may_be_direct: bool,
    /// Whether the room becomes a direct message of the user's.
    pub(crate) is_direct: bool,
}

impl Invite {
    /// The invite that an event is, if it is one.
    pub(crate) fn of(event: &Event<'_>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Content {
            membership: Option<Value>,
            #[serde(default)]
            is_direct: Said,
        }
        if event.event_type() != "m.room.member" {
            return None;
        }
        let user = UserId::new(event.state_key()?);
        let Content { membership, is_direct } = event.content().ok()?;
        if membership? != "invite" {
            return None;
        }
        let Said(is_direct) = is_direct;
        Some(Self {
            room: event.room_id().to_owned(),
            sender: event.sender().to_owned(),
            user: user.to_owned(),
            may_be_direct: is_direct != Value::Bool(false),
            is_direct: is_true(&is_direct),
        })
    }
}

/// A value that is `null` if that is what an event says, and `false` if it says nothing.
#[derive(Deserialize)]
#[serde(transparent)]
struct Said(Value);

impl Default for Said {
    fn default() -> Self {
        Self(Value::Bool(false))
    }
}

/// What Python takes for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
