//! Tests whom policy lists ban, and when they are read.

mod bad_configs;
mod documented;
mod reading;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::Value;

use super::*;

const LIST: &str = "!list:example.com";
const OTHER_LIST: &str = "!other:example.com";
const MODERATOR: &str = "@moderator:example.com";
const ALICE: &str = "@alice:example.com";
const EVE: &str = "@eve:evil.example";
const ROOM: &str = "!r:example.com";

/// The content of a rule's event.
fn rule(entity: &str, recommendation: &str) -> Value {
    json!({"entity": entity, "recommendation": recommendation, "reason": "spam"})
}

fn ban(entity: &str) -> Value {
    rule(entity, "m.ban")
}

/// A list that a moderator may change.
fn list(room_id: &str) -> hsmod_plugin_api::testing::FakeRoom {
    let levels = json!({"users": {MODERATOR: 50}});
    room(room_id).member(MODERATOR, "join").state("m.room.power_levels", "", levels)
}

/// A homeserver with one list of these rules, given as event type, state key and content.
fn host(rules: &[(&str, &str, Value)]) -> FakeHost {
    let add = |list: hsmod_plugin_api::testing::FakeRoom,
               (kind, key, content): &(&str, &str, Value)| {
        list.state(kind, key, content.clone())
    };
    FakeHost::new("example.com").room(rules.iter().fold(list(LIST), add))
}

const USER: &str = "m.policy.rule.user";
const SERVER: &str = "m.policy.rule.server";
const IN_ROOM: &str = "m.policy.rule.room";

/// The started module, with the list, which has been read, and these keys.
fn module(host: &FakeHost, more: Value) -> TestModule {
    let mut config = json!({"ban_lists": [LIST]});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let module = TestModule::new(&MODULE, config, host).unwrap();
    let module = block_on(module.start()).unwrap();
    settle(&module);
    module
}

/// Runs the background work that is due.
fn settle(module: &TestModule) {
    block_on(module.advance(std::time::Duration::ZERO));
}

fn invites(module: &TestModule, inviter: &str) -> bool {
    let asked = module.spam_checker().user_may_invite(inviter, ALICE, ROOM);
    let verdict = block_on(asked).unwrap();
    assert!(verdict == Verdict::Allow || verdict == Verdict::deny(ErrorCode::Forbidden));
    verdict == Verdict::Allow
}

fn verdict(module: &TestModule, event: &OwnedEvent) -> Verdict {
    block_on(module.spam_checker().check_event_for_spam(event)).unwrap()
}

fn message(sender: &str, body: impl Into<Value>) -> OwnedEvent {
    event("m.room.message").room(ROOM).sender(sender).content(json!({"body": body.into()})).build()
}

#[test]
fn invites_by_users_of_servers_and_into_rooms() {
    for (kinds, entity, banned) in [
        (["m.policy.rule.user", "m.room.rule.user", "org.matrix.mjolnir.rule.user"], EVE, true),
        ([USER; 3], "@EVE:*", true),
        ([USER; 3], "evil.example", false),
        (
            ["m.policy.rule.server", "m.room.rule.server", "org.matrix.mjolnir.rule.server"],
            "evil.example",
            true,
        ),
        ([SERVER; 3], "*.example", true),
        ([SERVER; 3], "example", false),
        ([SERVER; 3], EVE, false),
        (["m.policy.rule.room", "m.room.rule.room", "org.matrix.mjolnir.rule.room"], ROOM, true),
        ([IN_ROOM; 3], "!r:*", true),
        ([IN_ROOM; 3], EVE, false),
        (["m.policy.rule", "m.policy.rule.users", "org.example.rule.user"], EVE, false),
    ] {
        for kind in kinds {
            for recommendation in ["m.ban", "org.matrix.mjolnir.ban"] {
                let host = host(&[(kind, "rule:1", rule(entity, recommendation))]);
                assert_eq!(invites(&module(&host, json!({})), EVE), !banned, "{kind} {entity}");
            }
        }
    }
    let host = host(&[(SERVER, "a", ban("evil.example"))]);
    let module = module(&host, json!({}));
    assert!(!invites(&module, EVE) && invites(&module, "@eve:evil.example:8448"));
}

#[test]
fn incomplete_rules_are_ignored() {
    let whole = ban(EVE);
    for key in ["entity", "recommendation", "reason"] {
        for value in [None, Some(Value::Null)] {
            let mut content = whole.clone();
            content.as_object_mut().unwrap().remove(key);
            content.as_object_mut().unwrap().extend(value.map(|null| (key.to_owned(), null)));
            let host = host(&[(USER, "a", content)]);
            assert!(invites(&module(&host, json!({})), EVE), "{key}");
        }
    }
    for entity in [json!(5), json!([EVE]), json!("")] {
        let host =
            host(&[(USER, "a", json!({"entity": entity, "recommendation": "m.ban", "reason": 1}))]);
        assert!(invites(&module(&host, json!({})), EVE));
    }
}

#[test]
fn the_first_rule_that_matches_decides_unless_the_operator_says_otherwise() {
    let unban = || rule("*", "org.example.watch");
    for (rules, first, any) in [
        (vec![(USER, "a", unban()), (USER, "b", ban(EVE))], true, false),
        (vec![(USER, "a", ban(EVE)), (USER, "b", unban())], false, false),
        // Rules are ordered by type, then by state key.
        (vec![("m.room.rule.user", "a", unban()), (USER, "b", ban(EVE))], false, false),
        (vec![("m.room.rule.user", "a", ban(EVE)), (USER, "b", unban())], true, false),
        (vec![(USER, "a", unban())], true, true),
        // A rule that does not ban decides only about its own kind.
        (vec![(USER, "a", unban()), (SERVER, "a", ban("evil.example"))], false, false),
        (
            vec![
                (USER, "a", json!({"entity": "*", "recommendation": 5, "reason": ""})),
                (USER, "b", ban(EVE)),
            ],
            true,
            false,
        ),
    ] {
        let host = host(&rules);
        assert_eq!(invites(&module(&host, json!({})), EVE), first, "{rules:?}");
        assert_eq!(invites(&module(&host, json!({"first_match": false})), EVE), any, "{rules:?}");
    }
}

