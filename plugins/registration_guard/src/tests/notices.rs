//! Tests the announcements of new users.

use std::time::Duration;

use super::*;

const ROOM: &str = "!new:example.com";

fn config(more: Value) -> Value {
    let mut notify = json!({"room": ROOM, "sender": "@bot:example.com"});
    notify.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"notify": notify, "action": "shadow_ban"})
}

/// The announcements when this user registers.
fn told(config: Value, username: Option<&str>, provider: Option<&str>) -> Vec<Value> {
    let host = host().user(user("@bot:example.com"));
    let host = host.room(room(ROOM).member("@bot:example.com", "join"));
    let module = module_of(&host, config);
    let email = Threepid::new("email", "new@example.org");
    let email = provider.is_none().then_some(&email);
    let seen =
        [RequestInfo::new(Some("Element\n1.0"), "203.0.113.7"), RequestInfo::new(None, "::1")];
    let checker = module.spam_checker();
    block_on(checker.check_registration_for_spam(email, username, &seen[..], provider)).unwrap();
    block_on(module.advance(Duration::ZERO));
    assert_eq!(module.take_failures(), []);
    let room = host.find_room(ROOM).unwrap();
    room.sent().iter().map(|event| serde_json::from_str(event.json().as_str()).unwrap()).collect()
}

#[test]
fn a_new_user_is_described() {
    let [event] = &told(config(json!({})), Some("alice"), None)[..] else { panic!("not one") };
    assert_eq!(
        (&event["type"], &event["sender"]),
        (&json!("m.room.message"), &json!("@bot:example.com"))
    );
    assert_eq!(
        event["content"],
        json!({
            "msgtype": "m.text",
            "body": "New user: alice\nUser ID: @alice:example.com\nE-mail: new@example.org\n\
                     Provider: none\n203.0.113.7: Element 1.0\n::1: no user agent",
            "m.mentions": {},
        })
    );
    let [event] = &told(config(json!({})), None, Some("oidc-x"))[..] else { panic!("not one") };
    assert_eq!(
        event["content"]["body"],
        "New user: will be generated\nUser ID: will be generated\nE-mail: none\nProvider: oidc-x\n\
         203.0.113.7: Element 1.0\n::1: no user agent"
    );
}

#[test]
fn mentions_are_in_the_content() {
    let both = json!({"mention_room": true, "mention_user_ids": ["@a:example.com", "@b:x"]});
    let mentions =
        |more| told(config(more), Some("alice"), None)[0]["content"]["m.mentions"].clone();
    assert_eq!(mentions(both), json!({"room": true, "user_ids": ["@a:example.com", "@b:x"]}));
    assert_eq!(mentions(json!({"mention_room": true})), json!({"room": true}));
}

#[test]
fn shadow_banned_users_are_announced_and_denied_ones_are_not() {
    let body = told(config(json!({})), Some("admin"), None)[0]["content"]["body"].clone();
    assert!(body.as_str().unwrap().contains("\nShadow-banned: the username is denied\n"), "{body}");
    let mut denying = config(json!({}));
    denying["action"] = json!("deny");
    assert_eq!(told(denying, Some("admin"), None), [] as [Value; 0]);
}

#[test]
fn users_who_are_not_checked_are_announced() {
    let mut config = config(json!({}));
    config["apply_to_auth_providers"] = json!(["saml"]);
    assert_eq!(told(config, Some("admin"), None).len(), 1);
}

#[test]
fn a_registration_waits_for_no_message() {
    for fails in [true, false] {
        let host = host();
        if fails {
            host.fail("create_and_send_event_into_room", ModuleError::new("it is down"));
        }
        let gate = host.hold("create_and_send_event_into_room");
        let module = module_of(&host, config(json!({})));
        assert_eq!(with_name(&module, "alice"), ALLOW);
        block_on(module.advance(Duration::ZERO));
        assert_eq!(gate.waiting(), 1);
        gate.open();
        block_on(module.advance(Duration::ZERO));
        assert_eq!(module.take_failures(), []);
    }
}
