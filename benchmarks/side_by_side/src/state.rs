//! The state of a room: memberships, including that of the good user.

use std::collections::HashMap;

use hsmod_plugin_api::values::OwnedEvent;
use serde_json::json;

use crate::events::GOOD_USER;

/// This many memberships by user, in the form that `keep` returns. The values are all the same, so
/// that creating them takes no time; only the table grows.
pub(crate) fn members<T: Clone>(
    entries: usize,
    keep: impl Fn(OwnedEvent) -> T,
) -> HashMap<String, T> {
    let others = (1..entries).map(|number| format!("@user{number}:example.com"));
    let membership = keep(membership());
    others.chain([GOOD_USER.to_owned()]).map(|user_id| (user_id, membership.clone())).collect()
}

fn membership() -> OwnedEvent {
    let event = json!({
        "event_id": "$2", "room_id": "!r:example.com", "sender": GOOD_USER,
        "type": "m.room.member", "state_key": GOOD_USER, "origin_server_ts": 1,
        "content": {"membership": "join"},
    });
    OwnedEvent::from_json(event.to_string()).expect("an event")
}
