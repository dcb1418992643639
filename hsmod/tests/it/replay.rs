//! Tests that `hsmod replay` sends real events through the modules, in order.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::command::{hsmod, shown, values};

fn real_events() -> PathBuf {
    build::workspace().join("tests/data/synapse-pdus.ndjson")
}

fn evil() -> Scene {
    let config = json!({"evil_users": ["@spammer1:localhost", "@spammer2:localhost"]});
    let evil = json!({"module": "list_spam_checker", "name": "evil", "config": config});
    Scene::new().entry("list_spam_checker", evil).module("demo", json!({}))
}

/// The callbacks that are called for every event.
const OWN: [&str; 3] = ["check_event_allowed", "check_event_for_spam", "on_new_event"];

pub(crate) fn replay(scene: &Scene, events: &str, more: &[&str]) -> Command {
    let config = scene.write();
    let file = config.with_file_name("events.ndjson");
    std::fs::write(&file, events).unwrap();
    let (config, file) = (config.to_str().unwrap(), file.to_str().unwrap());
    hsmod(&[&["replay", "-c", config, file], more].concat())
}

/// `{"event_id": "$1", ..}`, sent by `sender`.
pub(crate) fn event(id: &str, sender: &str) -> Value {
    json!({
        "event_id": id, "room_id": "!r:localhost", "sender": sender, "type": "m.room.message",
        "origin_server_ts": 1, "content": {"body": "hello"},
    })
}

pub(crate) fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

#[test]
fn every_real_event_is_decided_in_order() {
    let scene = evil();
    let events = std::fs::read_to_string(real_events()).unwrap();
    let (mut shown, code) =
        values(&mut replay(&scene, &events, &["--json", "--repeat", "3", "--concurrency", "4"]));
    assert_eq!(code, 0);
    let summary = shown.pop().unwrap();
    let events: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(shown.len(), 3 * events.len());
    for (shown, event) in shown.iter().zip(events.iter().cycle()) {
        let denied = event["sender"].as_str().unwrap().starts_with("@spammer");
        let expected = if denied {
            json!({
                "event_id": event["event_id"], "outcome": "denied", "by": "evil",
                "callback": "spam_checker.check_event_for_spam", "errcode": "M_FORBIDDEN",
                "replaced": false,
                "error": "This message has been rejected as probable spam",
            })
        } else {
            json!({
                "event_id": event["event_id"], "outcome": "allowed", "by": null, "callback": null,
                "errcode": null, "error": null, "replaced": false,
            })
        };
        assert_eq!(*shown, expected);
    }
    let summary = &summary["summary"];
    assert_eq!(summary["events"], 3 * 1538);
    assert_eq!((&summary["denied"], &summary["failed"]), (&json!(999), &json!(0)));
    assert!(summary["events_per_second"].as_f64().unwrap() > 0.0);
    assert!(summary["dispatch_per_second"].as_f64().unwrap() > 0.0);
    assert_eq!(summary["modules"][0]["name"], "evil");
    assert_eq!(summary["modules"][0]["called"], 3 * 1538);
    assert_eq!(summary["modules"][0]["denied"], 999);
    assert!(summary["modules"][0]["p99_us"].is_number());
    // The history contains the creation of six rooms.
    assert_eq!(summary["modules"][1]["called"], 3 * 6);
}

