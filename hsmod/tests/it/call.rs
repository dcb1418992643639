//! Tests that `hsmod call` calls one callback, and how it shows answers and errors.

use std::io::Write;
use std::process::{Command, Stdio};

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::command::{hsmod, shown, values};

/// `hsmod call` with the arguments in a file.
pub(crate) fn call(scene: &Scene, callback: &str, arguments: &str, more: &[&str]) -> Command {
    let config = scene.write();
    let file = config.with_file_name("args.json");
    std::fs::write(&file, arguments).unwrap();
    let (config, file) = (config.to_str().unwrap(), file.to_str().unwrap());
    hsmod(&[&["call", "-c", config, callback, file], more].concat())
}

pub(crate) fn human(scene: &Scene, callback: &str, arguments: Value) -> String {
    let folder = scene.plugins();
    shown(&mut call(scene, callback, &arguments.to_string(), &[]), folder.parent().unwrap())
}

/// The answer in JSON without its time, and the exit code.
pub(crate) fn answer(scene: &Scene, callback: &str, arguments: Value) -> (Value, i32) {
    let mut command = call(scene, callback, &arguments.to_string(), &["--json"]);
    let (mut values, code) = values(&mut command);
    let mut value = values.pop().unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        assert!(members.remove("micros").unwrap().is_number());
    }
    (value, code)
}

/// Two modules, `first` and `second`. The second one gives these answers.
pub(crate) fn recorders(answers: Value) -> Scene {
    let entry = |name: &str, answers| {
        let config = json!({"name": name, "answers": answers});
        json!({"module": "good_recorder", "name": name, "config": config})
    };
    Scene::new()
        .entry("good_recorder", entry("first", json!({})))
        .entry("good_recorder", entry("second", answers))
}

pub(crate) fn event() -> Value {
    json!({
        "event_id": "$1", "room_id": "!r:localhost", "sender": "@a:localhost",
        "type": "m.room.member", "state_key": "@b:localhost", "origin_server_ts": 1,
        "content": {"membership": "invite"},
    })
}

pub(crate) fn invite() -> Value {
    json!({"inviter": "@a:x", "invitee": "@b:x", "room_id": "!r:x"})
}

pub(crate) const INVITE: &str = "spam_checker.user_may_invite";

