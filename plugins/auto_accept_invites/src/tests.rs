//! Tests which invites are accepted, how many attempts are made, and which rooms become direct
//! messages.

mod bad_configs;
mod direct;
mod documented;

use std::time::Duration;

use hsmod_plugin_api::requests::users::UserInfo;
use hsmod_plugin_api::testing::prelude::*;
use hsmod_plugin_api::testing::{EventBuilder, FakeRoom};
use serde_json::Value;

use super::*;

const ALICE: &str = "@alice:example.com";
const BOB: &str = "@bob:example.com";
const EVE: &str = "@eve:example.org";
const ROOM: &str = "!room:example.com";
const JOIN: &str = "update_room_membership";

/// Longer than all attempts take.
const LONG: Duration = Duration::from_secs(60);

/// Alice has invited Bob.
fn host() -> FakeHost {
    FakeHost::new("example.com").user(user(ALICE)).user(user(BOB)).room(lobby())
}

fn lobby() -> FakeRoom {
    room(ROOM).member(ALICE, "join").state_event(&invite().build())
}

fn invite() -> EventBuilder {
    member(BOB, "invite").sender(ALICE).room(ROOM)
}

fn direct(is_direct: impl Into<Value>) -> EventBuilder {
    invite().content(json!({"membership": "invite", "is_direct": is_direct.into()}))
}

fn module(host: &FakeHost, config: Value) -> TestModule {
    block_on(TestModule::new(&MODULE, config, host).unwrap().start()).unwrap()
}

/// Notifies the module of an event and lets it make all its attempts.
fn tell(module: &TestModule, host: &FakeHost, event: EventBuilder) {
    begin(module, host, event);
    block_on(module.advance(LONG));
    assert!(module.take_failures().is_empty());
}

fn begin(module: &TestModule, host: &FakeHost, event: EventBuilder) {
    let told = module.third_party_rules();
    block_on(told.on_new_event(&event.build(), &host.state(ROOM))).unwrap();
}

/// The joins that the homeserver was asked for.
fn joins(host: &FakeHost) -> Vec<Value> {
    host.take_requests().into_iter().filter(|request| request[0] == JOIN).collect()
}

/// The number of joins that an event leads to.
fn attempts(config: Value, event: EventBuilder) -> usize {
    let host = host();
    tell(&module(&host, config), &host, event);
    joins(&host).len()
}

fn is_joined(host: &FakeHost) -> bool {
    host.find_room(ROOM).unwrap().membership(BOB).as_deref() == Some("join")
}

#[test]
fn an_invite_is_accepted() {
    let host = host();
    tell(&module(&host, json!({})), &host, invite());
    assert_eq!(joins(&host), [json!([JOIN, BOB, BOB, ROOM, "join", null, null])]);
    assert!(is_joined(&host));
    assert!(host.find_user(BOB).unwrap().find_account_data("m.direct").is_none());
}

#[test]
fn nothing_waits_for_the_join() {
    let host = host();
    let gate = host.hold(JOIN);
    let module = module(&host, json!({}));
    begin(&module, &host, invite());
    block_on(module.advance(Duration::ZERO));
    assert!(!is_joined(&host));
    gate.open();
    block_on(module.advance(Duration::ZERO));
    assert!(is_joined(&host));
}

#[test]
fn failures_are_followed_by_another_attempt() {
    let host = host();
    for error in [ModuleError::new("the other server is down"), refusal()] {
        host.fail_next(JOIN, error);
    }
    tell(&module(&host, json!({})), &host, invite());
    assert_eq!(joins(&host).len(), 3);
    assert!(is_joined(&host));
}

fn refusal() -> ModuleError {
    ModuleError::http(403, ErrorCode::Forbidden, "The room is full")
}

#[test]
fn the_pauses_double_until_there_have_been_five_attempts() {
    let host = host();
    host.fail(JOIN, refusal());
    let module = module(&host, json!({}));
    begin(&module, &host, direct(true));
    let second = Duration::from_secs(1);
    let mut seen = Vec::new();
    block_on(async {
        module.advance(Duration::ZERO).await;
        seen.push(joins(&host).len());
        for pause in [1, 2, 4, 8, 600] {
            module.advance(second * pause - Duration::from_millis(1)).await;
            assert!(joins(&host).is_empty());
            module.advance(Duration::from_millis(1)).await;
            seen.push(joins(&host).len());
        }
    });
    assert_eq!(seen, [1, 1, 1, 1, 1, 0]);
    assert!(module.take_failures().is_empty());
    assert!(host.find_user(BOB).unwrap().find_account_data("m.direct").is_none());
}

#[test]
fn the_number_of_attempts_is_the_operators() {
    for max_retries in [1, 3] {
        let host = host();
        host.fail(JOIN, refusal());
        tell(&module(&host, json!({"max_retries": max_retries})), &host, invite());
        assert_eq!(joins(&host).len(), max_retries);
    }
}

