//! Tracks local users' profiles across all rooms, since a change shows in each room.

use std::collections::HashMap;

use hsmod_loader::values::Event;

use super::member::{Member, Profile};
use super::people::is_local;

/// The names and avatars that joins have shown so far.
#[derive(Default)]
pub(in crate::replay) struct Profiles(HashMap<String, Profile>);

impl Profiles {
    /// Whether an event is the first that shows a local user's new name or avatar. Events must be
    /// passed in file order.
    ///
    /// The profile of a user seen for the first time does not count as new.
    pub(in crate::replay) fn note(&mut self, event: &Event<'_>, server_name: &str) -> bool {
        let user = event.sender();
        if event.event_type() != "m.room.member"
            || event.state_key() != Some(user.as_str())
            || !is_local(user, server_name)
        {
            return false;
        }
        let Some(Member { profile, .. }) =
            Member::of(event).filter(|member| member.membership == "join")
        else {
            return false;
        };
        match self.0.get_mut(user.as_str()) {
            Some(known) if *known == profile => false,
            Some(known) => {
                *known = profile;
                true
            }
            None => {
                self.0.insert(user.as_str().to_owned(), profile);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hsmod_loader::values::OwnedEvent;
    use serde_json::{Value, json};

    use super::*;

    fn news(profiles: &mut Profiles, room: &str, user: &str, content: Value) -> bool {
        let event = json!({
            "event_id": "$1", "room_id": room, "sender": user, "type": "m.room.member",
            "state_key": user, "content": content,
        });
        let event = OwnedEvent::from_json(event.to_string()).unwrap();
        profiles.note(&event.as_event(), "x")
    }

    #[test]
    fn a_change_is_news_once_however_many_rooms_show_it() {
        let profiles = &mut Profiles::default();
        let join = |name: &str| json!({"membership": "join", "displayname": name});
        for room in ["!1:x", "!2:x"] {
            assert!(!news(profiles, room, "@a:x", join("A")));
        }
        let leave = json!({"membership": "leave", "displayname": "B"});
        assert!(!news(profiles, "!2:x", "@a:x", leave));
        assert!(news(profiles, "!1:x", "@a:x", join("B")));
        assert!(!news(profiles, "!2:x", "@a:x", join("B")));
        let avatar = json!({"membership": "join", "displayname": "B", "avatar_url": "mxc://x/1"});
        assert!(news(profiles, "!2:x", "@a:x", avatar));
        assert!(news(profiles, "!2:x", "@a:x", json!({"membership": "join", "displayname": null})));
    }

    #[test]
    fn only_local_users_own_joins_are_looked_at() {
        let profiles = &mut Profiles::default();
        let join = |name: &str| json!({"membership": "join", "displayname": name});
        for name in ["A", "B"] {
            assert!(!news(profiles, "!1:y", "@a:y", join(name)));
        }
        assert!(!news(profiles, "!1:x", "@a:x", json!({"membership": 1})));
        assert!(!news(profiles, "!1:x", "@a:x", join("A")));
    }
}
