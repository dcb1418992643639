//! Tests which servers' users may invite which, and when.

mod bad_configs;
mod documented;
mod new_rooms;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::Value;

use super::*;

const ROOM: &str = "!r:example.com";
const ONE: &str = "@a:source_one";
const TWO: &str = "@a:source_two";

fn host() -> FakeHost {
    FakeHost::new("example.com")
}

/// The module with the required key and these.
fn module(host: &FakeHost, default: bool, more: Value) -> TestModule {
    let mut config = json!({"can_invite_if_not_in_domain_mapping": default});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    TestModule::new(&MODULE, config, host).unwrap()
}

fn mapping() -> Value {
    json!({"domain_mapping": {
        "source_one": ["target_one", "target_two"],
        "source_two": ["target_two"],
    }})
}

fn invites(module: &TestModule, inviter: &str, invitee: &str) -> bool {
    invites_to(module, inviter, invitee, ROOM)
}

fn invites_to(module: &TestModule, inviter: &str, invitee: &str, room_id: &str) -> bool {
    let asked = module.spam_checker();
    allowed(block_on(asked.user_may_invite(inviter, invitee, room_id)).unwrap())
}

fn invites_by_email(module: &TestModule, inviter: &str, room_id: &str) -> bool {
    let asked = module.spam_checker();
    let address = "a@example.org";
    allowed(block_on(asked.user_may_send_3pid_invite(inviter, "email", address, room_id)).unwrap())
}

fn allowed(verdict: Verdict) -> bool {
    assert!(verdict == Verdict::Allow || verdict == Verdict::deny(ErrorCode::Forbidden));
    verdict == Verdict::Allow
}

#[test]
fn servers_on_the_list_are_invited() {
    for default in [true, false] {
        let module = module(&host(), default, mapping());
        assert!(invites(&module, ONE, "@b:target_one"));
        assert!(invites(&module, ONE, "@b:target_two"));
        assert!(invites(&module, TWO, "@b:target_two"));
    }
}

#[test]
fn servers_not_on_the_list_are_not() {
    for default in [true, false] {
        let module = module(&host(), default, mapping());
        assert!(!invites(&module, TWO, "@b:target_one"));
        assert!(!invites(&module, ONE, "@b:target_three"));
        assert!(!invites(&module, ONE, "@b:source_two"));
        // Not even the users of its own server.
        assert!(!invites(&module, ONE, "@b:source_one"));
    }
}

#[test]
fn a_server_without_a_list_does_as_the_default_says() {
    for default in [true, false] {
        let module = module(&host(), default, mapping());
        for invitee in ["@b:target_one", "@b:source_three", "@b:anywhere"] {
            assert_eq!(invites(&module, "@a:source_three", invitee), default);
        }
    }
}

#[test]
fn names_of_servers_are_compared_as_they_are() {
    let config = json!({"domain_mapping": {"a.example:8448": ["[::1]:8448"]}});
    let module = module(&host(), false, config);
    assert!(invites(&module, "@a:a.example:8448", "@b:[::1]:8448"));
    for (inviter, invitee) in [
        ("@a:a.example", "@b:[::1]:8448"),
        ("@a:A.example:8448", "@b:[::1]:8448"),
        ("@a:a.example:8448", "@b:[::1]"),
        ("@a:a.example:8448", "@b:8448"),
    ] {
        assert!(!invites(&module, inviter, invitee), "{inviter} {invitee}");
    }
}

#[test]
fn a_user_id_without_a_server_is_an_error() {
    let more = json!({"domain_mapping": {}, "can_invite_by_third_party_id": false});
    let module = module(&host(), false, more);
    let ask = module.spam_checker();
    for (inviter, invitee) in [("alice", "@b:c"), ("@b:c", "alice")] {
        let error = block_on(ask.user_may_invite(inviter, invitee, ROOM)).unwrap_err();
        assert_eq!(error.to_string(), "`alice` is not a user ID: it has no server name");
    }
    let by_email = ask.user_may_send_3pid_invite("alice", "email", "a@example.org", ROOM);
    assert!(block_on(by_email).is_err());
}

#[test]
fn some_servers_are_not_invited_to_published_rooms() {
    let published = "!public:example.com";
    // A room of version 12: its ID names no server.
    let newest = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM";
    let host = host()
        .room(room(ROOM))
        .room(room(published).public())
        .room(room(newest).version("12").public());
    let key = "domains_prevented_from_being_invited_to_published_rooms";
    let module = module(&host, true, json!({key: ["evil.example"]}));
    for (room_id, invitee, expected) in [
        (ROOM, "@b:evil.example", true),
        (published, "@b:evil.example", false),
        (newest, "@b:evil.example", false),
        (published, "@b:good.example", true),
        ("!unknown:example.com", "@b:evil.example", true),
    ] {
        assert_eq!(invites_to(&module, ONE, invitee, room_id), expected, "{room_id} {invitee}");
    }
    host.fail("room_is_in_public_room_list", ModuleError::new("the database is gone"));
    let asked = module.spam_checker();
    let failed = block_on(asked.user_may_invite(ONE, "@b:evil.example", published)).unwrap_err();
    assert_eq!(failed.to_string(), "the database is gone");
}

#[test]
fn invites_by_address_are_allowed_or_not() {
    let not = module(&host(), true, json!({"can_invite_by_third_party_id": false}));
    assert!(!invites_by_email(&not, ONE, ROOM));
    // The mapping does not apply to addresses, since their server is unknown.
    let yes = module(&host(), false, json!({"can_only_invite_during_room_creation": true}));
    assert!(invites_by_email(&yes, ONE, ROOM));
}

#[test]
fn users_who_are_not_invited_do_not_join() {
    let module = module(&host(), true, json!({"can_only_join_rooms_with_invite": true}));
    let joins = |is_invited| {
        let asked = module.spam_checker();
        allowed(block_on(asked.user_may_join_room(ONE, ROOM, is_invited)).unwrap())
    };
    assert!(joins(true));
    assert!(!joins(false));
}

#[test]
fn callbacks_are_those_that_may_deny() {
    let (invite, email, join) = (
        "spam_checker.user_may_invite",
        "spam_checker.user_may_send_3pid_invite",
        "spam_checker.user_may_join_room",
    );
    for (default, more, expected) in [
        (true, json!({}), vec![]),
        (false, json!({}), vec![invite]),
        (true, mapping(), vec![invite]),
        (true, json!({"can_invite_by_third_party_id": false}), vec![email]),
        (true, json!({"can_only_join_rooms_with_invite": true}), vec![join]),
        (true, json!({"can_only_invite_during_room_creation": true}), vec![invite, email]),
        (
            true,
            json!({"domains_prevented_from_being_invited_to_published_rooms": ["x"]}),
            vec![invite],
        ),
    ] {
        let mut found = module(&host(), default, more.clone()).callbacks().to_vec();
        found.sort_by_key(|name| [invite, email, join].iter().position(|known| known == name));
        assert_eq!(found, expected, "{more}");
    }
}
