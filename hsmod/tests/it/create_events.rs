//! Tests that the `m.room.create` event of a version 12 room is accepted in its federation format,
//! without `room_id`, which is derived from the event's own ID. Every new room begins with such an
//! event.

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{answer, human};
use crate::command::{shown, values};
use crate::replay::{lines, replay};

/// Events in the federation format, plus `event_id`.
fn events() -> Vec<Value> {
    let events = build::workspace().join("tests/data/federation-pdus.ndjson");
    let events = std::fs::read_to_string(events).unwrap();
    events.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn no_spammers() -> Scene {
    let evil = json!(["@spammer1:localhost", "@spammer2:localhost"]);
    Scene::new().module("list_spam_checker", json!({"evil_users": evil}))
}

#[test]
fn a_history_is_replayed_from_its_first_event() {
    let events = events();
    assert_eq!(events[0].get("room_id"), None);
    let (shown, code) = values(&mut replay(&no_spammers(), &lines(&events), &["--json"]));
    assert_eq!(code, 0);
    assert_eq!(shown[0]["event_id"], events[0]["event_id"]);
    assert_eq!(shown[0]["outcome"], "allowed");
    let summary = &shown[20]["summary"];
    assert_eq!((&summary["events"], &summary["failed"]), (&json!(20), &json!(0)));
}

#[test]
fn it_is_asked_about_and_is_part_of_the_state() {
    let events = events();
    let ask = |event: &Value, state: &[Value]| {
        let arguments = json!({"event": event, "state_events": state});
        answer(&no_spammers(), "third_party_rules.check_event_allowed", arguments)
    };
    for (event, state) in [(0, 0), (1, 1)] {
        let (answer, code) = ask(&events[event], &events[..state]);
        assert_eq!((&answer["result"], code), (&json!({"allow": true}), 0));
    }
}

/// A module that changes the event returns it without `room_id`, as it received it.
#[test]
fn it_may_be_replaced() {
    let create = events().swap_remove(0);
    let mut replaced = create.clone();
    replaced["content"]["type"] = "m.space".into();
    let answers = json!({"check_event_allowed": {"replace": replaced}});
    let scene = Scene::new().module("good_recorder", json!({"answers": answers}));
    let arguments = json!({"event": create, "state_events": []});
    let (answer, code) = answer(&scene, "third_party_rules.check_event_allowed", arguments);
    assert_eq!((&answer["result"]["replacement"], code), (&replaced, 0));
}

#[test]
fn no_other_event_passes_without_its_room() {
    let mut event = events().swap_remove(1);
    event.as_object_mut().unwrap().remove("room_id");
    let scene = no_spammers();
    let refused = human(&scene, "spam_checker.check_event_for_spam", json!({"event": event}));
    insta::assert_snapshot!(refused, @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` cannot be read: missing field `room_id`
      it takes `event` (an event)
    ");
    let folder = scene.plugins();
    let refused = shown(&mut replay(&scene, &lines(&[event]), &[]), folder.parent().unwrap());
    insta::assert_snapshot!(refused, @"
    exit code: 1
    --- stdout
    failed  line 1 is not an event: missing field `room_id` (column 516)
    1 event: 0 allowed (0 replaced), 0 denied, 1 failed
    # s: # events per second; the calls alone: # per second
    list_spam_checker: called 0 times, denied 0, failed 0
    not asked: spam_checker.check_event_for_spam: no event here led to it
    ");
}
