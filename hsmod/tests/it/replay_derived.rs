//! Tests that `hsmod replay` calls the callbacks that a homeserver would have called before the
//! events, and lists those that it never calls: an author who registers only `user_may_invite` must
//! see whether it was called.

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::command::{shown, values};
use crate::replay::{lines, replay};

/// A module that registers these callbacks and gives these answers.
fn recorder(callbacks: &[&str], answers: Value) -> Scene {
    Scene::new().module("good_recorder", json!({"callbacks": callbacks, "answers": answers}))
}

fn member(id: &str, sender: &str, user: &str, membership: &str) -> Value {
    json!({
        "event_id": id, "room_id": "!r:localhost", "sender": sender, "type": "m.room.member",
        "state_key": user, "origin_server_ts": 1, "content": {"membership": membership},
    })
}

const ALICE: &str = "@alice:localhost";

/// Alice joins, and invites two users.
fn history() -> String {
    lines(&[
        member("$join", ALICE, ALICE, "join"),
        member("$invite", ALICE, "@bob:localhost", "invite"),
        member("$other", ALICE, "@carol:example.org", "invite"),
    ])
}

#[test]
fn an_author_sees_what_is_asked_and_what_never_is() {
    let callbacks =
        ["user_may_invite", "user_may_create_room", "check_login_for_spam", "on_new_event"];
    let scene = recorder(&callbacks, json!({"user_may_invite": "deny"}));
    insta::assert_snapshot!(shown(&mut replay(&scene, &history(), &[]), scene.folder()), @"
    exit code: 0
    --- stdout
    denied  $invite  by good_recorder in spam_checker.user_may_invite: M_FORBIDDEN Invites have been disabled on this server
    denied  $other  by good_recorder in spam_checker.user_may_invite: M_FORBIDDEN Invites have been disabled on this server
    3 events: 1 allowed (0 replaced), 2 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 3 times, denied 2, failed 0; half of the answers within # µs, 99 % within # µs
    asked: spam_checker.user_may_invite 2 times, third_party_rules.on_new_event 1 time
    not asked: spam_checker.user_may_create_room: no event here led to it
    never asked: spam_checker.check_login_for_spam: a login leaves no event; `hsmod call` asks it
    ");
    let (mut lines, code) = values(&mut replay(&scene, &history(), &["--json"]));
    let summary = lines.pop().unwrap();
    assert_eq!(code, 0);
    insta::assert_snapshot!(lines[1], @r#"{"by":"good_recorder","callback":"spam_checker.user_may_invite","errcode":"M_FORBIDDEN","error":"Invites have been disabled on this server","event_id":"$invite","outcome":"denied","replaced":false}"#);
    assert_eq!(lines[0]["callback"], Value::Null);
    insta::assert_snapshot!(summary["summary"]["asked"], @r#"{"spam_checker.user_may_create_room":0,"spam_checker.user_may_invite":2,"third_party_rules.on_new_event":1}"#);
    insta::assert_snapshot!(summary["summary"]["never_asked"], @r#"["spam_checker.check_login_for_spam"]"#);
    let modules = &summary["summary"]["modules"];
    assert_eq!(modules[0]["called"], 3);
}

#[test]
fn derived_failures_are_failures_of_the_event() {
    let scene =
        recorder(&["user_may_join_room"], json!({"user_may_join_room": {"fail": "no database"}}));
    let (lines, code) = values(&mut replay(&scene, &history(), &["--json"]));
    assert_eq!(code, 1);
    insta::assert_snapshot!(lines[0], @r#"{"by":"good_recorder","callback":"spam_checker.user_may_join_room","errcode":null,"error":"module `good_recorder`: spam_checker.user_may_join_room: no database","event_id":"$join","outcome":"failed","replaced":false}"#);
    assert_eq!(lines[1]["outcome"], "allowed");
    assert_eq!(lines[3]["summary"]["failed"], 1);
}

#[test]
fn the_only_module_with_a_callback_is_named() {
    let answers = json!({"is_user_expired": "deny", "should_drop_federated_event": "deny"});
    let callbacks = ["is_user_expired", "should_drop_federated_event"];
    let events = lines(&[
        member("$join", ALICE, ALICE, "join"),
        member("$else", "@carol:example.org", "@carol:example.org", "join"),
    ]);
    let (lines, code) =
        values(&mut replay(&recorder(&callbacks, answers.clone()), &events, &["--json"]));
    assert_eq!(code, 0);
    insta::assert_snapshot!(lines[0], @r#"{"by":"good_recorder","callback":"account_validity.is_user_expired","errcode":"ORG_MATRIX_EXPIRED_ACCOUNT","error":"User account has expired","event_id":"$join","outcome":"denied","replaced":false}"#);
    insta::assert_snapshot!(lines[1], @r#"{"by":"good_recorder","callback":"spam_checker.should_drop_federated_event","errcode":"M_FORBIDDEN","error":"This event is not accepted here","event_id":"$else","outcome":"denied","replaced":false}"#);

    let config = json!({"name": "second", "callbacks": callbacks, "answers": answers});
    let second = json!({"module": "good_recorder", "name": "second", "config": config});
    let both = recorder(&callbacks, answers).entry("good_recorder", second);
    let (lines, _) = values(&mut replay(&both, &events, &["--json"]));
    assert_eq!((&lines[0]["outcome"], &lines[0]["by"]), (&json!("denied"), &Value::Null));
    insta::assert_snapshot!(shown(&mut replay(&both, &events, &[]), both.folder()), @"
    exit code: 0
    --- stdout
    denied  $join  in account_validity.is_user_expired: ORG_MATRIX_EXPIRED_ACCOUNT User account has expired
    denied  $else  in spam_checker.should_drop_federated_event: M_FORBIDDEN This event is not accepted here
    2 events: 0 allowed (0 replaced), 2 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 2 times, denied 0, failed 0; half of the answers within # µs, 99 % within # µs
    second: called 0 times, denied 0, failed 0
    asked: account_validity.is_user_expired 1 time, spam_checker.should_drop_federated_event 1 time
    ");
}

#[test]
fn a_history_of_another_server_is_reported() {
    let scene = recorder(&["user_may_join_room"], json!({}));
    let told = |more: &[&str]| shown(&mut replay(&scene, &history(), more), scene.folder());
    insta::assert_snapshot!(told(&["--server-name", "example.com"]), @"
    exit code: 0
    --- stdout
    3 events: 3 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 0 times, denied 0, failed 0
    not asked: spam_checker.user_may_join_room: no event here led to it
    --- stderr
    note: no event is from a user of `example.com`, so nothing was asked that a homeserver asks about its own users; `--server-name localhost` makes the senders of most events local
    ");
    assert!(!told(&[]).contains("--server-name"));
    // The note is not shown if no module registered such a callback.
    let other = recorder(&["check_event_for_spam"], json!({}));
    let told = shown(&mut replay(&other, &history(), &["--server-name", "y"]), other.folder());
    assert!(!told.contains("--server-name"), "{told}");
}

#[test]
fn the_recorded_history_leads_to_most_of_it() {
    let callbacks = [
        "is_user_expired",
        "on_create_room",
        "user_may_create_room",
        "check_visibility_can_be_modified",
        "user_may_create_room_alias",
        "user_may_join_room",
        "user_may_invite",
        "user_may_send_state_event",
        "should_drop_federated_event",
        "on_profile_update",
        "check_event_allowed",
        "on_new_event",
    ];
    let scene = recorder(&callbacks, json!({}));
    let events = build::workspace().join("tests/data/synapse-pdus.ndjson");
    let events = std::fs::read_to_string(events).unwrap();
    let (lines, code) = values(&mut replay(&scene, &events, &["--json", "--repeat", "2"]));
    assert_eq!(code, 0);
    let summary = &lines.last().unwrap()["summary"];
    insta::assert_snapshot!(summary["asked"], @r#"{"account_validity.is_user_expired":2992,"spam_checker.should_drop_federated_event":0,"spam_checker.user_may_create_room":12,"spam_checker.user_may_create_room_alias":12,"spam_checker.user_may_invite":0,"spam_checker.user_may_join_room":84,"spam_checker.user_may_send_state_event":116,"third_party_rules.check_event_allowed":3076,"third_party_rules.check_visibility_can_be_modified":12,"third_party_rules.on_create_room":12,"third_party_rules.on_new_event":3076,"third_party_rules.on_profile_update":0}"#);
    let asked: u64 = summary["asked"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(summary["modules"][0]["called"], asked);
}
