//! Tests the updates of `m.direct`.

use super::*;

/// Bob's list after he has accepted invites, starting with `before`.
fn marked(before: Option<Value>, events: Vec<EventBuilder>) -> Option<Value> {
    let bob = user(BOB);
    let bob = match before {
        Some(before) => bob.account_data("m.direct", before),
        None => bob,
    };
    let host = host().user(bob);
    let module = module(&host, json!({}));
    for event in events {
        tell(&module, &host, event);
    }
    list(&host)
}

fn list(host: &FakeHost) -> Option<Value> {
    host.find_user(BOB).unwrap().find_account_data("m.direct").cloned().map(Value::Object)
}

#[test]
fn the_room_is_noted_under_who_sent_the_invite() {
    for (before, after) in [
        (None, json!({ALICE: [ROOM]})),
        (Some(json!({})), json!({ALICE: [ROOM]})),
        (Some(json!({EVE: ["!a:b"]})), json!({EVE: ["!a:b"], ALICE: [ROOM]})),
        (Some(json!({ALICE: ["!a:b"]})), json!({ALICE: ["!a:b", ROOM]})),
        (Some(json!({ALICE: [ROOM, "!a:b"]})), json!({ALICE: [ROOM, "!a:b"]})),
        (Some(json!({ALICE: "!a:b"})), json!({ALICE: "!a:b"})),
        (Some(json!({ALICE: null})), json!({ALICE: null})),
    ] {
        assert_eq!(marked(before.clone(), vec![direct(true)]), Some(after), "{before:?}");
    }
}

#[test]
fn the_same_invite_is_noted_once() {
    assert_eq!(marked(None, vec![direct(true), direct(true)]), Some(json!({ALICE: [ROOM]})));
}

#[test]
fn which_values_of_is_direct_mark_a_direct_message() {
    for (is_direct, noted) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(1), true),
        (json!(0.5), true),
        (json!([false]), true),
        (json!({"x": 1}), true),
        (json!(false), false),
        (json!(null), false),
        (json!(""), false),
        (json!(0), false),
        (json!(0.0), false),
        (json!([]), false),
        (json!({}), false),
    ] {
        let list = marked(None, vec![direct(is_direct.clone())]);
        assert_eq!(list.is_some(), noted, "{is_direct}");
    }
    assert_eq!(marked(None, vec![invite()]), None);
}

#[test]
fn invites_at_the_same_time_are_all_noted() {
    let host = host();
    let module = module(&host, json!({}));
    let rooms: Vec<String> = (0..20).map(|number| format!("!room{number}:example.com")).collect();
    // All invites have been accepted and have read the list before the first one writes it.
    let gate = host.hold("compare_and_set_global");
    for name in &rooms {
        host.room(room(name).member(ALICE, "join"));
        begin(&module, &host, direct(true).room(name));
    }
    block_on(module.advance(Duration::ZERO));
    assert_eq!(list(&host), None);
    gate.open();
    block_on(module.advance(LONG));
    assert!(module.take_failures().is_empty());
    let mut noted: Vec<String> =
        serde_json::from_value(list(&host).unwrap()[ALICE].clone()).unwrap();
    let mut expected = rooms;
    noted.sort();
    expected.sort();
    assert_eq!(noted, expected);
}

#[test]
fn a_list_that_keeps_changing_is_left_unchanged() {
    let host = host();
    host.answer("compare_and_set_global", false);
    let module = module(&host, json!({}));
    begin(&module, &host, direct(true));
    block_on(module.advance(LONG));
    let [(_, failed)] = &module.take_failures()[..] else { panic!("it does not fail") };
    assert_eq!(
        failed.error().unwrap().to_string(),
        "`m.direct` of @bob:example.com was changed 64 times in the meantime: !room:example.com was \
         not added to it"
    );
    assert!(is_joined(&host));
    assert_eq!(list(&host), None);
}
