//! Group `events`.

use serde::Deserialize;
use serde_json::Value;

use super::Canned;
use crate::requests::Events;
use crate::testing::room::FakeRoom;
use crate::testing::world::{bad_request, forbidden};
use crate::values::{JsonStr, ModuleError, OwnedEvent, RoomId, UserId};

/// The event that a module wants to send.
#[derive(Deserialize)]
struct Given {
    #[serde(rename = "type")]
    event_type: String,
    sender: String,
    content: Value,
    state_key: Option<String>,
}

impl Events for Canned {
    async fn create_and_send_event_into_room(
        &self,
        room_id: &RoomId,
        event: &JsonStr,
    ) -> Result<OwnedEvent, ModuleError> {
        let Given { event_type, sender, content, state_key } =
            event.parse().map_err(|error| bad_request(format!("this is not an event: {error}")))?;
        if event_type == "m.room.member" {
            return Err(bad_request("memberships are changed with `update_room_membership`"));
        }
        if event_type == "m.room.create" {
            return Err(bad_request("a room is created once: `create_room` does it"));
        }
        if !content.is_object() {
            return Err(bad_request(format!("`content` is an object, not {content}")));
        }
        let mut known = self.known();
        known.check_local(UserId::new(&sender))?;
        let room = known.room(room_id.as_str())?;
        if !room.has(&sender, "join") {
            let member = room.find_state("m.room.member", &sender);
            let member = member.map_or_else(|| "None".to_owned(), |event| format!("{event:?}"));
            return Err(forbidden(format!("User {sender} not in room {room_id} ({member})")));
        }
        let mut made = known.event(&event_type, room_id.as_str(), &sender).content(content);
        if let Some(state_key) = state_key {
            made = made.state_key(&state_key);
        }
        known.send(room_id.as_str(), made)
    }

    async fn get_state_events_in_room(
        &self,
        room_id: &RoomId,
        types: &JsonStr,
    ) -> Result<Vec<OwnedEvent>, ModuleError> {
        let types: Vec<Wanted> = types.parse()?;
        let known = self.known();
        let room = known.rooms.get(room_id.as_str());
        Ok(room.map(|room| found(room, Some(&types))).unwrap_or_default())
    }

    async fn get_room_state(
        &self,
        room_id: &RoomId,
        event_filter: &JsonStr,
    ) -> Result<Vec<OwnedEvent>, ModuleError> {
        let filter: Option<Vec<Wanted>> = event_filter.parse()?;
        let known = self.known();
        let room = known.rooms.get(room_id.as_str());
        Ok(room.map(|room| found(room, filter.as_deref())).unwrap_or_default())
    }
}

/// A type and a state key; `None` for all state keys.
type Wanted = (String, Option<String>);

fn found(room: &FakeRoom, wanted: Option<&[Wanted]>) -> Vec<OwnedEvent> {
    let is_wanted = |event: &&OwnedEvent| {
        let event = event.as_event();
        wanted.is_none_or(|wanted| {
            wanted.iter().any(|(event_type, state_key)| {
                event.event_type() == event_type
                    && state_key.as_deref().is_none_or(|key| event.state_key() == Some(key))
            })
        })
    };
    room.all_state().filter(is_wanted).cloned().collect()
}
