//! Tests the outcome of an event for each kind of answer.

use hsmod_plugin_api::testing::prelude::*;

use super::*;

const LOBBY: &str = "!lobby:example.com";

/// The decision about a message if the service answers as `host` says.
fn decided(host: &FakeHost, on_error: &str) -> EventDecision {
    let config = json!({"endpoint": "https://censor.example.com/", "on_error": on_error});
    let module = TestModule::new(&MODULE, config, host).unwrap();
    let message = event("m.room.message").room(LOBBY).content(json!({"body": "damn", "n": 1}));
    let state = host.state(LOBBY);
    let ask = module.third_party_rules();
    block_on(ask.check_event_allowed(&message.build(), &state)).unwrap()
}

fn answering(status: u16, body: &str) -> FakeHost {
    let host = FakeHost::new("example.com").room(room(LOBBY));
    host.answer("http_request", HttpResponse::new(WebResponse::new(status, body)));
    host
}

#[test]
fn an_object_replaces_the_content_and_nothing_else() {
    let host = answering(200, r#"{"body": "****"}"#);
    let EventDecision::Replace(event) = decided(&host, "deny") else {
        panic!("it is not replaced")
    };
    assert_eq!(event["content"], json!({"body": "****"}));
    assert_eq!(
        (&event["sender"], &event["event_id"]),
        (&json!("@alice:example.com"), &json!("$event"))
    );
    let asked = host.requests().pop().unwrap();
    assert_eq!(asked[1]["url"], "https://censor.example.com/");
    assert!(asked[2].as_str().unwrap().contains("damn"));
}

#[test]
fn nothing_leaves_it_as_it_is() {
    assert_eq!(decided(&answering(204, ""), "deny"), EventDecision::Allow);
    assert_eq!(decided(&answering(200, "null"), "deny"), EventDecision::Allow);
}

#[test]
fn all_else_is_what_the_operator_says() {
    for (status, body) in [(500, "{}"), (404, ""), (301, ""), (200, ""), (200, "[]"), (200, "no")] {
        let host = answering(status, body);
        assert_eq!(decided(&host, "deny"), EventDecision::Deny, "{status} {body}");
        assert_eq!(decided(&host, "allow"), EventDecision::Allow, "{status} {body}");
    }
    let host = answering(200, "{}");
    host.fail("http_request", ModuleError::new("it is down"));
    assert_eq!(decided(&host, "deny"), EventDecision::Deny);
    assert_eq!(decided(&host, "allow"), EventDecision::Allow);
}

#[test]
fn an_error_denies_unless_the_operator_says_otherwise() {
    let config = |more: serde_json::Value| {
        let mut config = json!({"endpoint": "http://localhost/"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        EventCensor::parse_config(config)
    };
    assert!(matches!(config(json!({})).unwrap().on_error, OnError::Deny));
    let error = config(json!({"on_error": "ignore"})).err().unwrap();
    assert_eq!(error.to_string(), "on_error: unknown variant `ignore`, expected `allow` or `deny`");
    for url in ["", "censor.example.com/check", "https://", "http:// x"] {
        let error = config(json!({"endpoint": url})).err().unwrap().to_string();
        assert!(error.starts_with(&format!("endpoint: `{url}` is not a URL")), "{error}");
    }
}

#[test]
fn the_schema_is_that_of_the_config() {
    hsmod_documented::check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
