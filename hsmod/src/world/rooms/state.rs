//! Builds the state events of a room.

use hsmod_loader::config::{Fields, Flaw, expected, item};
use hsmod_loader::testing::{EventBuilder, FakeRoom, FakeUser, event};
use hsmod_loader::values::OwnedEvent;
use serde_json::{Map, Value, json};

use super::People;
use crate::world::fields::{below, integer};

#[rustfmt::skip]
pub(in crate::world) const EVENT_KEYS: [&str; 6] =
    ["type", "state_key", "sender", "content", "event_id", "origin_server_ts"];

/// A room under construction. Later state replaces earlier state.
pub(super) struct State<'a> {
    /// The index of the room in the file, which makes its event IDs unique.
    number: usize,
    room_id: &'a str,
    creator: &'a str,
    room: FakeRoom,
    events: usize,
}

impl<'a> State<'a> {
    pub(super) const fn new(
        number: usize,
        room_id: &'a str,
        creator: &'a str,
        room: FakeRoom,
    ) -> Self {
        Self { number, room_id, creator, room, events: 0 }
    }

    pub(super) fn room(self) -> FakeRoom {
        self.room
    }

    /// Adds the event that creates the room. Since version 12 the room ID is derived from its event
    /// ID.
    pub(super) fn create(&mut self, version: &str) {
        let has_creator = (1..=10).any(|number: u8| version == number.to_string());
        let content = if has_creator {
            json!({"room_version": version, "creator": self.creator})
        } else {
            json!({"room_version": version})
        };
        let create = self.event("m.room.create", "").content(content);
        let create = match self.room_id.strip_prefix('!') {
            Some(hash) if version == super::VERSION_WITHOUT_SERVER => {
                create.id(&format!("${hash}")).without("room_id")
            }
            _ => create,
        };
        self.add(&create.build());
    }

    /// Adds a membership, with the user's profile if known.
    pub(super) fn member(&mut self, user_id: &str, membership: &str, user: Option<&FakeUser>) {
        let mut content = Map::from_iter([("membership".to_owned(), membership.into())]);
        if matches!(membership, "join" | "invite" | "knock") {
            let profile = user.map(FakeUser::profile);
            let name = profile.and_then(|profile| profile.display_name.clone());
            let avatar = profile.and_then(|profile| profile.avatar_url.clone());
            content.extend(name.map(|name| ("displayname".to_owned(), name.into())));
            content.extend(avatar.map(|avatar| ("avatar_url".to_owned(), avatar.into())));
        }
        let sender = if matches!(membership, "invite" | "ban") { self.creator } else { user_id };
        let event = self.event("m.room.member", user_id).sender(sender);
        self.add(&event.content(Value::Object(content)).build());
    }

    /// Adds a state event from the creator, with an empty state key. The content must be an object.
    pub(super) fn set(&mut self, event_type: &str, content: Value) {
        let event = self.event(event_type, "").content(content);
        self.add(&event.build());
    }

    /// Reads the value of `state`.
    pub(super) fn read(
        &mut self,
        given: Value,
        people: People<'_>,
        path: &[String],
        flaws: &mut Vec<Flaw>,
    ) {
        match given {
            Value::Null => {}
            Value::Object(contents) => {
                for (event_type, content) in contents {
                    if content.is_object() {
                        self.set(&event_type, content);
                    } else {
                        flaws.push(no_content(&below(path, &event_type), &content));
                    }
                }
            }
            Value::Array(events) => {
                for (index, event) in events.into_iter().enumerate() {
                    self.read_event(event, people, &below(path, &item(index)), flaws);
                }
            }
            other => {
                let message =
                    expected("a mapping of types to contents or a list of events", &other);
                flaws.push(Flaw::new(path, message).fix("write `{m.room.topic: {topic: Tea}}`"));
            }
        }
    }

    fn read_event(
        &mut self,
        given: Value,
        people: People<'_>,
        path: &[String],
        flaws: &mut Vec<Flaw>,
    ) {
        let Value::Object(members) = given else {
            let flaw = Flaw::new(path, expected("a mapping", &given));
            flaws.push(flaw.fix("write an event as `{type: m.room.topic, content: {topic: Tea}}`"));
            return;
        };
        let mut fields = Fields::new(members, path, flaws);
        let event_type = fields.string("type");
        let content = fields.mapping("content");
        for (key, is_there) in [("type", event_type.is_some()), ("content", content.is_some())] {
            if !is_there {
                let fix = "write an event as `{type: m.room.topic, content: {topic: Tea}}`";
                let message = format!("`{key}` is missing");
                fields.refuse_below::<()>(&[], message, Some(fix.to_owned()));
            }
        }
        let state_key = match fields.take("state_key") {
            None => String::new(),
            Some(Value::String(key)) => key,
            Some(other) => {
                let fix = Some("put it in quotes".to_owned());
                let message = expected("a string", &other);
                fields.refuse("state_key", message, fix).unwrap_or_default()
            }
        };
        let sender = fields.string("sender");
        let sender = sender.and_then(|name| people.find_at(&name, &["sender"], &mut fields));
        let event_id = fields.string("event_id");
        let sent = integer(&mut fields, "origin_server_ts");
        fields.refuse_unknown(&EVENT_KEYS);

        let (Some(event_type), Some(content)) = (event_type, content) else { return };
        let mut event = self.event(&event_type, &state_key).content(Value::Object(content));
        event = sender.iter().fold(event, |event, sender| event.sender(sender));
        event = event_id.iter().fold(event, |event, event_id| event.id(event_id));
        event = sent.into_iter().fold(event, EventBuilder::at);
        self.add(&event.build());
    }

    fn event(&mut self, event_type: &str, state_key: &str) -> EventBuilder {
        self.events += 1;
        let event_id = format!("$world-{}-{}", self.number, self.events);
        let event = event(event_type).id(&event_id).room(self.room_id).sender(self.creator);
        event.state_key(state_key)
    }

    fn add(&mut self, event: &OwnedEvent) {
        // Take the room instead of cloning it, or each added member would copy all others.
        self.room = std::mem::take(&mut self.room).state_event(event);
    }
}

fn no_content(path: &[String], found: &Value) -> Flaw {
    Flaw::new(path, expected("a mapping", found)).fix("write the content, as `{topic: Tea}`")
}
