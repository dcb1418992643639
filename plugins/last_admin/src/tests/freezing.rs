//! Tests how a room is frozen and unfrozen, and which events it accepts while frozen.

use super::*;

const BLOCKED: &str = "@guest:guests.example";

fn config() -> Value {
    json!({"unfreeze_blacklist": ["guests.example", "example.net"]})
}

fn says(sender: &str, content: Value) -> OwnedEvent {
    event(FROZEN).room(ROOM).sender(sender).state_key("").content(content).build()
}

/// The lobby as it is after it was frozen.
fn frozen_lobby() -> FakeRoom {
    let levels = json!({"users": {ADMIN: 100}, "users_default": 100, "ban": 50});
    lobby()
        .member(ADMIN, "leave")
        .state(LEVELS, "", levels)
        .state("m.room.join_rules", "", json!({"join_rule": "invite"}))
        .state(FROZEN, "", json!({"frozen": true}))
}

/// The decision about an event, and the events sent for it.
fn decided(room: FakeRoom, event: &OwnedEvent) -> (Asked, Vec<(String, String, Value)>) {
    let host = host(room);
    let decision = decide(&module(&host, config()), &host, event);
    (decision, sent(&host))
}

fn all_admins(users: Value) -> (String, String, Value) {
    let levels = json!({"users": users, "users_default": 100, "ban": 50});
    (LEVELS.to_owned(), ADMIN.to_owned(), levels)
}

#[test]
fn a_room_is_frozen() {
    let rule = ("m.room.join_rules".to_owned(), ADMIN.to_owned(), json!({"join_rule": "invite"}));
    let event = says(ADMIN, json!({"frozen": true}));
    for (room, rules) in [
        (lobby(), vec![rule.clone()]),
        (lobby().state("m.room.join_rules", "", json!({})), vec![rule.clone()]),
        (lobby().state("m.room.join_rules", "", json!({"join_rule": "invite"})), vec![]),
        (lobby().state("m.room.join_rules", "", json!({"join_rule": "knock"})), vec![]),
        (lobby().state(FROZEN, "", json!({"frozen": false})), vec![rule.clone()]),
        (lobby().state(FROZEN, "", json!({"frozen": "yes"})), vec![rule.clone()]),
    ] {
        let expected = [vec![all_admins(json!({ADMIN: 100}))], rules].concat();
        assert_eq!(decided(room, &event), (made_anew(&event), expected));
    }
    // A room without readable join rules and power levels.
    let bare = room(ROOM).member(ADMIN, "join");
    assert_eq!(decided(bare, &event), (made_anew(&event), vec![rule]));
}

#[test]
fn the_user_who_unfreezes_a_room_becomes_its_admin() {
    let event = says(USER, json!({"frozen": false}));
    let levels = json!({"users": {ADMIN: 100, USER: 100}, "users_default": 0, "ban": 50});
    assert_eq!(decided(frozen_lobby(), &event), (made_anew(&event), one(LEVELS, USER, levels)));
}

/// A room that requires this level to freeze it.
fn needing(level: i64) -> FakeRoom {
    let mut levels = levels();
    levels["events"] = json!({FROZEN: level});
    levels["state_default"] = json!(0);
    lobby().state(LEVELS, "", levels)
}

#[test]
fn which_events_are_denied_and_which_change_nothing() {
    let frozen = |frozen| json!({"frozen": frozen});
    for (room, event, expected) in [
        (lobby(), says(ADMIN, json!({})), EventDecision::Deny),
        (lobby(), says(ADMIN, json!({"frozen": "true"})), EventDecision::Deny),
        (lobby(), says(ADMIN, json!({"frozen": 1})), EventDecision::Deny),
        (frozen_lobby(), says(ADMIN, json!({"frozen": null})), EventDecision::Deny),
        (frozen_lobby(), says(BLOCKED, frozen(false)), EventDecision::Deny),
        (frozen_lobby(), says("@a:example.net", frozen(false)), EventDecision::Deny),
        (frozen_lobby(), says("@a:sub.example.net", frozen(false)), EventDecision::Allow),
        (lobby(), says(BLOCKED, frozen(true)), EventDecision::Allow),
        (frozen_lobby(), says(USER, frozen(true)), EventDecision::Allow),
        (lobby(), says(ADMIN, frozen(false)), EventDecision::Allow),
        (lobby(), says(OTHER_MOD, frozen(true)), EventDecision::Allow),
        // The sender may not send this event at all.
        (lobby(), says(USER, frozen(true)), EventDecision::Deny),
        (needing(100), says(MOD, frozen(true)), EventDecision::Deny),
        (needing(101), says(ADMIN, frozen(true)), EventDecision::Deny),
    ] {
        assert_eq!(decided(room, &event), (Ok(expected), vec![]), "{event:?}");
    }
}

