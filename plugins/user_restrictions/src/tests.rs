//! Tests who may do what, and that only the config decides which callbacks are registered.

mod bad_configs;
mod documented;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::Value;

use super::*;

const ROOM: &str = "!r:example.com";

fn module(config: Value) -> TestModule {
    TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap()
}

fn creates(module: &TestModule, user_id: &str) -> bool {
    let asked = module.spam_checker();
    let verdict = block_on(asked.user_may_create_room(user_id, Json("{}"))).unwrap();
    allowed(verdict)
}

fn invites(module: &TestModule, inviter: &str, invitee: &str) -> bool {
    let asked = module.spam_checker();
    allowed(block_on(asked.user_may_invite(inviter, invitee, ROOM)).unwrap())
}

fn allowed(verdict: Verdict) -> bool {
    assert!(matches!(verdict, Verdict::Allow) || verdict == Verdict::deny(ErrorCode::Forbidden));
    verdict == Verdict::Allow
}

#[test]
fn rules_are_asked_from_top_to_bottom() {
    let alice = "@alice:example.com";
    for (config, user_id, expected) in [
        // Allowed by a rule, although denied by default.
        (
            json!({"rules": [{"match": "@alice:.*", "allow": ["create_room"]}],
                "default_deny": ["create_room"]}),
            [(alice, true), ("@bob:example.com", false)],
            "allow, then default",
        ),
        (
            json!({"rules": [{"match": "@alice:.*", "deny": ["create_room"]}]}),
            [(alice, false), ("@bob:example.com", true)],
            "deny, without a default",
        ),
        (
            json!({"rules": [
                {"match": "@alice:.*", "allow": ["create_room"]},
                {"match": ".*", "deny": ["create_room"]},
            ]}),
            [(alice, true), ("@bob:example.com", false)],
            "the first that matches",
        ),
        (
            json!({"rules": [
                {"match": ".*", "deny": ["create_room"]},
                {"match": "@alice:.*", "allow": ["create_room"]},
            ]}),
            [(alice, false), ("@bob:example.com", false)],
            "no rule behind it",
        ),
        (
            json!({"rules": [
                {"match": "@alice:.*", "allow": ["invite"], "deny": ["join_room"]},
                {"match": ".*", "deny": ["create_room"]},
            ]}),
            [(alice, false), ("@bob:example.com", false)],
            "a rule that says nothing of it is passed over",
        ),
        (
            json!({"rules": [
                {"match": "@alice:.*", "deny": ["create_room"], "allow": ["create_room"]},
            ], "default_deny": ["create_room"]}),
            [(alice, true), ("@bob:example.com", false)],
            "allow before deny",
        ),
        (
            json!({"rules": [{"match": "@(?!admin:).*", "deny": ["create_room"]}]}),
            [("@admin:example.com", true), ("@administrator:example.com", false)],
            "look-ahead",
        ),
        (
            json!({"rules": [{"match": "@alice:example.com", "allow": ["create_room"]}],
                "default_deny": ["create_room"]}),
            [("@Alice:example.com", false), ("@alice:example.com.evil.org", false)],
            "case counts, and the whole user ID",
        ),
        (
            json!({"rules": [{"match": r".*:example\.com:8448", "deny": ["create_room"]}]}),
            [("@a:example.com:8448", false), ("@a:example.com", true)],
            "a server with a port",
        ),
        (
            json!({"rules": [{"match": r".*:\[2001:db8::1\]", "deny": ["create_room"]}]}),
            [("@a:[2001:db8::1]", false), ("@a:[2001:db8::2]", true)],
            "an address",
        ),
        (
            json!({"rules": [{"match": "@alice:.*$", "deny": ["create_room"]}]}),
            [("@alice:example.com\n", true), (alice, false)],
            "a line feed, which no user ID has, is part of the whole",
        ),
    ] {
        let rules = module(config);
        for (user_id, expected_allowed) in user_id {
            assert_eq!(creates(&rules, user_id), expected_allowed, "{expected}: {user_id}");
        }
    }
}

#[test]
fn each_permission_is_asked_of_its_callback_alone() {
    let (alice, eve) = ("@alice:example.com", "@eve:example.org");
    let permissions = [
        "invite",
        "receive_invites",
        "send_3pid_invite",
        "create_room",
        "join_room",
        "create_alias",
        "publish_room",
        "upload_media",
    ];
    for permission in permissions {
        // The others are mentioned, too, so that every callback is registered.
        let rest: Vec<&str> =
            permissions.into_iter().filter(|other| *other != permission).collect();
        let rules = json!([{"match": "@alice:.*", "deny": [permission], "allow": rest}]);
        let module = module(json!({"rules": rules}));
        let ask = module.spam_checker();
        let email = ask.user_may_send_3pid_invite(alice, "email", "a@example.org", ROOM);
        let alias = ask.user_may_create_room_alias(alice, "#a:example.com");
        let media = module.media_repository().is_user_allowed_to_upload_media_of_size(alice, 1);
        let found = [
            invites(&module, alice, eve),
            invites(&module, eve, alice),
            allowed(block_on(email).unwrap()),
            creates(&module, alice),
            allowed(block_on(ask.user_may_join_room(alice, ROOM, true)).unwrap()),
            allowed(block_on(alias).unwrap()),
            allowed(block_on(ask.user_may_publish_room(alice, ROOM)).unwrap()),
            block_on(media).unwrap() == Permission::Allow,
        ];
        let expected = permissions.map(|other| other != permission);
        assert_eq!(found, expected, "{permission}");
    }
}

#[test]
fn callbacks_are_those_of_the_permissions_that_are_mentioned() {
    for (config, expected) in [
        (json!({"rules": []}), vec![]),
        (json!({"rules": [], "default_deny": null}), vec![]),
        (
            json!({"rules": [], "default_deny": ["create_room"]}),
            vec!["spam_checker.user_may_create_room"],
        ),
        (
            json!({"rules": [{"match": "x", "allow": ["receive_invites"]}]}),
            vec!["spam_checker.user_may_invite"],
        ),
        (
            json!({"rules": [{"match": "x", "deny": ["upload_media"]}, {"match": "y"}]}),
            vec!["media_repository.is_user_allowed_to_upload_media_of_size"],
        ),
    ] {
        assert_eq!(module(config.clone()).callbacks(), expected, "{config}");
    }
}

#[test]
fn a_pattern_that_takes_too_long_denies() {
    let rules = json!([{"match": r"@(a*)*\1:.*", "allow": ["create_room"]}]);
    let module = module(json!({"rules": rules}));
    assert!(!creates(&module, &format!("@{}", "a".repeat(200))));
    assert!(creates(&module, "@bob:example.com"));
}

#[test]
fn users_of_other_servers_are_asked_about_too() {
    let local = json!({"match": r"@staff:example\.com", "allow": ["invite"]});
    let remote = json!({"match": r"@.*(?<!:example\.com)", "allow": ["invite"]});
    let (eve, staff) = ("@eve:example.org", "@staff:example.com");
    let closed = module(json!({"rules": [local], "default_deny": ["invite"]}));
    assert!(!invites(&closed, eve, staff));
    let open = module(json!({"rules": [local, remote], "default_deny": ["invite"]}));
    assert!(invites(&open, eve, staff));
    assert!(!invites(&open, "@bob:example.com", staff));
}
