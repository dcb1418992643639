//! Tests when lists are read, and which rules count until then.

use std::time::Duration;

use hsmod_plugin_api::testing::FakeRoom;

use super::*;

/// An event that changes a rule and is not yet in the room.
fn change(room_id: &str, sender: &str, state_key: &str, content: Value) -> OwnedEvent {
    let made = event(USER).room(room_id).sender(sender).state_key(state_key);
    made.id("$change").content(content).build()
}

fn advance(module: &TestModule, seconds: u64) {
    block_on(module.advance(Duration::from_secs(seconds)));
}

/// The number of reads since the last call of this function.
fn readings(host: &FakeHost) -> usize {
    host.take_requests().iter().filter(|request| request[0] == "get_room_state").count()
}

#[test]
fn until_it_is_read_a_list_bans_nobody() {
    let host = host(&[(USER, "a", ban(EVE))]);
    let gate = host.hold("get_room_state");
    let module = module(&host, json!({}));
    assert_eq!(gate.waiting(), 1);
    assert!(invites(&module, EVE));
    gate.open();
    settle(&module);
    assert!(!invites(&module, EVE));
}

#[test]
fn it_is_ready_when_all_lists_are_read() {
    let host = host(&[]);
    let api = host.api();
    let new = |lists: Value| {
        let config = json!({"ban_lists": lists});
        PolicyListAntispam::new(PolicyListAntispam::parse_config(config).unwrap(), &api).unwrap()
    };
    assert!(new(json!([])).is_ready());
    let module = new(json!([LIST, OTHER_LIST]));
    assert!(!module.is_ready());
    block_on(Arc::clone(&module.lists).read(0)).unwrap();
    assert!(!module.is_ready());
    let _ = host.room(list(OTHER_LIST));
    block_on(Arc::clone(&module.lists).read(1)).unwrap();
    assert!(module.is_ready());
}

#[test]
fn a_change_counts_before_the_room_has_it() {
    let host = host(&[(USER, "a", ban("@other:*"))]);
    let module = module(&host, json!({"block_messages": true}));
    // A rule is never spam, whoever sends it.
    let added = change(LIST, MODERATOR, "b", ban(EVE));
    assert_eq!(verdict(&module, &added), Verdict::Allow);
    settle(&module);
    assert!(!invites(&module, EVE) && !invites(&module, "@other:x"));
    // It replaces the rule with the same key.
    assert_eq!(verdict(&module, &change(LIST, MODERATOR, "a", json!({}))), Verdict::Allow);
    settle(&module);
    advance(&module, 1);
    assert!(!invites(&module, EVE) && invites(&module, "@other:x"));
    // The room has never accepted these rules.
    advance(&module, 60);
    assert!(invites(&module, EVE) && !invites(&module, "@other:x"));
    assert_eq!(module.take_failures(), []);
}

#[test]
fn a_rule_that_the_room_accepted_stays() {
    let host = host(&[]);
    let module = module(&host, json!({}));
    let added = change(LIST, MODERATOR, "b", ban(EVE));
    verdict(&module, &added);
    settle(&module);
    host.receive(&added);
    readings(&host);
    advance(&module, 60);
    assert!(!invites(&module, EVE));
    // This is checked once.
    assert_eq!(readings(&host), 1);
}

#[test]
fn users_without_the_power_to_change_a_list_ban_nobody() {
    let levels = |content: Value, list: FakeRoom| list.state("m.room.power_levels", "", content);
    let level = |level: Value, list| levels(json!({"users": {EVE: level}}), list);
    let joined = || list(LIST).member(EVE, "join");
    let create = event("m.room.create").sender(EVE).room(LIST).state_key("").build();
    for (room, counts) in [
        (list(LIST), false),
        (level(json!(100), list(LIST)), false),
        (level(json!(100), list(LIST).member(EVE, "leave")), false),
        (joined(), false),
        (joined().state_event(&create), false),
        (level(json!(49), joined()), false),
        (level(json!(50), joined()), true),
        (level(json!("50"), joined()), true),
        (level(json!([50]), joined()), false),
        (levels(json!({"users_default": 50}), joined()), true),
        (levels(json!({"state_default": 0}), joined()), true),
        (levels(json!({"events": {USER: 0}}), joined()), true),
        (levels(json!({"events": {USER: 51}, "users_default": 50}), joined()), false),
        (levels(json!({"events": [], "users": 5}), joined()), false),
    ] {
        let host = FakeHost::new("example.com").room(room);
        let module = module(&host, json!({}));
        verdict(&module, &change(LIST, EVE, "b", ban(ALICE)));
        settle(&module);
        assert_eq!(!invites(&module, ALICE), counts, "{:?}", host.find_room(LIST));
        advance(&module, 60);
        assert!(invites(&module, ALICE));
    }
}