#[test]
fn lists_go_in_the_order_of_the_config() {
    let host = host(&[(USER, "a", rule("*", "org.example.watch"))]);
    let host = host.room(list(OTHER_LIST).state(USER, "a", ban(EVE)));
    for (lists, allowed) in [([LIST, OTHER_LIST], true), ([OTHER_LIST, LIST], false)] {
        assert_eq!(invites(&module(&host, json!({"ban_lists": lists})), EVE), allowed);
    }
}

#[test]
fn messages_are_blocked_if_configured() {
    let host = host(&[
        (USER, "a", ban("@eve:*")),
        (SERVER, "a", ban("bad.example")),
        (IN_ROOM, "a", ban(ROOM)),
    ]);
    let denied = Verdict::deny(ErrorCode::Forbidden);
    let blocks = module(&host, json!({"block_messages": true}));
    let lets = module(&host, json!({}));
    for (sender, expected) in
        [(EVE, &denied), ("@a:bad.example", &denied), (ALICE, &Verdict::Allow)]
    {
        let hello = message(sender, "hello");
        assert_eq!(verdict(&blocks, &hello), *expected, "{sender}");
        assert_eq!(verdict(&lets, &hello), Verdict::Allow);
        // This holds for any type of event.
        let topic = event("m.room.topic").state_key("").sender(sender).build();
        assert_eq!(verdict(&blocks, &topic), *expected);
    }
}

#[test]
fn a_sender_without_a_server_is_refused() {
    let host = host(&[]);
    let module = module(&host, json!({"block_messages": true}));
    let asked = message("@eve", "hello");
    let failed = block_on(module.spam_checker().check_event_for_spam(&asked)).unwrap_err();
    let said = "400 M_INVALID_PARAM: Expected UserID of the form '@localname:domain'";
    assert_eq!(failed.to_string(), said);
    let failed = block_on(module.spam_checker().user_may_invite("@eve", ALICE, ROOM)).unwrap_err();
    assert_eq!(failed.to_string(), said);
}

#[test]
fn names_are_hidden_if_configured() {
    let host = host(&[(USER, "a", ban("*viagra*")), (SERVER, "a", ban("*"))]);
    let module = module(&host, json!({"block_usernames": true}));
    for (user_id, name, expected) in [
        (ALICE, Some("Buy VIAGRA now"), DirectoryVisibility::Hidden),
        ("@viagra4you:x", None, DirectoryVisibility::Hidden),
        ("@viagra4you:x", Some("Al"), DirectoryVisibility::Hidden),
        (ALICE, Some("Alice"), DirectoryVisibility::Visible),
        (ALICE, None, DirectoryVisibility::Visible),
    ] {
        let profile = UserProfile::new(user_id, name, None);
        let asked = module.spam_checker().check_username_for_spam(&profile, ALICE);
        assert_eq!(block_on(asked).unwrap(), expected, "{user_id} {name:?}");
    }
}

#[test]
fn long_messages() {
    let host = host(&[]);
    let denied = Verdict::deny(ErrorCode::Forbidden);
    let limit = |more: Value| {
        let mut limit = json!({"threshold": 3});
        limit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        module(&host, json!({"message_max_length": limit}))
    };
    let everywhere = limit(json!({}));
    for (body, expected) in [
        (json!("abc"), &Verdict::Allow),
        (json!("abcd"), &denied),
        // Characters are counted, not bytes.
        (json!("äöü"), &Verdict::Allow),
        (json!("\u{1f600}\u{1f600}\u{1f600}\u{1f600}"), &denied),
        (json!(["a", "b", "c", "d"]), &Verdict::Allow),
        (json!(12345), &Verdict::Allow),
        (Value::Null, &Verdict::Allow),
    ] {
        assert_eq!(verdict(&everywhere, &message(ALICE, body.clone())), *expected, "{body}");
    }
    let long = |sender| message(sender, "abcd");
    assert_eq!(verdict(&everywhere, &event("m.room.message").build()), Verdict::Allow);
    assert_eq!(verdict(&everywhere, &long(EVE)), Verdict::Allow);
    assert_eq!(verdict(&limit(json!({"remote_servers": true})), &long(EVE)), denied);
    assert_eq!(verdict(&limit(json!({"rooms": [ROOM]})), &long(ALICE)), denied);
    assert_eq!(verdict(&limit(json!({"rooms": [LIST]})), &long(ALICE)), Verdict::Allow);
    assert_eq!(verdict(&limit(json!({"threshold": 0})), &message(ALICE, "a")), denied);
    assert_eq!(verdict(&limit(json!({"threshold": null})), &long(ALICE)), Verdict::Allow);
}

#[test]
fn it_registers_what_is_wanted() {
    let [event, invite, name] =
        ["check_event_for_spam", "user_may_invite", "check_username_for_spam"]
            .map(|name| format!("spam_checker.{name}"));
    let host = host(&[]);
    let registered = |more| {
        let mut names = module(&host, more).callbacks().to_vec();
        names.sort();
        names
    };
    assert_eq!(registered(json!({})), [&*event, &*invite]);
    assert_eq!(registered(json!({"block_invites": false})), [&*event]);
    assert_eq!(registered(json!({"block_usernames": true})), [event, name, invite]);
}