#[test]
fn users_who_have_decided_meanwhile_do_not_join() {
    for (membership, expected) in [("leave", 1), ("join", 1), ("ban", 1), ("invite", 5)] {
        let host = host();
        host.fail(JOIN, refusal());
        let module = module(&host, json!({}));
        begin(&module, &host, invite());
        block_on(module.advance(Duration::ZERO));
        host.room(lobby().member(BOB, membership));
        block_on(module.advance(LONG));
        assert_eq!(joins(&host).len(), expected, "{membership}");
    }
    // This homeserver does not know the state of the room.
    for known in [Ok(Vec::<OwnedEvent>::new()), Err(ModuleError::new("no such room"))] {
        let host = host();
        host.fail_next(JOIN, refusal());
        host.answer_by("get_room_state", move |_| known.clone());
        tell(&module(&host, json!({})), &host, invite());
        assert!(is_joined(&host));
    }
}

#[test]
fn other_events_are_no_invites() {
    let content = |content| invite().content(content);
    for event in [
        invite().state_key(EVE),
        invite().state_key("bob"),
        invite().without("state_key"),
        invite().field("type", "org.example.member"),
        member(BOB, "join").room(ROOM),
        member(BOB, "leave").room(ROOM),
        content(json!({})),
        content(json!({"membership": null})),
        content(json!({"membership": ["invite"]})),
    ] {
        assert_eq!(attempts(json!({}), event), 0);
    }
}

#[test]
fn invites_from_elsewhere_are_accepted_through_there() {
    let host = host();
    tell(&module(&host, json!({})), &host, invite().sender(EVE));
    assert_eq!(joins(&host), [json!([JOIN, BOB, BOB, ROOM, "join", null, ["example.org"]])]);
    assert!(is_joined(&host));
}

#[test]
fn only_those_of_local_users() {
    for config in [
        json!({"only_from_local_users": true}),
        json!({"accept_invites_only_from_local_users": true}),
    ] {
        assert_eq!(attempts(config.clone(), invite()), 1);
        assert_eq!(attempts(config, invite().sender(EVE)), 0);
    }
}

#[test]
fn only_those_to_direct_messages() {
    for config in [
        json!({"only_for_direct_messages": true}),
        json!({"accept_invites_only_for_direct_messages": true}),
    ] {
        for (event, accepted) in [
            (direct(true), 1),
            (direct(false), 0),
            (invite(), 0),
            (direct("true"), 1),
            (direct(1), 1),
            (direct(0), 1),
            (direct(Value::Null), 1),
        ] {
            assert_eq!(attempts(config.clone(), event), accepted);
        }
    }
    assert_eq!(attempts(json!({}), direct(false)), 1);
}

#[test]
fn users_whose_invites_are_left_to_the_users() {
    let config = json!({"exclude_senders": ["nobody", "@(?!alice:).*", r"@(\w+)\1:example\.com"]});
    for (sender, accepted) in [
        (ALICE, 1),
        (EVE, 0),
        ("@alice:example.org", 1),
        ("@alicealice:example.com", 0),
        ("@bob:example.com", 0),
    ] {
        assert_eq!(attempts(config.clone(), invite().sender(sender)), accepted, "{sender}");
    }
    assert_eq!(attempts(json!({"exclude_senders": ["alice", "@alice"]}), invite()), 1);
    let slow = json!({"exclude_senders": [r"@(a+)+\1b"]});
    let sender = format!("@{}:example.com", "a".repeat(60));
    assert_eq!(attempts(slow, invite().sender(&sender)), 0);
}

#[test]
fn accounts_that_are_not_in_order_are_left_alone() {
    let bob = |change: fn(&mut UserInfo)| user(BOB).with_info(change);
    for bob in [
        bob(|info| info.is_deactivated = true),
        bob(|info| info.is_suspended = true),
        bob(|info| info.is_locked = true),
    ] {
        let host = host().user(bob);
        tell(&module(&host, json!({})), &host, direct(true));
        assert!(joins(&host).is_empty());
        assert!(host.find_user(BOB).unwrap().find_account_data("m.direct").is_none());
    }
    assert_eq!(attempts(json!({}), invite().state_key("@nobody:example.com")), 0);
    // If the user cannot be looked up, this is tried again.
    let host = host();
    host.fail_next("get_userinfo_by_id", ModuleError::new("the database is away"));
    tell(&module(&host, json!({})), &host, invite());
    assert!(is_joined(&host));
}

#[test]
fn one_process_accepts_them() {
    let callback = "third_party_rules.on_new_event";
    for (config, worker, active) in [
        (json!({}), None, true),
        (json!({}), Some("worker1"), false),
        (json!({"worker_to_run_on": null}), None, true),
        (json!({"worker_to_run_on": "worker1"}), Some("worker1"), true),
        (json!({"worker_to_run_on": "worker1"}), Some("worker2"), false),
        (json!({"worker_to_run_on": "worker1"}), None, false),
    ] {
        let host = host().in_process(|process| process.worker_name = worker.map(str::to_owned));
        let module = module(&host, config);
        assert_eq!(module.callbacks().iter().any(|name| name == callback), active, "{worker:?}");
    }
}
