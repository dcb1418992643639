//! Tests the errors of `hsmod call` for calls that it cannot make.

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, event, human, invite, recorders};
use crate::command::{hsmod, shown, values};

#[test]
fn wrong_arguments_are_named() {
    let scene = Scene::new();
    let wrong = |callback: &str, arguments: Value| human(&scene, callback, arguments);
    insta::assert_snapshot!(wrong(INVITE, json!({"inviter": "@a:x", "invitee": "@b:x"})), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the argument `room_id` is missing
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    insta::assert_snapshot!(wrong(INVITE, json!({"inviter": "@a:x", "invited": "@b:x"})), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: there is no argument `invited`; did you mean `invitee`?
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    insta::assert_snapshot!(wrong(INVITE, json!(["@a:x"])), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the arguments are a list, not an object
      it takes `inviter` (a string), `invitee` (a string), `room_id` (a string)
    ");
    let joins = json!({"user_id": "@a:x", "room_id": "!r:x", "is_invited": "yes"});
    insta::assert_snapshot!(wrong("spam_checker.user_may_join_room", joins), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_join_room: the argument `is_invited` is a string, not true or false
      it takes `user_id` (a string), `room_id` (a string), `is_invited` (true or false)
    ");
    let no_event = json!({"event": {"event_id": "$1"}});
    insta::assert_snapshot!(wrong("spam_checker.check_event_for_spam", no_event), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` cannot be read: missing field `room_id`
      it takes `event` (an event)
    ");
    let listed = json!({"event": ["$e", "!r:x", "@a:x", "m.room.message", null, 1, {"body": "x"}]});
    insta::assert_snapshot!(wrong("spam_checker.check_event_for_spam", listed), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` is a list, not an event
      it takes `event` (an event)
    ");
    let listed = json!({"requester": ["@a:x"], "request_content": {}, "is_requester_admin": false});
    insta::assert_snapshot!(wrong("third_party_rules.on_create_room", listed), @"
    exit code: 2
    --- stderr
    error: third_party_rules.on_create_room: the argument `requester` is a list, not {user, device_id?, is_guest?, ..}
      it takes `requester` ({user, device_id?, is_guest?, ..}), `request_content` (an object), `is_requester_admin` (true or false)
    ");
    let mut message = event();
    message.as_object_mut().unwrap().remove("state_key");
    let no_state = json!({"event": event(), "state_events": [event(), message]});
    insta::assert_snapshot!(wrong("third_party_rules.check_event_allowed", no_state), @"
    exit code: 2
    --- stderr
    error: third_party_rules.check_event_allowed: the argument `state_events` cannot be read: item 1: `state_key` is missing
      it takes `event` (an event), `state_events` (a list of state events)
    ");
    let file = json!({"file_wrapper": "/dev/null", "file_info": {"file": "f"}});
    insta::assert_snapshot!(wrong("spam_checker.check_media_file_for_spam", file), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_media_file_for_spam: the argument `file_info` cannot be read: unknown field `file`, expected one of `file_id`, `server_name`, `url_cache`, `thumbnail`
      it takes `file_wrapper` (the path of a file), `file_info` ({file_id, server_name?, url_cache?, thumbnail?})
    ");
    let all = recorders(json!({}));
    let no_invite = json!({"event": message});
    insta::assert_snapshot!(human(&all, "spam_checker.federated_user_may_invite", no_invite), @"
    exit code: 2
    --- stderr
    error: spam_checker.federated_user_may_invite: the argument `event` cannot be read: an invite has no state key
      it takes `event` (an event)
    ");
    let config = scene.write();
    let none = ["call", "-c", config.to_str().unwrap(), "spam_checker.check_login_for_spam"];
    insta::assert_snapshot!(shown(&mut hsmod(&none), config.parent().unwrap()), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_login_for_spam: the argument `user_id` is missing
      it takes `user_id` (a string), `device_id` (a string or null), `initial_display_name` (a string or null), `request_info` (a list of [user agent, IP address]), `auth_provider_id` (a string or null)
    ");
    let not_json = shown(&mut call(&scene, INVITE, "{,}", &[]), config.parent().unwrap());
    insta::assert_snapshot!(not_json, @r#"
    exit code: 2
    --- stderr
    error: the arguments in `<folder>/args.json` are not JSON: a key is not in double quotes, at line 1 column 2
      fix: write `"key":` before each value
    "#);
    let missing = ["call", "-c", config.to_str().unwrap(), INVITE, "/missing.json"];
    insta::assert_snapshot!(shown(&mut hsmod(&missing), config.parent().unwrap()), @"
    exit code: 2
    --- stderr
    error: cannot read the arguments from `/missing.json`: No such file or directory (os error 2)
      fix: give the path of a file with a JSON object, or `-` for standard input
    ");
}

#[test]
fn unknown_callbacks_are_named() {
    let scene = Scene::new();
    for callback in [
        "spam_cheker.user_may_invite",
        "spam_checker.user_may_invit",
        "user_may_invite",
        "spam_checker.on_new_event",
        "account_validity.nothing",
        "nothing.at_all",
    ] {
        let said = human(&scene, callback, json!({}));
        assert!(said.starts_with("exit code: 2\n"), "{said}");
    }
    let said = |callback| human(&scene, callback, json!({}));
    insta::assert_snapshot!(said("spam_cheker.user_may_invite"), @"
    exit code: 2
    --- stderr
    error: there is no callback `spam_cheker.user_may_invite`
      fix: did you mean `spam_checker.user_may_invite`?
    ");
    insta::assert_snapshot!(said("spam_checker.user_may_invit"), @"
    exit code: 2
    --- stderr
    error: the category `spam_checker` has no callback `user_may_invit`
      fix: did you mean `spam_checker.user_may_invite`?
    ");
    insta::assert_snapshot!(said("user_may_invite"), @"
    exit code: 2
    --- stderr
    error: there is no callback `user_may_invite`
      fix: did you mean `spam_checker.user_may_invite`?
    ");
    insta::assert_snapshot!(said("spam_checker.on_new_event"), @"
    exit code: 2
    --- stderr
    error: the category `spam_checker` has no callback `on_new_event`
      fix: did you mean `third_party_rules.on_new_event`?
    ");
    insta::assert_snapshot!(said("account_validity.nothing"), @"
    exit code: 2
    --- stderr
    error: the category `account_validity` has no callback `nothing`
      fix: it has `is_user_expired`, `on_user_registration`, `on_user_login`, `on_legacy_send_mail`, `on_legacy_renew`, `on_legacy_admin_request`
    ");
    insta::assert_snapshot!(said("nothing.at_all"), @"
    exit code: 2
    --- stderr
    error: there is no callback `nothing.at_all`
      fix: the categories are `spam_checker`, `third_party_rules`, `account_validity`, `presence_router`, `password_auth_provider`, `background_update_controller`, `account_data`, `add_extra_fields_to_unsigned_client_event`, `media_repository`, `ratelimit`, `federation`
    ");
}

#[test]
fn modules_that_do_not_load_are_problems() {
    let scene = Scene::new().module("demo", json!({"denied_user": 3}));
    insta::assert_snapshot!(human(&scene, INVITE, invite()), @"
    exit code: 1
    --- stderr
    error: module `demo`: parse_config: invalid type: integer `3`, expected a string
      at modules.<item 0>.config.denied_user, line 5, column 9
      fix: see the module's documentation for what its `config` takes
    ");
    let mut command = call(&scene, INVITE, &invite().to_string(), &["--json"]);
    let (lines, code) = values(&mut command);
    assert_eq!(code, 1);
    assert_eq!(lines[0]["problems"][0]["stage"], "parse_config");
}
