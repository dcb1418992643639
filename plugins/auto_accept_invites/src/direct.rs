//! The user's list of direct messages (`m.direct`), from which clients know whom a room is with.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value, json};

use crate::invite::Invite;

const DIRECT: &str = "m.direct";

/// The number of attempts to update the list. Each failure means that a concurrent update has
/// succeeded.
const ATTEMPTS_MAX: u32 = 64;

/// Adds the room to the list as a direct message with the inviter. Concurrent updates of the list
/// are kept.
pub(crate) async fn mark(api: &ModuleApi, invite: &Invite) -> Result<(), ModuleError> {
    let (user, data) = (&invite.user, api.account_data_manager());
    for _ in 0..ATTEMPTS_MAX {
        let old = data.get_global(user, DIRECT).await?;
        let Some(new) = with_room(old.clone().unwrap_or_default(), invite) else { return Ok(()) };
        if data.compare_and_set_global(user, DIRECT, &old, &new).await? {
            return Ok(());
        }
    }
    Err(ModuleError::new(format_args!(
        "`{DIRECT}` of {user} was changed {ATTEMPTS_MAX} times in the meantime: {} was not added \
         to it",
        invite.room
    )))
}

/// The list with the room added, or `None` if it already contains the room.
fn with_room(mut direct: Map<String, Value>, invite: &Invite) -> Option<Map<String, Value>> {
    let Invite { room, sender, user, .. } = invite;
    match direct.entry(sender.as_str()).or_insert_with(|| json!([])) {
        Value::Array(rooms) if rooms.iter().any(|noted| noted == room.as_str()) => return None,
        Value::Array(rooms) => rooms.push(json!(room)),
        _ => {
            tracing::warn!(
                "in `{DIRECT}` of {user}, the value of {sender} is not a list: {room} was not \
                 added to it"
            );
            return None;
        }
    }
    Some(direct)
}