#[test]
fn denials_are_listed_for_a_person() {
    let events = lines(&[event("$1", "@alice:localhost"), event("$2", "@spammer1:localhost")]);
    let scene = evil();
    let folder = scene.plugins();
    let text = shown(&mut replay(&scene, &events, &[]), folder.parent().unwrap());
    insta::assert_snapshot!(text, @"
    exit code: 0
    --- stdout
    denied  $2  by evil in spam_checker.check_event_for_spam: M_FORBIDDEN This message has been rejected as probable spam
    2 events: 1 allowed (0 replaced), 1 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    evil: called 2 times, denied 1, failed 0; half of the answers within # µs, 99 % within # µs
    demo: called 0 times, denied 0, failed 0
    asked: spam_checker.check_event_for_spam 2 times
    not asked: spam_checker.user_may_create_room: no event here led to it
    ");
}

#[test]
fn an_invalid_line_is_reported_and_the_rest_continues() {
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20));
    let good = event("$last", "@alice:localhost").to_string();
    let events = ["{\"event_id\": 3}", "null", "{", "[1]", &long, &good].join("\n");
    let scene = evil();
    let folder = scene.plugins();
    let text = shown(&mut replay(&scene, &events, &[]), folder.parent().unwrap());
    insta::assert_snapshot!(text, @"
    exit code: 1
    --- stdout
    failed  line 1 is not an event: invalid type: integer `3`, expected a string (column 14)
    failed  line 2 is not an event: it is not a JSON object
    failed  line 3 is not an event: EOF while parsing an object (column 1)
    failed  line 4 is not an event: it is not a JSON object
    failed  line 5 is not an event: it is longer than 1048576 bytes
    6 events: 1 allowed (0 replaced), 0 denied, 5 failed
    # s: # events per second; the calls alone: # per second
    evil: called 1 time, denied 0, failed 0; half of the answers within # µs, 99 % within # µs
    demo: called 0 times, denied 0, failed 0
    asked: spam_checker.check_event_for_spam 1 time
    not asked: spam_checker.user_may_create_room: no event here led to it
    ");
    let (shown, code) = values(&mut replay(&scene, &events, &["--json"]));
    assert_eq!(code, 1);
    insta::assert_snapshot!(shown[4], @r#"{"by":null,"callback":null,"errcode":null,"error":"line 5 is not an event: it is longer than 1048576 bytes","event_id":null,"line":5,"outcome":"failed","replaced":false}"#);
    assert_eq!(shown[5]["outcome"], "allowed");
    let summary = &shown[6]["summary"];
    assert_eq!((&summary["failed"], &summary["modules"][1]["p50_us"]), (&json!(5), &Value::Null));
}

#[test]
fn failures_and_replacements_are_distinguished() {
    let replaced = json!({
        "room_id": "!r:localhost", "sender": "@alice:localhost", "type": "m.room.message",
        "content": {"body": "something else"},
    });
    let answers = json!({
        "check_event_allowed": {"replace": replaced},
        "check_event_for_spam": {"fail": "no database"},
    });
    let recorder = |answers: &Value| {
        let config = json!({"callbacks": OWN, "answers": answers});
        Scene::new().module("good_recorder", config)
    };
    let events = lines(&[event("$1", "@alice:localhost")]);
    let failing = recorder(&answers);
    let folder = failing.plugins();
    let text = shown(&mut replay(&failing, &events, &[]), folder.parent().unwrap());
    insta::assert_snapshot!(text, @r#"
    exit code: 1
    --- stdout
    failed  $1  module `good_recorder`: spam_checker.check_event_for_spam: no database
    1 event: 0 allowed (0 replaced), 0 denied, 1 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 2 times, denied 0, failed 1; half of the answers within # µs, 99 % within # µs
    asked: third_party_rules.check_event_allowed 1 time, spam_checker.check_event_for_spam 1 time
    not asked: third_party_rules.on_new_event: no event here led to it
    --- stderr
    ERROR hsmod_loader: module `good_recorder`: spam_checker.check_event_for_spam: no database module="good_recorder" callback="spam_checker.check_event_for_spam" kind="error" event_id="$1" room_id="!r:localhost" user_id="@alice:localhost"
    "#);
    let (lines, _) = values(&mut replay(&failing, &events, &["--json"]));
    insta::assert_snapshot!(lines[0], @r#"{"by":"good_recorder","callback":"spam_checker.check_event_for_spam","errcode":null,"error":"module `good_recorder`: spam_checker.check_event_for_spam: no database","event_id":"$1","outcome":"failed","replaced":false}"#);

    let replacing = recorder(&json!({"check_event_allowed": {"replace": replaced}}));
    let (lines, code) = values(&mut replay(&replacing, &events, &["--json"]));
    assert_eq!((&lines[0]["replaced"], code), (&json!(true), 0));
    let text = shown(&mut replay(&replacing, &events, &[]), folder.parent().unwrap());
    insta::assert_snapshot!(text, @"
    exit code: 0
    --- stdout
    replaced  $1
    1 event: 1 allowed (1 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 3 times, denied 0, failed 0; half of the answers within # µs, 99 % within # µs
    asked: third_party_rules.check_event_allowed 1 time, spam_checker.check_event_for_spam 1 time, third_party_rules.on_new_event 1 time
    ");
    // As an event from a user of another server: a homeserver would answer 500.
    let elsewhere = || {
        let mut command = replay(&replacing, &events, &[]);
        command.args(["--server-name", "y"]);
        command
    };
    let (lines, code) = values(elsewhere().arg("--json"));
    assert_eq!((&lines[0]["outcome"], code), (&json!("failed"), 1));
    assert_eq!(lines[0]["by"], "good_recorder");
    insta::assert_snapshot!(shown(&mut elsewhere(), folder.parent().unwrap()), @r#"
    exit code: 1
    --- stdout
    failed  $1  module `good_recorder`: third_party_rules.check_event_allowed: the sender of the replacement event, `@alice:localhost`, is not a user of this server
    1 event: 0 allowed (0 replaced), 0 denied, 1 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 1 time, denied 0, failed 1; half of the answers within # µs, 99 % within # µs
    asked: third_party_rules.check_event_allowed 1 time
    not asked: spam_checker.check_event_for_spam: no event here led to it
    not asked: third_party_rules.on_new_event: no event here led to it
    --- stderr
    ERROR hsmod_loader: module `good_recorder`: third_party_rules.check_event_allowed: its replacement: the sender of the replacement event, `@alice:localhost`, is not a user of this server module="good_recorder" callback="third_party_rules.check_event_allowed" kind="error" event_id="$1" room_id="!r:localhost" user_id="@alice:localhost"
    "#);
}

#[test]
fn failed_notifications_are_reported() {
    let answers = json!({"on_new_event": {"fail": "no database"}});
    let config = json!({"callbacks": OWN, "answers": answers});
    let scene = Scene::new().module("good_recorder", config);
    let events = lines(&[event("$1", "@alice:localhost"), event("$2", "@alice:localhost")]);
    insta::assert_snapshot!(shown(&mut replay(&scene, &events, &[]), scene.folder()), @r#"
    exit code: 1
    --- stdout
    2 events: 2 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_recorder: called 6 times, denied 0, failed 2; half of the answers within # µs, 99 % within # µs
    asked: third_party_rules.check_event_allowed 2 times, spam_checker.check_event_for_spam 2 times, third_party_rules.on_new_event 2 times
    failed  $1  by good_recorder in third_party_rules.on_new_event (error): no database (2 times)
    --- stderr
     WARN hsmod_loader: module `good_recorder`: third_party_rules.on_new_event: no database module="good_recorder" callback="third_party_rules.on_new_event" kind="error" event_id="$1" room_id="!r:localhost" user_id="@alice:localhost"
     WARN hsmod_loader: module `good_recorder`: third_party_rules.on_new_event: no database module="good_recorder" callback="third_party_rules.on_new_event" kind="error" event_id="$2" room_id="!r:localhost" user_id="@alice:localhost"
    "#);
    let (lines, code) = values(&mut replay(&scene, &events, &["--json"]));
    assert_eq!((&lines[0]["outcome"], code), (&json!("allowed"), 1));
    let summary = &lines[2]["summary"];
    assert_eq!((&summary["failed"], &summary["modules"][0]["failed"]), (&json!(0), &json!(2)));
    insta::assert_snapshot!(summary["failures"], @r#"[{"duty":"third_party_rules.on_new_event","event_id":"$1","kind":"error","message":"no database","module":"good_recorder","passed_over":true,"times":2}]"#);
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_replay() {
    let scene = evil();
    let config = scene.write();
    let events = real_events();
    let arguments = ["-c", config.to_str().unwrap(), events.to_str().unwrap()];
    let mut child = hsmod(&["replay", "--json", "--repeat", "100000"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"event_id\":"), "{line}");
    let output = child.wait_with_output().unwrap();
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"note: nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and not sent, background work is not run; use `--live` for real effects");
    assert!(output.status.success());
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let scene = evil();
    let config = scene.write();
    let text = |events: &str| {
        let mut command = hsmod(&["replay", "-c", config.to_str().unwrap(), events]);
        shown(&mut command, config.parent().unwrap())
    };
    insta::assert_snapshot!(text("/missing.ndjson"), @"
    exit code: 2
    --- stderr
    error: cannot read the events from `/missing.ndjson`: No such file or directory (os error 2)
      fix: give the path of a file with one JSON object per line, or `-` for standard input
    ");
    insta::assert_snapshot!(text("/"), @"
    exit code: 2
    --- stderr
    error: cannot read the events from `/`: it is a folder
      fix: give the path of a file with one JSON object per line, or `-` for standard input
    ");
}