#[test]
fn a_message_in_place_of_an_error_code_is_pointed_out() {
    let denial = json!({"deny_with": {"errcode": "You may not invite today"}});
    let scene = recorders(json!({"user_may_invite": denial}));
    insta::assert_snapshot!(human(&scene, INVITE, invite()), @r#"
    exit code: 1
    --- stdout
    denied by second: 403 {"errcode":"You may not invite today","error":"Invites have been disabled on this server"}
      an error code has no spaces; in the module, give the client a text with `Verdict::deny(ErrorCode::Forbidden).message("..")`
    asked: first, second; # µs
    "#);
}

#[test]
fn verdicts_are_shown() {
    let scene = recorders(json!({"user_may_invite": {"deny_with": {
        "errcode": "ORG.EXAMPLE.NO", "message": "not \u{1b}[31mtoday", "fields": {"until": 3},
    }}}));
    insta::assert_snapshot!(human(&scene, INVITE, invite()), @r#"
    exit code: 1
    --- stdout
    denied by second: 403 {"errcode":"ORG.EXAMPLE.NO","error":"not \u001b[31mtoday","until":3}
    asked: first, second; # µs
    "#);
    assert_eq!(
        answer(&scene, INVITE, invite()),
        (
            json!({
                "result": {"deny": {
                    "status": 403, "errcode": "ORG.EXAMPLE.NO", "error": "not \u{1b}[31mtoday",
                    "body": {
                        "errcode": "ORG.EXAMPLE.NO", "error": "not \u{1b}[31mtoday", "until": 3,
                    },
                }},
                "called": ["first", "second"], "decided_by": "second", "failed": [],
            }),
            1
        )
    );
    let allowed = recorders(json!({}));
    insta::assert_snapshot!(human(&allowed, INVITE, invite()), @"
    exit code: 0
    --- stdout
    allowed
    asked: first, second; # µs
    ");
    let result = json!({"allow": true});
    assert_eq!(
        answer(&allowed, INVITE, invite()),
        (
            json!({
                "result": result, "called": ["first", "second"], "decided_by": null, "failed": [],
            }),
            0
        )
    );
}

#[test]
fn an_invite_from_another_server_asks_twice() {
    let scene = recorders(json!({"user_may_invite": "deny"}));
    let (answer, code) =
        answer(&scene, "spam_checker.federated_user_may_invite", json!({"event": event()}));
    assert_eq!((&answer["decided_by"], code), (&json!("second"), 1));
    assert_eq!(answer["called"], json!(["first", "second"]));
    let error = &answer["result"]["deny"]["error"];
    assert_eq!(error, "This user is not permitted to send invites to this server/user");
}

#[test]
fn failures_are_shown() {
    let scene = recorders(json!({"user_may_invite": {"fail": "no database"}}));
    insta::assert_snapshot!(human(&scene, INVITE, invite()), @r#"
    exit code: 1
    --- stdout
    failed by second (error): no database
    asked: first, second; # µs
    --- stderr
    ERROR hsmod_loader: module `second`: spam_checker.user_may_invite: no database module="second" callback="spam_checker.user_may_invite" kind="error" room_id="!r:x" user_id="@a:x"
    "#);
    let (answer, code) = answer(&scene, INVITE, invite());
    let failed = json!({"failed": {"kind": "error", "message": "no database"}});
    assert_eq!((&answer["result"], &answer["decided_by"], code), (&failed, &json!("second"), 1));

    let panics = Scene::new().module("bad_panics", json!({"where": "first_poll"}));
    let check = "spam_checker.check_event_for_spam";
    insta::assert_snapshot!(human(&panics, check, json!({"event": event()})), @r#"
    exit code: 1
    --- stdout
    failed by bad_panics (panicked): bad_panics: FirstPoll (tests/modules/bad_panics/src/trap.rs:#)
    asked: bad_panics; # µs
    --- stderr
    ERROR panic: bad_panics: FirstPoll thread="unnamed" module="bad_panics"
    ERROR hsmod_loader: module `bad_panics`: spam_checker.check_event_for_spam: panicked: bad_panics: FirstPoll (tests/modules/bad_panics/src/trap.rs:#) module="bad_panics" callback="spam_checker.check_event_for_spam" kind="panicked" event_id="$1" room_id="!r:localhost" user_id="@a:localhost"
    "#);
    let hangs = json!({
        "module": "bad_never_ready", "timeouts": {"check_event_for_spam": "50ms"},
        "config": {"where": "callback"},
    });
    let hangs = Scene::new().entry("bad_never_ready", hangs);
    insta::assert_snapshot!(human(&hangs, check, json!({"event": event()})), @r#"
    exit code: 1
    --- stdout
    failed by bad_never_ready (timed_out): no answer within 50ms
    asked: bad_never_ready; # µs
    --- stderr
    ERROR hsmod_loader: module `bad_never_ready`: spam_checker.check_event_for_spam: no answer within 50ms module="bad_never_ready" callback="spam_checker.check_event_for_spam" kind="timed_out" event_id="$1" room_id="!r:localhost" user_id="@a:localhost"
    "#);
}

#[test]
fn a_replacement_is_checked_as_a_homeserver_would() {
    let arguments = json!({"event": event(), "state_events": [event()]});
    let allowed = "third_party_rules.check_event_allowed";
    let mut other = event();
    other["content"]["reason"] = "because".into();
    let scene = recorders(json!({"check_event_allowed": {"replace": other}}));
    let expected = json!({
        "result": {"allow": true, "replacement": other},
        "called": ["first", "second"], "decided_by": "second", "failed": [],
    });
    assert_eq!(answer(&scene, allowed, arguments.clone()), (expected, 0));
    insta::assert_snapshot!(human(&scene, allowed, arguments.clone()), @r#"
    exit code: 0
    --- stdout
    allowed, replaced by second: {"content":{"membership":"invite","reason":"because"},"event_id":"$1","origin_server_ts":1,"room_id":"!r:localhost","sender":"@a:localhost","state_key":"@b:localhost","type":"m.room.member"}
    asked: first, second; # µs
    "#);
    other["type"] = "m.room.topic".into();
    let scene = recorders(json!({"check_event_allowed": {"replace": other}}));
    insta::assert_snapshot!(human(&scene, allowed, arguments.clone()), @r#"
    exit code: 1
    --- stdout
    denied by second: 500 {"errcode":"M_UNKNOWN","error":"Internal server error"}
      the replacement event must not change `type`
    asked: first, second; # µs
    --- stderr
    ERROR hsmod_loader: module `second`: third_party_rules.check_event_allowed: its replacement: the replacement event must not change `type` module="second" callback="third_party_rules.check_event_allowed" kind="error" event_id="$1" room_id="!r:localhost" user_id="@a:localhost"
    "#);
    let (answer, code) = answer(&scene, allowed, arguments);
    assert_eq!((&answer["result"]["deny"]["status"], code), (&json!(500), 1));
    insta::assert_snapshot!(answer["failed"], @r#"[{"kind":"error","message":"its replacement: the replacement event must not change `type`","module":"second"}]"#);
}

#[test]
fn values_are_shown() {
    let result = |answers: Value, callback: &str, arguments: Value| {
        let (answer, code) = answer(&recorders(answers), callback, arguments);
        assert_eq!(answer["called"], json!(["first", "second"]));
        (answer["result"].clone(), answer["decided_by"].clone(), code)
    };
    let user = json!({"user_id": "@a:x"});
    let expired = "account_validity.is_user_expired";
    let by = |value: Value| (json!({"value": value}), json!("second"), 0);
    let nobody = |value: Value| (json!({"value": value}), Value::Null, 0);
    assert_eq!(result(json!({"is_user_expired": "deny"}), expired, user.clone()), by(true.into()));
    let not_expired = json!({"is_user_expired": "not_expired"});
    assert_eq!(result(not_expired, expired, user.clone()), by(false.into()));
    assert_eq!(result(json!({}), expired, user.clone()), nobody(Value::Null));
    assert_eq!(
        result(json!({}), "account_validity.on_user_registration", user),
        nobody(Value::Null)
    );

    let profile = json!({"user_profile": {"user_id": "@a:x"}, "requester_id": "@b:x"});
    let visible = "spam_checker.check_username_for_spam";
    let hidden = json!({"check_username_for_spam": "deny"});
    assert_eq!(result(hidden, visible, profile), by(true.into()));
    let drops = json!({"should_drop_federated_event": "deny"});
    let drop = "spam_checker.should_drop_federated_event";
    assert_eq!(result(drops, drop, json!({"event": event()})), by(true.into()));
    assert_eq!(result(json!({}), drop, json!({"event": event()})), nobody(false.into()));

    let client = json!({"request_info": [["agent", "::1"], {"ip": "::2"}]});
    let register = "spam_checker.check_registration_for_spam";
    let banned = json!({"check_registration_for_spam": "shadow_ban"});
    assert_eq!(result(banned, register, client.clone()), by("SHADOW_BAN".into()));
    let denied = result(json!({"check_registration_for_spam": "deny"}), register, client);
    assert_eq!((&denied.0["deny"]["status"], denied.2), (&json!(429), 1));
}

#[test]
fn edits_by_modules_are_shown() {
    let scene = recorders(json!({"on_create_room": {"replace": {"preset": "private_chat"}}}));
    let create = json!({
        "requester": {"user": "@a:x", "device_id": "D"}, "request_content": {"name": "n"},
        "is_requester_admin": false,
    });
    let (answer, code) = answer(&scene, "third_party_rules.on_create_room", create);
    let changed = json!({"value": {"preset": "private_chat"}});
    assert_eq!((&answer["result"], code), (&changed, 0));
    let results = json!({"results": {"limited": false, "results": []}});
    insta::assert_snapshot!(human(&scene, "third_party_rules.on_user_search", results), @r#"
    exit code: 0
    --- stdout
    answer: {"limited":false,"results":[]}
    asked: first, second; # µs
    "#);
}

#[test]
fn a_login_that_nobody_accepts_is_refused() {
    let scene = recorders(json!({}));
    let dict = json!({
        "username": "a", "login_type": "m.login.password", "login_dict": {"password": "x"},
    });
    let threepid = json!({"medium": "email", "address": "a@b.example", "password": "x"});
    for (callback, arguments) in [("check_auth", dict), ("check_3pid_auth", threepid)] {
        let callback = format!("password_auth_provider.{callback}");
        insta::allow_duplicates!(
            insta::assert_snapshot!(human(&scene, &callback, arguments.clone()), @r#"
            exit code: 1
            --- stdout
            denied: 403 {"errcode":"M_FORBIDDEN","error":"Invalid username or password"}
              no module accepts the login; it is refused unless the homeserver itself accepts the password
            asked: first, second; # µs
            "#)
        );
        let (answer, code) = answer(&scene, &callback, arguments);
        let body = json!({"errcode": "M_FORBIDDEN", "error": "Invalid username or password"});
        assert_eq!(
            answer["result"],
            json!({"deny": {
                "status": 403, "errcode": "M_FORBIDDEN", "error": "Invalid username or password",
                "body": body,
            }})
        );
        assert_eq!((&answer["decided_by"], code), (&Value::Null, 1));
    }
}

#[test]
fn failures_that_are_passed_over_are_shown() {
    let fails = |callback: &str| recorders(json!({callback: {"fail": "no database"}}));
    let threepid = json!({"medium": "email", "address": "a@b.example", "password": "x"});
    let auth = "password_auth_provider.check_3pid_auth";
    insta::assert_snapshot!(human(&fails("check_3pid_auth"), auth, threepid.clone()), @r#"
    exit code: 1
    --- stdout
    denied: 403 {"errcode":"M_FORBIDDEN","error":"Invalid username or password"}
      no module accepts the login; it is refused unless the homeserver itself accepts the password
    failed  by second in password_auth_provider.check_3pid_auth (error): no database
    asked: first, second; # µs
    --- stderr
     WARN hsmod_loader: module `second`: password_auth_provider.check_3pid_auth: no database module="second" callback="password_auth_provider.check_3pid_auth" kind="error"
    "#);
    let (told, code) = answer(&fails("check_3pid_auth"), auth, threepid);
    let failed = json!([{"module": "second", "kind": "error", "message": "no database"}]);
    assert_eq!((&told["failed"], code), (&failed, 1));
    let new = "third_party_rules.on_new_event";
    let arguments = json!({"event": event(), "state_events": []});
    insta::assert_snapshot!(human(&fails("on_new_event"), new, arguments.clone()), @r#"
    exit code: 1
    --- stdout
    answer: null
    failed  $1  by second in third_party_rules.on_new_event (error): no database
    asked: first, second; # µs
    --- stderr
     WARN hsmod_loader: module `second`: third_party_rules.on_new_event: no database module="second" callback="third_party_rules.on_new_event" kind="error" event_id="$1" room_id="!r:localhost" user_id="@a:localhost"
    "#);
    let (told, code) = answer(&fails("on_new_event"), new, arguments);
    assert_eq!((&told["failed"], &told["result"], code), (&failed, &json!({"value": null}), 1));
    // The client's answer does not mention the failure.
    let registration = json!({"uia_results": {}, "params": {}});
    let name = "password_auth_provider.get_username_for_registration";
    let scene = fails("get_username_for_registration");
    let (told, code) = answer(&scene, name, registration);
    assert_eq!((&told["failed"], code), (&failed, 1));
    insta::assert_snapshot!(told["result"], @r#"{"failed":{"kind":"error","message":"500 M_UNKNOWN: Internal Server Error"}}"#);
}

#[test]
fn a_notification_is_delivered() {
    let arguments = json!({"event": event(), "state_events": []});
    let (answer, code) = answer(&recorders(json!({})), "third_party_rules.on_new_event", arguments);
    assert_eq!((&answer["result"], code), (&json!({"value": null}), 0));
    assert_eq!(answer["called"], json!(["first", "second"]));
}

#[test]
fn a_media_file_is_given_by_its_path() {
    let scene = recorders(json!({"check_media_file_for_spam": "deny"}));
    let path = scene.plugins().with_file_name("picture.png");
    std::fs::write(&path, "not a picture").unwrap();
    let arguments = json!({"file_wrapper": path, "file_info": {"file_id": "f"}});
    let media = "spam_checker.check_media_file_for_spam";
    let (answer, code) = answer(&scene, media, arguments);
    assert_eq!((&answer["result"]["deny"]["status"], code), (&json!(400), 1));
    let arguments = json!({"file_wrapper": "/missing.png", "file_info": {"file_id": "f"}});
    insta::assert_snapshot!(human(&scene, media, arguments), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_media_file_for_spam: the argument `file_wrapper` cannot be read: cannot read `/missing.png`: No such file or directory (os error 2)
      it takes `file_wrapper` (the path of a file), `file_info` ({file_id, server_name?, url_cache?, thumbnail?})
    ");
}

#[test]
fn arguments_come_from_stdin_too() {
    let scene = Scene::new().module("demo", json!({}));
    let config = scene.write();
    let mut child = hsmod(&["call", "-c", config.to_str().unwrap(), "--json"])
        .args(["spam_checker.user_may_create_room", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let arguments = br#"{"user_id": "@evilguy:localhost", "room_config": {}}"#;
    child.stdin.take().unwrap().write_all(arguments).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["result"]["deny"]["errcode"], "M_FORBIDDEN");
}

#[test]
fn a_warning_at_the_start_is_shown_once() {
    let serving = |name: &str| json!({"name": name, "callbacks": ["user_may_invite"], "web": {"/_x": "allow"}});
    let scene = Scene::new()
        .module("good_recorder", serving("first"))
        .module("good_recorder", serving("second"));
    let mut asked = call(&scene, INVITE, &invite().to_string(), &[]);
    let said = shown(asked.env("RUST_LOG", "warn"), scene.folder());
    insta::assert_snapshot!(said, @r"
    exit code: 0
    --- stdout
    allowed
    asked: good_recorder, good_recorder-2; # µs
    --- stderr
    warning: module `good_recorder-2`: new: it registers the web resource `/_x`, which module `good_recorder` has registered before it: requests go to `good_recorder`
      fix: remove one of the two modules
    ");
}
