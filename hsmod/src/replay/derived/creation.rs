//! Reconstructs the body of the request that created a room from the room's first events.

use hsmod_loader::EditableText;
use hsmod_loader::values::{Event, OwnedEvent, RoomAlias};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::beginning::Beginning;
use super::member::Member;
use super::people::is_of;

/// The body of `POST createRoom`.
pub(super) fn request<'a>(
    create: &Event<'_>,
    beginning: Beginning,
    upcoming: impl Iterator<Item = &'a OwnedEvent>,
    server_name: &str,
) -> EditableText {
    let mut content = object(create);
    content.remove("creator");
    let mut request = Map::new();
    if let Some(version) = content.remove("room_version") {
        request.insert("room_version".to_owned(), version);
    }
    if !content.is_empty() {
        request.insert("creation_content".to_owned(), content.into());
    }
    request.insert("visibility".to_owned(), "private".into());
    each(beginning, upcoming, |event| add(&mut request, event, server_name));
    EditableText::new(Value::Object(request).to_string())
}

/// What Synapse passes to modules when a room is upgraded.
pub(super) fn upgrade<'a>(
    create: &Event<'_>,
    beginning: Beginning,
    upcoming: impl Iterator<Item = &'a OwnedEvent>,
) -> EditableText {
    let mut initial_state = Vec::new();
    each(beginning, upcoming, |event| {
        if event.event_type() != "m.room.member" {
            initial_state.push(state(event));
        }
    });
    let request = json!({"creation_content": object(create), "initial_state": initial_state});
    EditableText::new(request.to_string())
}

/// Whether the room replaces an older one.
pub(super) fn is_upgrade(create: &Event<'_>) -> bool {
    object(create).get("predecessor").is_some_and(Value::is_object)
}

/// Calls `each` for the first events of a room.
fn each<'a>(
    mut beginning: Beginning,
    upcoming: impl Iterator<Item = &'a OwnedEvent>,
    mut each: impl FnMut(&Event<'_>),
) {
    for event in upcoming {
        let event = event.as_event();
        if beginning.take(&event).is_none() {
            break;
        }
        each(&event);
    }
}

/// Adds the part of the request that led to one of the first events.
fn add(request: &mut Map<String, Value>, event: &Event<'_>, server_name: &str) {
    let content = object(event);
    let text = |key: &str| content.get(key).and_then(Value::as_str);
    let mut put = |key: &str, value: Value| drop(request.insert(key.to_owned(), value));
    match event.event_type() {
        // Synapse creates the power levels itself.
        "m.room.power_levels" => {}
        "m.room.member" => add_invite(request, event),
        "m.room.third_party_invite" => {}
        "m.room.name" if text("name").is_some() => put("name", content["name"].clone()),
        "m.room.topic" if text("topic").is_some() => put("topic", content["topic"].clone()),
        "m.room.join_rules" if matches!(text("join_rule"), Some("public")) => {
            put("visibility", "public".into());
            put("preset", "public_chat".into());
        }
        "m.room.join_rules" if matches!(text("join_rule"), Some("invite")) => {
            put("preset", "private_chat".into());
        }
        // Every preset sets this.
        "m.room.history_visibility" if text("history_visibility") == Some("shared") => {}
        "m.room.guest_access" if text("guest_access") == Some("can_join") => {}
        "m.room.canonical_alias" => match text("alias") {
            Some(alias) if is_of(server_name, RoomAlias::new(alias).server_name()) => {
                put("room_alias_name", RoomAlias::new(alias).localpart().into());
            }
            _ => push(request, "initial_state", state(event)),
        },
        _ => push(request, "initial_state", state(event)),
    }
}

fn add_invite(request: &mut Map<String, Value>, event: &Event<'_>) {
    let (Some(user), Some(member)) = (event.state_key(), Member::of(event)) else { return };
    if member.membership == "invite" {
        push(request, "invite", user.into());
        if member.is_direct {
            request.insert("is_direct".to_owned(), true.into());
        }
    }
}

/// Appends an item to a list in the request.
fn push(request: &mut Map<String, Value>, key: &str, item: Value) {
    let list = request.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(items) = list {
        items.push(item);
    }
}

fn state(event: &Event<'_>) -> Value {
    json!({
        "type": event.event_type(),
        "state_key": event.state_key().unwrap_or_default(),
        "content": object(event),
    })
}

