//! Shows what the view of an event returns, and which texts are refused as events.

use super::*;

const MEMBER: &str = r#"{"event_id":"$e","room_id":"!r:x","sender":"@\u0061:x","depth":7,
    "type":"m.room.member","state_key":"@b:x","origin_server_ts":-5,"hashes":{},
    "content":{"membership":"inv\u0069te"}}"#;

#[test]
fn a_view_shows_escaped_fields_too() {
    let owned = OwnedEvent::from_json(MEMBER).unwrap();
    let event = owned.as_event();
    assert_eq!(event.sender(), "@a:x");
    assert_eq!(event.state_key(), Some("@b:x"));
    assert_eq!(event.origin_server_ts(), -5);
    assert_eq!(event.membership().unwrap().as_deref(), Some("invite"));
    assert_eq!(event.to_owned(), owned);
    assert_eq!(serde_json::to_string(&event).unwrap(), MEMBER);
    assert_eq!(serde_json::json!([owned])[0]["depth"], 7);
    assert_eq!(
        event.client_json(),
        r#"{"content":{"membership":"inv\u0069te"},"event_id":"$e","origin_server_ts":-5,"room_id":"!r:x","sender":"@\u0061:x","state_key":"@b:x","type":"m.room.member"}"#
    );
}

#[test]
fn a_malformed_membership_is_not_taken_for_another_event() {
    let membership = |json: String| {
        let event = OwnedEvent::from_json(json).unwrap();
        let membership = event.as_event().membership();
        membership.map(|found| found.map(Cow::into_owned)).map_err(|error| error.to_string())
    };
    let message = MEMBER.replace("m.room.member", "m.room.message");
    assert_eq!(membership(message), Ok(None));
    let no_key = MEMBER.replace("state_key", "state");
    assert_eq!(
        membership(no_key).unwrap_err(),
        "m.room.member $e by @a:x is not a membership: it has no `state_key`"
    );
    for (content, why) in [
        ("{}", "missing field `membership` at line 1 column 2"),
        (
            r#"{"membership":["join"]}"#,
            "invalid type: sequence, expected a string at line 1 column 14",
        ),
        (r#"{"membership":null}"#, "invalid type: null, expected a string at line 1 column 18"),
    ] {
        let malformed = MEMBER.replace(r#"{"membership":"inv\u0069te"}"#, content);
        let error = membership(malformed).unwrap_err();
        assert_eq!(error, format!("m.room.member $e by @a:x is not a membership: {why}"));
    }
}

/// The form used by federation, with the `event_id` added.
const CREATE: &str = r#"{"event_id":"$UD6J-7_U","sender":"@a:x","type":"m.room.create",
    "state_key":"","origin_server_ts":1,"depth":1,"content":{"room_version":"12"}}"#;

#[test]
fn a_room_may_be_named_after_the_event_that_creates_it() {
    let owned = OwnedEvent::from_json(CREATE).unwrap();
    let event = owned.as_event();
    assert_eq!(event.room_id(), "!UD6J-7_U");
    assert!(event.names_room());
    assert_eq!(event.to_owned(), owned);
    assert_eq!(event.json().as_str(), CREATE);
    assert_eq!(
        event.client_json(),
        r#"{"content":{"room_version":"12"},"event_id":"$UD6J-7_U","origin_server_ts":1,"room_id":"!UD6J-7_U","sender":"@a:x","state_key":"","type":"m.room.create"}"#
    );
    // Some homeservers store it with a `room_id`.
    let with_room = CREATE.replacen('{', r#"{"room_id":"!UD6J-7_U","#, 1);
    assert!(OwnedEvent::from_json(with_room).unwrap().as_event().names_room());
    let older = CREATE.replacen('{', r#"{"room_id":"!r:x","#, 1);
    let older = OwnedEvent::from_json(older).unwrap();
    assert_eq!(older.as_event().room_id(), "!r:x");
    assert!(!older.as_event().names_room());
    let odd = CREATE.replace('$', "").replacen('{', r#"{"room_id":"r","#, 1);
    assert!(!OwnedEvent::from_json(odd).unwrap().as_event().names_room());
}

#[test]
fn every_other_event_names_its_room() {
    for (from, to) in [
        ("m.room.create", "m.room.message"),
        (r#""state_key":"""#, r#""state_key":"x""#),
        (r#""state_key":"""#, r#""state_key":null"#),
        (r#""state_key":"","#, ""),
        ("$UD6J-7_U", "UD6J-7_U"),
    ] {
        let error = OwnedEvent::from_json(CREATE.replace(from, to)).unwrap_err();
        assert!(error.to_string().starts_with("missing field `room_id` at"), "{error}");
    }
    let null = CREATE.replacen('{', r#"{"room_id":null,"#, 1);
    let error = OwnedEvent::from_json(null).unwrap_err().to_string();
    assert_eq!(error, "invalid type: null, expected a string at line 1 column 15");
}

#[test]
fn escaped_keys_reach_clients_too() {
    let escaped = CREATE.replace("content", "c\\u006fntent");
    let event = OwnedEvent::from_json(escaped).unwrap();
    assert!(event.as_event().client_json().contains(r#""content":{"room_version":"12"}"#));
}

#[test]
fn texts_that_are_no_events_are_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"event_id":1}"#,
        r#"{"event_id":"$e","event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":{}}"#,
        r#"["$e","!r:x","@a:x","m.room.message",null,1,{"body":"x"}]"#,
        r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":[]}"#,
        r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":{},"state_key":3}"#,
    ] {
        assert!(OwnedEvent::from_json(text).is_err(), "{text}");
    }
}
