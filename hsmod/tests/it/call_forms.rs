//! Tests that `hsmod call` reports arguments that are probably mistakes, and suggests corrections.

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, event, human, invite, recorders};
use crate::command::{shown, values};

fn said_of(callback: &str, arguments: Value) -> String {
    human(&Scene::new(), callback, arguments)
}

/// The arguments of an invite with one of them changed.
fn invite_with(name: &str, value: Value) -> Value {
    let mut arguments = invite();
    arguments[name] = value;
    arguments
}

#[test]
fn invalid_identifiers_are_reported() {
    insta::assert_snapshot!(said_of(INVITE, invite_with("inviter", json!("evilguy"))), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the argument `inviter` cannot be read: `evilguy` is not a user ID
      fix: did you mean `@evilguy:localhost`?
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    insta::assert_snapshot!(said_of(INVITE, invite_with("room_id", json!("#r:x"))), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the argument `room_id` cannot be read: `#r:x` is a room alias, not a room ID
      fix: write it like `!room:server`, or `!hash`
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    let alias = json!({"user_id": "@a:x", "room_alias": "r"});
    insta::assert_snapshot!(said_of("spam_checker.user_may_create_room_alias", alias), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_create_room_alias: the argument `room_alias` cannot be read: `r` is not a room alias
      fix: did you mean `#r:localhost`?
      it takes `user_id` (a string), `room_alias` (a string)
    ");
    let mut message = event();
    message["event_id"] = json!("1");
    insta::assert_snapshot!(said_of("spam_checker.check_event_for_spam", json!({"event": message})), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` cannot be read: `event_id`: `1` is not an event ID
      fix: write it like `$hash`
      it takes `event` (an event)
    ");
    let state = json!({"medium": "email", "address": "a@b.c", "state_events": [message]});
    insta::assert_snapshot!(said_of("third_party_rules.check_threepid_can_be_invited", state), @"
    exit code: 2
    --- stderr
    error: third_party_rules.check_threepid_can_be_invited: the argument `state_events` cannot be read: item 0: `event_id`: `1` is not an event ID
      fix: write it like `$hash`
      it takes `medium` (a string), `address` (a string), `state_events` (a list of state events)
    ");
    let profile = json!({"user_id": "@a:x", "avatar_url": "https://x/y.png"});
    let profile = json!({"user_profile": profile, "requester_id": "@a:x"});
    insta::assert_snapshot!(said_of("spam_checker.check_username_for_spam", profile), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_username_for_spam: the argument `user_profile` cannot be read: `avatar_url`: `https://x/y.png` is not an MXC URI
      fix: write it like `mxc://server/id`
      it takes `user_profile` ({user_id, display_name?, avatar_url?}), `requester_id` (a string)
    ");
    let delivery = json!({"server_name": "https://x/", "method": "/send", "events": []});
    let delivery = json!({"delivery": delivery});
    insta::assert_snapshot!(said_of("federation.on_event_delivered_over_federation", delivery), @"
    exit code: 2
    --- stderr
    error: federation.on_event_delivered_over_federation: the argument `delivery` cannot be read: `server_name`: `https://x/` is not a server name
      fix: did you mean `x`?
      it takes `delivery` ({server_name, method, events})
    ");
}

#[test]
fn free_content_is_not_checked() {
    let scene = recorders(json!({}));
    let mut message = event();
    message["content"] = json!({"user_id": "evilguy", "membership": "invite"});
    for (callback, arguments) in [
        ("spam_checker.check_event_for_spam", json!({"event": message})),
        (
            "spam_checker.user_may_create_room",
            json!({"user_id": "@a:x", "room_config": {"user_id": "evilguy"}}),
        ),
    ] {
        let (_, code) = values(&mut call(&scene, callback, &arguments.to_string(), &["--json"]));
        assert_eq!(code, 0, "{callback}");
    }
}

#[test]
fn wrong_types_are_reported() {
    insta::assert_snapshot!(said_of(INVITE, invite_with("inviter", json!(5))), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the argument `inviter` is a number, not a string
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    insta::assert_snapshot!(said_of("spam_checker.check_event_for_spam", json!({"event": ["$1", "!r:x", "@a:x"]})), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` is a list, not an event
      it takes `event` (an event)
    ");
    let search = json!({"results": []});
    insta::assert_snapshot!(said_of("third_party_rules.on_user_search", search), @"
    exit code: 2
    --- stderr
    error: third_party_rules.on_user_search: the argument `results` is a list, not an object
      it takes `results` (an object)
    ");
    let thumbnail = json!([1, 2, "crop", "image/png", 3]);
    let file = json!({"file_id": "f", "thumbnail": thumbnail});
    let file = json!({"file_wrapper": "/dev/null", "file_info": file});
    insta::assert_snapshot!(human(&recorders(json!({})), "spam_checker.check_media_file_for_spam", file), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_media_file_for_spam: the argument `file_info` cannot be read: it is a list, not an object
      it takes `file_wrapper` (the path of a file), `file_info` ({file_id, server_name?, url_cache?, thumbnail?})
    ");
    let states = json!({"state_updates": [["@a:x", "online"]]});
    insta::assert_snapshot!(human(&recorders(json!({})), "presence_router.get_users_for_states", states), @"
    exit code: 2
    --- stderr
    error: presence_router.get_users_for_states: the argument `state_updates` cannot be read: it is a list, not an object
      it takes `state_updates` (a list of {user_id, state, status_msg?, ..})
    ");
}

#[test]
fn invalid_json_is_explained() {
    let scene = Scene::new();
    let said_of = |text: &str| {
        let mut command = call(&scene, INVITE, text, &[]);
        let said = shown(&mut command, scene.folder());
        said.strip_prefix("exit code: 2\n--- stderr\n").unwrap_or(&said).to_owned()
    };
    insta::assert_snapshot!(said_of("{} {}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: something follows the value, at line 1 column 4
      fix: give one object, with all arguments in it
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\""), @"
    error: the arguments in `<folder>/args.json` are not JSON: the text ends too early, at line 1 column 18
      fix: close all quotes, brackets and braces
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\",}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: nothing follows a comma, at line 1 column 20
      fix: remove the comma
    ");
    insta::assert_snapshot!(said_of("{'inviter': '@a:x'}"), @r#"
    error: the arguments in `<folder>/args.json` are not JSON: a key is not in double quotes, at line 1 column 2
      fix: write `"key":` before each value
    "#);
    insta::assert_snapshot!(said_of("{\"inviter\" \"@a:x\"}"), @r#"
    error: the arguments in `<folder>/args.json` are not JSON: a colon is missing after a key, at line 1 column 12
      fix: write `"key":` before each value
    "#);
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\" \"invitee\": \"@b:x\"}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a comma or a closing bracket is missing after a value, at line 1 column 20
      fix: put commas between the values
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": '@a:x'}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a value is not valid JSON, at line 1 column 13
      fix: put double quotes around strings, and none around true, false, null and numbers
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": True}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a value is not valid JSON, at line 1 column 13
      fix: put double quotes around strings, and none around true, false, null and numbers
    ");
}

#[test]
fn bare_answers_are_explained() {
    let first_line = |answers: Value, callback: &str, arguments: Value| {
        human(&recorders(answers), callback, arguments)
            .lines()
            .nth(2)
            .unwrap_or_default()
            .to_owned()
    };
    let profile = || json!({"user_profile": {"user_id": "@a:x"}, "requester_id": "@b:x"});
    let username = "spam_checker.check_username_for_spam";
    let hidden = json!({"check_username_for_spam": "deny"});
    insta::assert_snapshot!(first_line(hidden, username, profile()), @"answer by second: true (hidden from search results)");
    insta::assert_snapshot!(first_line(json!({}), username, profile()), @"answer: false (shown in search results)");
    let drop = "spam_checker.should_drop_federated_event";
    insta::assert_snapshot!(first_line(json!({"should_drop_federated_event": "deny"}), drop, json!({"event": event()})), @"answer by second: true (dropped, as if it had never arrived)");
    insta::assert_snapshot!(first_line(json!({}), drop, json!({"event": event()})), @"answer: false (taken in)");
    let expired = "account_validity.is_user_expired";
    let user = || json!({"user_id": "@a:x"});
    insta::assert_snapshot!(first_line(json!({"is_user_expired": "deny"}), expired, user()), @"answer by second: true (expired: the user's requests are refused)");
    insta::assert_snapshot!(first_line(json!({}), expired, user()), @"answer: null (no module has an opinion: the homeserver decides)");
    let limit = json!({"user_id": "@a:x", "limiter_name": "rc_message"});
    insta::assert_snapshot!(first_line(json!({}), "ratelimit.get_ratelimit_override_for_user", limit), @"answer: null (no module has an opinion: the usual limit applies)");
}
