//! The relevant parts of an invite.

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

/// An invite to a room.
pub(crate) struct Invite {
    pub(crate) room: OwnedRoomId,
    pub(crate) sender: OwnedUserId,
    /// The invited user.
    pub(crate) user: OwnedUserId,
    /// Whether it counts as an invite to a direct message for `only_for_direct_messages`. As in
    /// Synapse, it does not only if `is_direct` is missing or `false`.
    pub(crate) may_be_direct: bool,
    /// Whether the room is added to the user's direct messages.
    pub(crate) is_direct: bool,
}

impl Invite {
    /// Reads an invite. `None` if the event is not one.
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

/// A value that is `null` if the event says so, and `false` if the key is missing.
#[derive(Deserialize)]
#[serde(transparent)]
struct Said(Value);

impl Default for Said {
    fn default() -> Self {
        Self(Value::Bool(false))
    }
}

/// Whether Python treats a value as true.
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