/// The content; empty if it holds a number that [`Value`] cannot represent.
fn object(event: &Event<'_>) -> Map<String, Value> {
    event.content().unwrap_or_default()
}

/// Reads a key of a request after the modules' edits. `None` if it is missing or has another type.
pub(super) fn key<T: DeserializeOwned>(request: &EditableText, key: &str) -> Option<T> {
    let mut request: Map<String, Value> = serde_json::from_str(request.as_str()).ok()?;
    serde_json::from_value(request.remove(key)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(events: &[(&str, &str, Value)]) -> Vec<OwnedEvent> {
        let event = |(event_type, state_key, content): &(&str, &str, Value)| {
            let event = json!({
                "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": event_type,
                "state_key": state_key, "origin_server_ts": 1, "content": content,
            });
            OwnedEvent::from_json(event.to_string()).unwrap()
        };
        events.iter().map(event).collect()
    }

    fn made(first: &[(&str, &str, Value)]) -> Value {
        let events = events(first);
        let create = events[0].as_event();
        let is_upgrade = is_upgrade(&create);
        let beginning = Beginning::new(&create, is_upgrade);
        let upcoming = events[1..].iter();
        let request = if is_upgrade {
            upgrade(&create, beginning, upcoming)
        } else {
            request(&create, beginning, upcoming, "x")
        };
        serde_json::from_str(request.as_str()).unwrap()
    }

    #[test]
    fn a_request_is_reconstructed_from_its_events() {
        let request = made(&[
            (
                "m.room.create",
                "",
                json!({"room_version": "10", "creator": "@a:x", "type": "m.space"}),
            ),
            ("m.room.member", "@a:x", json!({"membership": "join"})),
            ("m.room.power_levels", "", json!({"users": {"@a:x": 100}})),
            ("m.room.canonical_alias", "", json!({"alias": "#alias:x"})),
            ("m.room.join_rules", "", json!({"join_rule": "public"})),
            ("m.room.history_visibility", "", json!({"history_visibility": "shared"})),
            ("m.room.encryption", "", json!({"algorithm": "m"})),
            ("m.room.name", "", json!({"name": "A name"})),
            ("m.room.topic", "", json!({"topic": "A topic"})),
            ("m.room.member", "@b:y", json!({"membership": "invite", "is_direct": true})),
            ("m.room.member", "@b:y", json!({"membership": "leave"})),
            ("m.room.avatar", "", json!({"url": "mxc://x/1"})),
        ]);
        let encryption =
            json!({"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m"}});
        let expected = json!({
            "room_version": "10", "creation_content": {"type": "m.space"}, "visibility": "public",
            "preset": "public_chat", "room_alias_name": "alias", "name": "A name",
            "topic": "A topic", "initial_state": [encryption], "invite": ["@b:y"],
            "is_direct": true,
        });
        assert_eq!(request, expected);
    }

    #[test]
    fn other_state_becomes_initial_state() {
        let restricted = json!({"join_rule": "restricted", "allow": []});
        let request = made(&[
            ("m.room.create", "", json!({})),
            ("m.room.join_rules", "", restricted.clone()),
            ("m.room.canonical_alias", "", json!({"alias": "#alias:elsewhere"})),
            ("m.room.guest_access", "", json!({"guest_access": "forbidden"})),
            ("m.room.name", "", json!({"name": 3})),
        ]);
        let types = request["initial_state"].as_array().unwrap().iter().map(|item| &item["type"]);
        assert_eq!(
            types.collect::<Vec<_>>(),
            ["m.room.join_rules", "m.room.canonical_alias", "m.room.guest_access", "m.room.name"]
        );
        assert_eq!(request["initial_state"][0]["content"], restricted);
        assert_eq!(request["visibility"], "private");
    }

    #[test]
    fn an_upgrade_shows_the_state_that_is_copied() {
        let create = json!({"room_version": "12", "predecessor": {"room_id": "!old:x"}});
        let request = made(&[
            ("m.room.create", "", create.clone()),
            ("m.room.member", "@a:x", json!({"membership": "join"})),
            ("m.room.join_rules", "", json!({"join_rule": "invite"})),
            ("m.room.member", "@b:y", json!({"membership": "ban"})),
        ]);
        let rules = json!({"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "invite"}});
        assert_eq!(request, json!({"creation_content": create, "initial_state": [rules]}));
    }
}