#[test]
fn creators_are_above_all_power_levels_since_version_12() {
    let hash = "l".repeat(43);
    let room_id = format!("!{hash}");
    let content = json!({"room_version": "12", "additional_creators": [EVE]});
    let create = event("m.room.create").id(&format!("${hash}")).sender(MODERATOR).state_key("");
    let create = create.content(content).without("room_id").build();
    for (sender, counts) in [(MODERATOR, true), (EVE, true), ("@other:x", false)] {
        let host = FakeHost::new("example.com");
        let _ = host.room(room(&room_id).member(sender, "join").state_event(&create));
        let module = module(&host, json!({"ban_lists": [room_id]}));
        verdict(&module, &change(&room_id, sender, "b", ban(ALICE)));
        settle(&module);
        assert_eq!(!invites(&module, ALICE), counts, "{sender}");
    }
}

#[test]
fn the_state_key_of_another_user_is_theirs() {
    let host = host(&[]);
    let module = module(&host, json!({}));
    for (state_key, bans) in [(ALICE, false), (MODERATOR, true), ("rule:@alice:example.com", true)]
    {
        verdict(&module, &change(LIST, MODERATOR, state_key, ban(EVE)));
        settle(&module);
        assert_eq!(!invites(&module, EVE), bans, "{state_key}");
        advance(&module, 60);
    }
}

#[test]
fn only_rules_of_the_lists_lead_to_a_reading() {
    let host = host(&[]);
    let module = module(&host, json!({}));
    assert_eq!(readings(&host), 1);
    let elsewhere = change(ROOM, MODERATOR, "a", ban(EVE));
    let no_state = event(USER).room(LIST).sender(MODERATOR).content(ban(EVE)).build();
    let no_rule = event("m.room.topic").room(LIST).state_key("").build();
    for other in [elsewhere, no_state, no_rule, message(MODERATOR, "hello")] {
        verdict(&module, &other);
        settle(&module);
        assert_eq!(readings(&host), 0, "{other:?}");
    }
    for _ in 0..100 {
        verdict(&module, &change(LIST, MODERATOR, "a", ban(EVE)));
    }
    settle(&module);
    assert_eq!(readings(&host), 1);
}

#[test]
fn changes_during_a_read_cause_another_read() {
    let host = host(&[]);
    let module = module(&host, json!({}));
    let gate = host.hold("get_room_state");
    verdict(&module, &change(LIST, MODERATOR, "a", ban(EVE)));
    settle(&module);
    verdict(&module, &change(LIST, MODERATOR, "b", ban("@other:x")));
    gate.open();
    settle(&module);
    assert!(!invites(&module, EVE) && invites(&module, "@other:x"));
    advance(&module, 1);
    assert!(!invites(&module, EVE) && !invites(&module, "@other:x"));
}

#[test]
fn lists_are_read_again_automatically() {
    let host = host(&[]);
    let five_minutes = module(&host, json!({}));
    let often = module(&host, json!({"refresh_interval": "30s"}));
    let rule = change(LIST, MODERATOR, "a", ban(EVE));
    host.receive(&rule);
    advance(&often, 29);
    assert!(invites(&often, EVE));
    advance(&often, 1);
    assert!(!invites(&often, EVE));
    advance(&five_minutes, 299 - 30);
    assert!(invites(&five_minutes, EVE));
    advance(&five_minutes, 1);
    assert!(!invites(&five_minutes, EVE));
    // Lists are read on each worker.
    let worker = host.in_process(|process| process.run_background_tasks = false);
    let worker_module = module(&worker, json!({}));
    worker.receive(&change(LIST, MODERATOR, "b", ban("@other:x")));
    advance(&worker_module, 300);
    assert!(!invites(&worker_module, "@other:x"));
}

#[test]
fn failed_reads_are_retried_and_earlier_rules_stay() {
    let host = FakeHost::new("example.com");
    let module = module(&host, json!({}));
    assert!(invites(&module, EVE));
    let _ = host.room(list(LIST).state(USER, "a", ban(EVE)));
    advance(&module, 29);
    assert!(invites(&module, EVE));
    advance(&module, 1);
    assert!(!invites(&module, EVE));
    // Now the list is known, and reading it fails.
    host.fail("get_room_state", ModuleError::new("the database is gone"));
    advance(&module, 300);
    assert!(!invites(&module, EVE));
    readings(&host);
    advance(&module, 30);
    assert_eq!(readings(&host), 1);
    assert_eq!(module.take_failures(), []);
}
