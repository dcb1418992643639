//! Recognizes how a room begins: the events that result from the request that created it.

use std::collections::HashSet;

use hsmod_loader::values::Event;

use super::member::Member;

/// How long after the creation of a room an event may still result from it.
const LONGEST_MS: i64 = 10_000;

/// A room whose first events are being processed.
///
/// Rationale: an event does not say which request it results from. Synapse sends the events of a
/// new room in one sequence: each state event once, invites last, and nothing from other users in
/// between.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    creator: String,
    until: i64,
    is_upgrade: bool,
    has_invites: bool,
    seen: HashSet<(String, String)>,
}

/// One of the first events of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Invite,
    Other,
}

impl Beginning {
    /// Starts with the event that creates the room.
    pub(super) fn new(create: &Event<'_>, is_upgrade: bool) -> Self {
        Self {
            creator: create.sender().as_str().to_owned(),
            until: create.origin_server_ts().saturating_add(LONGEST_MS),
            is_upgrade,
            has_invites: false,
            seen: HashSet::new(),
        }
    }

    /// Classifies the room's next event if it still belongs to the beginning. The first event that
    /// does not ends it.
    pub(super) fn take(&mut self, event: &Event<'_>) -> Option<First> {
        let state_key = event.state_key()?;
        if event.sender() != self.creator.as_str() || event.origin_server_ts() > self.until {
            return None;
        }
        let first = match event.event_type() {
            "m.room.create" => return None,
            "m.room.member" => self.member(state_key, &Member::of(event)?.membership)?,
            "m.room.third_party_invite" if self.is_upgrade => return None,
            "m.room.third_party_invite" => {
                self.has_invites = true;
                First::Other
            }
            _ if self.has_invites => return None,
            _ => First::Other,
        };
        let is_new = self.seen.insert((event.event_type().to_owned(), state_key.to_owned()));
        is_new.then_some(first)
    }

    fn member(&mut self, user: &str, membership: &str) -> Option<First> {
        match membership {
            "join" if user == self.creator && !self.has_invites => Some(First::Other),
            "invite" if !self.is_upgrade => {
                self.has_invites = true;
                Some(First::Invite)
            }
            // The bans of the old room, which an upgrade copies.
            "ban" if self.is_upgrade => Some(First::Other),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use hsmod_loader::values::OwnedEvent;
    use serde_json::{Value, json};

    use super::*;

    fn event(event_type: &str, state_key: Option<&str>, content: Value) -> Value {
        let mut event = json!({
            "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": event_type,
            "origin_server_ts": 1000, "content": content,
        });
        if let Some(state_key) = state_key {
            event["state_key"] = state_key.into();
        }
        event
    }

    fn owned(event: &Value) -> OwnedEvent {
        OwnedEvent::from_json(event.to_string()).unwrap()
    }

    fn state(event_type: &str) -> Value {
        event(event_type, Some(""), json!({}))
    }

    fn member(user: &str, membership: &str) -> Value {
        event("m.room.member", Some(user), json!({"membership": membership}))
    }

    /// How many of these belong to the beginning.
    fn taken(is_upgrade: bool, events: &[Value]) -> usize {
        let create = owned(&state("m.room.create"));
        let mut beginning = Beginning::new(&create.as_event(), is_upgrade);
        events.iter().take_while(|event| beginning.take(&owned(event).as_event()).is_some()).count()
    }

    #[test]
    fn events_of_a_creation_belong_to_the_beginning() {
        let events = [
            member("@a:x", "join"),
            state("m.room.power_levels"),
            state("m.room.join_rules"),
            state("org.example.own"),
            event("m.room.third_party_invite", Some("token"), json!({})),
            member("@b:y", "invite"),
            member("@c:x", "invite"),
        ];
        assert_eq!(taken(false, &events), events.len());
        assert_eq!(taken(true, &events), 4);
        assert_eq!(taken(true, &[member("@a:x", "join"), member("@b:y", "ban")]), 2);
    }

    #[test]
    fn any_other_event_ends_the_beginning() {
        let of_another = {
            let mut event = state("m.room.name");
            event["sender"] = "@b:x".into();
            event
        };
        let late = {
            let mut event = state("m.room.name");
            event["origin_server_ts"] = 11_001.into();
            event
        };
        let ends = [
            event("m.room.message", None, json!({})),
            of_another,
            late,
            state("m.room.create"),
            member("@b:x", "join"),
            member("@b:x", "ban"),
            event("m.room.member", Some("@b:x"), json!({})),
        ];
        for end in ends {
            let events = [member("@a:x", "join"), end.clone(), state("m.room.topic")];
            assert_eq!(taken(false, &events), 1, "{end}");
        }
        let name = || state("m.room.name");
        assert_eq!(taken(false, &[name(), name()]), 1, "set twice");
        assert_eq!(taken(false, &[member("@b:x", "invite"), name()]), 1, "invites come last");
        assert_eq!(taken(false, &[member("@b:x", "invite"), member("@a:x", "join")]), 1);
    }
}
