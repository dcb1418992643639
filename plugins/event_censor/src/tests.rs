//! Shows what becomes of an event after each kind of answer.

use super::*;

fn decided(status: u16, body: &str) -> Result<EventDecision, ModuleError> {
    let event = serde_json::json!({
        "event_id": "$1", "room_id": "!room:example.com", "sender": "@a:example.com",
        "type": "m.room.message", "origin_server_ts": 1, "content": {"body": "damn", "n": 1},
    });
    let event = OwnedEvent::from_json(event.to_string()).unwrap();
    decision(&event.as_event(), &HttpResponse::new(WebResponse::new(status, body)))
}

#[test]
fn an_object_replaces_the_content_and_nothing_else() {
    let EventDecision::Replace(event) = decided(200, r#"{"body": "****"}"#).unwrap() else {
        panic!("it is not replaced")
    };
    assert_eq!(event["content"], serde_json::json!({"body": "****"}));
    assert_eq!((&event["sender"], &event["event_id"]), (&"@a:example.com".into(), &"$1".into()));
}

#[test]
fn nothing_leaves_it_as_it_is() {
    assert_eq!(decided(204, "").unwrap(), EventDecision::Allow);
    assert_eq!(decided(200, "null").unwrap(), EventDecision::Allow);
}

#[test]
fn all_else_is_an_error() {
    for (status, body) in [(500, "{}"), (404, ""), (301, ""), (200, ""), (200, "[]"), (200, "no")] {
        assert!(decided(status, body).is_err(), "{status} {body}");
    }
}

#[test]
fn an_error_denies_unless_the_operator_says_otherwise() {
    let config = |more: &str| {
        let text = format!(r#"{{"endpoint": "http://localhost/"{more}}}"#);
        EventCensor::parse_config(serde_json::from_str(&text).unwrap())
    };
    assert!(matches!(config("").unwrap().on_error, OnError::Deny));
    assert!(matches!(config(r#", "on_error": "allow""#).unwrap().on_error, OnError::Allow));
    let error = config(r#", "on_error": "ignore""#).err().unwrap();
    assert_eq!(error.to_string(), "on_error: unknown variant `ignore`, expected `allow` or `deny`");
}
