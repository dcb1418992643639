//! Group `membership`.

use serde_json::Value;

use super::Canned;
use crate::requests::Membership;
use crate::testing::world::{bad_request, forbidden, object_or_null};
use crate::values::{JsonStr, ModuleError, OwnedEvent, RoomId, UserId};

impl Membership for Canned {
    async fn update_room_membership(
        &self,
        sender: &UserId,
        target: &UserId,
        room_id: &RoomId,
        new_membership: &str,
        content: &JsonStr,
        remote_room_hosts: &JsonStr,
    ) -> Result<OwnedEvent, ModuleError> {
        let mut content = object_or_null(content, "`content`")?.unwrap_or_default();
        remote_room_hosts.parse::<Option<Vec<String>>>()?;
        let mut known = self.known();
        known.check_local(sender)?;
        match new_membership {
            "join" | "knock" if sender.as_str() != target.as_str() => {
                return Err(forbidden(format!("{sender} cannot {new_membership} for {target}")));
            }
            "join" | "knock" => {}
            "leave" | "invite" | "ban" => {
                let room = known.room(room_id.as_str())?;
                let is = |membership| room.has(sender.as_str(), membership);
                let gives_up = new_membership == "leave"
                    && sender.as_str() == target.as_str()
                    && (is("invite") || is("knock"));
                if !is("join") && !gives_up {
                    return Err(forbidden(format!("{sender} not in room {room_id}.")));
                }
            }
            other => return Err(bad_request(format!("`{other}` is not a membership"))),
        }
        if matches!(new_membership, "join" | "invite" | "knock") {
            for (key, value) in known.member_profile(target) {
                content.entry(key).or_insert(value);
            }
        }
        content.insert("membership".to_owned(), new_membership.into());
        let event = known.event("m.room.member", room_id.as_str(), sender.as_str());
        let event = event.state_key(target.as_str()).content(Value::Object(content));
        known.send(room_id.as_str(), event)
    }
}
