//! Tests that only the denied user may not create rooms, and that the web resource says hello.

use hsmod_plugin_api::testing::prelude::*;

use super::*;

fn demo(config: serde_json::Value) -> TestModule {
    TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap()
}

fn verdict(module: &TestModule, user_id: &str) -> Verdict {
    block_on(module.spam_checker().user_may_create_room(user_id, Json("{}"))).unwrap()
}

#[test]
fn the_denied_user_creates_no_room() {
    let module = demo(json!({"denied_user": "@evil:example.org"}));
    assert_eq!(verdict(&module, "@evil:example.org"), Verdict::deny(ErrorCode::Forbidden));
    assert_eq!(verdict(&module, "@good:example.org"), Verdict::Allow);
}

#[test]
fn by_default_it_is_evilguy_of_this_homeserver() {
    let module = demo(json!({}));
    assert_eq!(verdict(&module, "@evilguy:example.com"), Verdict::deny(ErrorCode::Forbidden));
    assert_eq!(verdict(&module, "@evilguy:example.org"), Verdict::Allow);
}

#[test]
fn an_invalid_user_id_is_refused() {
    for text in ["", "evil", "evil:example.com", "@evil", "@evil:"] {
        let config = json!({"denied_user": text});
        let error = TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap_err();
        let said =
            format!("denied_user: `{text}` is not a user ID: write it like \"@name:server\"");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn it_says_hello() {
    let hello = request("GET", "/_synapse/client/demo/hello?name=bob");
    let response = block_on(demo(json!({})).web(&hello)).unwrap();
    assert_eq!(response, WebResponse::json(200, &json!({"hello": "bob"})));
}

#[test]
fn the_schema_is_that_of_the_config() {
    hsmod_documented::check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
