//! Tests that only events from listed users are denied, and tests the web resource.

use hsmod_plugin_api::testing::prelude::*;

use super::*;

fn module(config: serde_json::Value) -> Result<TestModule, StageError> {
    TestModule::new(&MODULE, config, &FakeHost::new("example.com"))
}

#[test]
fn events_of_listed_users_are_spam() {
    let module = module(json!({"evil_users": ["@evil:example.com"]})).unwrap();
    let verdict = |sender| {
        let event = event("m.room.message").sender(sender).build();
        block_on(module.spam_checker().check_event_for_spam(&event)).unwrap()
    };
    assert_eq!(verdict("@evil:example.com"), Verdict::deny(ErrorCode::Forbidden));
    assert_eq!(verdict("@evil:example.org"), Verdict::Allow);
}

#[test]
fn a_misspelt_key_is_refused() {
    let error = module(json!({"evil_user": []})).unwrap_err();
    assert_eq!(error.to_string(), "evil_user: unknown field `evil_user`, expected `evil_users`");
}

#[test]
fn an_invalid_user_id_is_refused() {
    for text in ["", "evil", "evil:example.com", "@evil", "@evil:"] {
        let error = module(json!({"evil_users": ["@a:b.c", text]})).unwrap_err();
        let said = format!("`{text}` is not a user ID: write it like \"@name:server\"");
        assert_eq!(error.to_string(), format!("evil_users: {said}"));
    }
}

#[test]
fn anybody_may_ask_who_is_on_the_list() {
    let module = module(json!({"evil_users": ["@evil:example.com"]})).unwrap();
    for (user, evil) in [("%40evil%3Aexample.com", true), ("%40good%3Aexample.com", false)] {
        let uri = format!("/_synapse/client/list_spam_checker/is_evil?user={user}");
        let response = block_on(module.web(&request("GET", &uri))).unwrap();
        assert_eq!(response, WebResponse::json(200, &json!({"evil": evil})));
    }
}

#[test]
fn the_schema_is_that_of_the_config() {
    hsmod_documented::check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
