//! Tests how `hsmod call` shows answers other than allowed and denied.

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{answer, call, recorders};

/// The answer if the second of two modules returns this value.
fn value(callback: &str, given: Value, arguments: Value) -> Value {
    let name = callback.split('.').nth(1).unwrap();
    let (answer, code) = answer(&recorders(json!({name: {"replace": given}})), callback, arguments);
    assert_eq!(code, 0, "{answer}");
    assert_eq!(answer["decided_by"], "second", "{answer}");
    answer["result"]["value"].clone()
}

#[test]
fn values_are_shown_as_json() {
    let user = || json!({"user_id": "@a:x"});
    let login = json!({"username": "a", "login_type": "m.login.password", "login_dict": {}});
    let accepted = value("password_auth_provider.check_auth", json!("@a:x"), login);
    assert_eq!(accepted, json!({"user_id": "@a:x", "on_login": false}));
    let params = json!({"uia_results": {}, "params": {}});
    let name = "password_auth_provider.get_username_for_registration";
    assert_eq!(value(name, json!("bob"), params), "bob");
    let config = value("media_repository.get_media_config_for_user", json!({"k": 1}), user());
    assert_eq!(config, json!({"k": 1}));
    let event = json!({"event": {
        "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": "m", "content": {},
    }});
    let name = "add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback";
    assert_eq!(value(name, json!({"org.x": [1]}), event), json!({"org.x": [1]}));
    let interested = value("presence_router.get_interested_users", json!(["@b:x"]), user());
    assert_eq!(interested, json!(["@b:x"]));
}

#[test]
fn no_answer_is_null() {
    let arguments = json!({"user_id": "@a:x", "limiter_name": "rc_invites.per_room"});
    let callback = "ratelimit.get_ratelimit_override_for_user";
    let (answer, code) = answer(&recorders(json!({})), callback, arguments);
    assert_eq!((&answer["result"], code), (&json!({"value": null}), 0));
    assert_eq!(answer["decided_by"], Value::Null);
}

#[test]
fn refusals_of_all_categories_are_shown() {
    let scene = recorders(json!({"is_3pid_allowed": "deny"}));
    let arguments = json!({"medium": "email", "address": "a@b.c", "registration": true});
    let (answer, code) = answer(&scene, "password_auth_provider.is_3pid_allowed", arguments);
    assert_eq!((&answer["result"]["deny"]["status"], code), (&json!(403), 1));
    assert_eq!(answer["result"]["deny"]["errcode"], "M_THREEPID_DENIED");
}

#[test]
fn a_batch_runs_between_its_entry_and_its_exit() {
    let config = json!({
        "callbacks": ["on_update"], "later": ["on_exit"],
        "answers": {"on_update": {"replace": 250}, "on_exit": {"fail": "the lock is gone"}},
    });
    let scene = Scene::new().module("good_recorder", config);
    let arguments = json!({"update_name": "u", "database_name": "main", "oneshot": false});
    let (answer, code) = answer(&scene, "background_update_controller.on_update", arguments);
    assert_eq!(code, 1);
    insta::assert_snapshot!(answer["result"], @r#"{"failed":{"kind":"error","message":"the lock is gone"}}"#);
}

#[test]
fn numbers_reach_modules_as_they_are_written() {
    let request = r#"{"n": 18446744073709551616, "x": 1.50, "s": "a\nb"}"#;
    let lines = request.replace(", ", ", \r\n");
    let arguments = format!(
        r#"{{"requester": {{"user": "@a:localhost"}}, "is_requester_admin": false, "request_content": {lines}}}"#
    );
    let scene = recorders(json!({}));
    let callback = "third_party_rules.on_create_room";
    let mut command = call(&scene, callback, &arguments, &["--json"]);
    let output = command.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.contains(&format!(r#"{{"value":{request}}}"#)), "{shown}");
}