#[test]
fn a_refused_request_is_the_error_of_the_event() {
    let refusal = ModuleError::http(403, ErrorCode::Forbidden, "You cannot");
    for (room, frozen) in [(lobby(), true), (frozen_lobby(), false)] {
        let host = host(room);
        host.fail(SEND, refusal.clone());
        let module = module(&host, config());
        let event = says(MOD, json!({"frozen": frozen}));
        assert_eq!(decide(&module, &host, &event), Err(refusal.clone()));
    }
}

#[test]
fn a_frozen_room_can_be_left_and_nothing_else() {
    let closed = json!({"users": {ADMIN: 100, USER: 100}, "users_default": 0, "ban": 50});
    let changed = |key: &str, value: Value| {
        let mut levels = closed.clone();
        levels[key] = value;
        levels
    };
    let without = |key: &str| {
        let mut levels = closed.clone();
        levels.as_object_mut().unwrap().remove(key);
        levels
    };
    let levels = |content| event(LEVELS).sender(USER).state_key("").content(content);
    for (event, passes) in [
        (member(USER, "leave"), true),
        (member(ADMIN, "leave"), true),
        (member(USER, "leave").sender(MOD), false),
        (member(USER, "ban").sender(MOD), false),
        (member(USER, "join"), false),
        (member("@new:example.com", "invite").sender(USER), false),
        (event("m.room.message").sender(USER), false),
        (event("m.room.name").sender(USER).state_key(""), false),
        (event(FROZEN).sender(USER), false),
        (event(FROZEN).sender(USER).state_key("x").content(json!({"frozen": false})), false),
        (levels(closed.clone()), true),
        (levels(changed("users", json!({USER: 100}))), true),
        (levels(changed("users", json!({USER: 99}))), false),
        (levels(changed("users", json!({ADMIN: 100}))), false),
        (levels(changed("users_default", json!(100))), false),
        (levels(changed("users_default", json!(1))), false),
        (levels(without("users_default")), false),
        (levels(changed("ban", json!(0))), false),
        (levels(changed("events", json!({}))), false),
        (levels(without("ban")), false),
        (levels(json!({})), false),
        (levels(closed.clone()).sender(MOD), false),
        // A user who may not unfreeze the room may not become its only admin either.
        (levels(changed("users", json!({BLOCKED: 100}))).sender(BLOCKED), false),
        (levels(closed.clone()).without("state_key"), false),
        (levels(closed.clone()).state_key("x"), false),
    ] {
        let event = event.room(ROOM).build();
        let expected = if passes { EventDecision::Allow } else { EventDecision::Deny };
        assert_eq!(decided(frozen_lobby(), &event), (Ok(expected), vec![]), "{event:?}");
    }
}

#[test]
fn another_type_may_say_it() {
    let host = host(lobby().state("org.example.asleep", "", json!({"frozen": true})));
    let module = module(&host, json!({"frozen_event_type": "org.example.asleep"}));
    let message = event("m.room.message").room(ROOM).sender(USER).build();
    assert_eq!(decide(&module, &host, &message), Ok(EventDecision::Deny));
    // The module treats this type like any other.
    let event = event("org.example.asleep").room(ROOM).sender(ADMIN).state_key("");
    let event = event.content(json!({"frozen": false})).build();
    assert_eq!(decide(&module, &host, &event), made_anew(&event));
}
