//! Tests which invites and events are refused.

mod bad_configs;
mod documented;

use hsmod_plugin_api::testing::prelude::*;

use super::*;

const ALICE: &str = "@alice:example.com";

fn module(config: Value) -> TestModule {
    TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap()
}

fn denied(verdict: Verdict) -> bool {
    assert!(verdict == Verdict::Allow || verdict == Verdict::deny(ErrorCode::Forbidden));
    verdict != Verdict::Allow
}

fn is_spam(module: &TestModule, event: &OwnedEvent) -> bool {
    denied(block_on(module.spam_checker().check_event_for_spam(event)).unwrap())
}

fn body(body: impl Into<Value>) -> OwnedEvent {
    event("m.room.message").content(json!({"body": body.into()})).build()
}

/// User IDs, and whether they belong to `evil.example`.
const USERS: [(&str, bool); 9] = [
    ("@a:evil.example", true),
    ("@a:b:evil.example", true),
    ("@:evil.example", true),
    ("@a:sub.evil.example", false),
    ("@a:notevil.example", false),
    ("@a:evil.example:8448", false),
    ("@a:EVIL.example", false),
    ("@evil.example:a", false),
    ("evil.example", false),
];

#[test]
fn invites_by_users_of_blocked_servers() {
    let module = module(json!({"blocked_invite_servers": ["x", "evil.example"]}));
    for (user, blocked) in USERS {
        let asked = module.spam_checker().user_may_invite(user, ALICE, "!r:example.com");
        assert_eq!(denied(block_on(asked).unwrap()), blocked, "{user}");
    }
}

#[test]
fn events_of_users_of_blocked_servers() {
    let module = module(json!({"blocked_message_servers": ["x", "evil.example"]}));
    for (user, blocked) in USERS {
        for made in [event("m.room.message"), event("m.room.topic").state_key("")] {
            assert_eq!(is_spam(&module, &made.sender(user).build()), blocked, "{user}");
        }
    }
}

#[test]
fn texts_are_compared_whole() {
    let module = module(json!({"blocked_texts": ["Buy now!", "é"]}));
    for (text, spam) in [
        (json!("Buy now!"), true),
        (json!("buy now!"), false),
        (json!("Buy now! "), false),
        (json!("e\u{301}"), false),
        (json!("é"), true),
        (json!(["Buy now!"]), false),
        (json!(""), false),
        (Value::Null, false),
    ] {
        assert_eq!(is_spam(&module, &body(text.clone())), spam, "{text}");
    }
}

#[test]
fn regular_expressions_are_looked_for_anywhere() {
    let module = module(json!({"blocked_regexes": ["bit ?coin", r"^(.)\1{3}$", "(?i)^free"]}));
    for (text, spam) in [
        (json!("buy bitcoin now"), true),
        (json!("buy bit coin now"), true),
        (json!("buy Bitcoin now"), false),
        (json!("aaaa"), true),
        (json!("aaaa\n"), true),
        (json!("aaab"), false),
        (json!("FREE"), true),
        (json!("not free"), false),
        (json!({"x": "bitcoin"}), false),
        (json!(1111), false),
        (json!(""), false),
    ] {
        assert_eq!(is_spam(&module, &body(text.clone())), spam, "{text}");
    }
}

#[test]
fn an_event_without_a_body_is_empty() {
    let none = event("m.room.topic").state_key("").content(json!({"topic": "x"})).build();
    for (config, spam) in [
        (json!({"blocked_texts": [""]}), true),
        (json!({"blocked_regexes": ["^$"]}), true),
        (json!({"blocked_texts": ["x"], "blocked_regexes": ["x"]}), false),
    ] {
        assert_eq!(is_spam(&module(config.clone()), &none), spam, "{config}");
    }
}

#[test]
fn a_text_that_takes_too_long_to_match_is_spam() {
    let module = module(json!({"blocked_regexes": [r"^(a+)+\1b$"]}));
    assert!(is_spam(&module, &body("a".repeat(50))));
    assert!(!is_spam(&module, &body("abc")));
}

#[test]
fn configs_of_the_original_are_accepted_unchanged() {
    let module = module(json!({
        "AntiSpamInvites": {"blocked_homeservers": ["a.example"]},
        "AntiSpamHomeserverMessages": {"blocked_homeservers": ["b.example"]},
        "AntiSpamText": {"blocked_messages": ["t+"]},
        "AntiSpamRegex": {"blocked_messages": ["r+"]},
        "blocked_texts": ["own"],
    }));
    let invite = |inviter| {
        let asked = module.spam_checker().user_may_invite(inviter, ALICE, "!r:example.com");
        denied(block_on(asked).unwrap())
    };
    assert!(invite("@x:a.example") && !invite("@x:b.example"));
    let sent = |user| is_spam(&module, &event("m.room.message").sender(user).build());
    assert!(sent("@x:b.example") && !sent("@x:a.example"));
    for (text, spam) in [("t+", true), ("ttt", false), ("rrr", true), ("own", true)] {
        assert_eq!(is_spam(&module, &body(text)), spam, "{text}");
    }
}

#[test]
fn it_registers_what_it_needs() {
    let [invite, event] =
        ["spam_checker.user_may_invite", "spam_checker.check_event_for_spam"].map(str::to_owned);
    for (config, expected) in [
        (json!({}), vec![]),
        (json!({"blocked_invite_servers": ["x"]}), vec![&invite]),
        (json!({"blocked_message_servers": ["x"]}), vec![&event]),
        (json!({"blocked_texts": ["x"]}), vec![&event]),
        (json!({"blocked_regexes": ["x"]}), vec![&event]),
        (json!({"AntiSpamInvites": {"blocked_homeservers": ["x"]}}), vec![&invite]),
    ] {
        let found = module(config.clone());
        assert_eq!(found.callbacks().iter().collect::<Vec<_>>(), expected, "{config}");
    }
}
