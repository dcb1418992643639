//! Tests how the text of a world is read.

mod refusals;

use hsmod_loader::testing::{FakeRoom, FakeUser};
use serde_json::json;

use super::*;

const PAGE: &str = include_str!("../../../docs/world.md");

fn text(text: &str) -> WorldText {
    WorldText { text: text.to_owned(), name: "`world.yaml`".to_owned() }
}

fn good(yaml: &str) -> FakeHost {
    match text(yaml).parse("localhost") {
        Ok(world) => world.host,
        Err(stop) => panic!("{yaml}: {stop:?}"),
    }
}

fn find_user(host: &FakeHost, user_id: &str) -> FakeUser {
    host.find_user(user_id).unwrap_or_else(|| panic!("there is no {user_id}"))
}

fn find_room(host: &FakeHost, room_id: &str) -> FakeRoom {
    host.find_room(room_id).unwrap_or_else(|| panic!("there is no {room_id}"))
}

/// The content of a state event.
fn content(room: &FakeRoom, event_type: &str, state_key: &str) -> Value {
    let event = room.find_state(event_type, state_key);
    event.unwrap_or_else(|| panic!("no {event_type}")).as_event().content().unwrap()
}

#[test]
fn the_example_of_the_page_is_a_world() {
    let example = PAGE.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let world = text(example).parse("localhost").unwrap();
    assert!(world.answers_http());
    let host = world.host();
    let alice = find_user(host, "@alice:localhost");
    assert!(alice.info().is_admin && !find_user(host, "@bob:localhost").info().is_admin);
    assert_eq!(alice.threepids()[0].address, "alice@example.com");
    assert!(host.find_user("@eve:example.org").is_some());
    let lobby = find_room(host, "!lobby:localhost");
    assert_eq!(lobby.membership("@bob:localhost").as_deref(), Some("join"));
    assert!(lobby.is_public());
    let alias = content(&lobby, "m.room.canonical_alias", "");
    assert_eq!(alias, json!({"alias": "#lobby:localhost"}));
    let staff = find_room(host, "!staff:localhost");
    assert_eq!(staff.membership("@eve:example.org").as_deref(), Some("ban"));
    assert_eq!(content(&staff, "com.example.retention", ""), json!({"days": 30}));
}

#[test]
fn the_page_has_every_key() {
    let keys = [
        &KEYS[..],
        &users::KEYS,
        &users::SEEN_KEYS,
        &rooms::KEYS,
        &rooms::EVENT_KEYS,
        &answers::KEYS,
        &answers::ERROR_KEYS,
        &http::KEYS,
        &tokens::KEYS,
    ];
    let missing = keys.into_iter().flatten().filter(|key| !PAGE.contains(&format!("`{key}`")));
    assert_eq!(missing.collect::<Vec<_>>(), [&""; 0], "not in docs/world.md");
}

#[test]
fn every_key_of_a_user_is_read() {
    let host = good(
        "users:
          alice:
            display_name: Alice
            avatar_url: mxc://localhost/a
            admin: true
            guest: true
            deactivated: true
            locked: true
            suspended: true
            shadow_banned: true
            approved: false
            email: [a@x, b@x]
            msisdn: '49123'
            account_data: {m.direct: {a: 1}}
            access_token: secret
            pushers: [phone]
            seen: [{ip: 192.0.2.1, user_agent: curl, last_seen: 5}, {ip: 192.0.2.2}]
            external_ids: {oidc: al}
            appservice_id: bridge
            user_type: bot
            consent_version: '1'
            consent_ts: 6
            consent_server_notice_sent: '2'
            creation_ts: 7",
    );
    let alice = find_user(&host, "@alice:localhost");
    insta::assert_debug_snapshot!((alice.info(), alice.profile()), @r#"
    (
        UserInfo {
            user_id: "@alice:localhost",
            is_admin: true,
            is_guest: true,
            is_deactivated: true,
            is_shadow_banned: true,
            is_locked: true,
            is_suspended: true,
            approved: false,
            appservice_id: Some(
                "bridge",
            ),
            creation_ts: 7,
            consent_version: Some(
                "1",
            ),
            consent_ts: Some(
                6,
            ),
            consent_server_notice_sent: Some(
                "2",
            ),
            user_type: Some(
                "bot",
            ),
        },
        Profile {
            display_name: Some(
                "Alice",
            ),
            avatar_url: Some(
                "mxc://localhost/a",
            ),
        },
    )
    "#);
    let addresses: Vec<_> = alice.threepids().iter().map(|own| own.address.as_str()).collect();
    assert_eq!(addresses, ["a@x", "b@x", "49123"]);
    assert_eq!(alice.find_account_data("m.direct").unwrap()["a"], 1);
    assert_eq!(alice.access_tokens().collect::<Vec<_>>(), [("secret", "secret")]);
    assert_eq!(alice.external_ids(), [("oidc".to_owned(), "al".to_owned())]);
}

#[test]
fn keys_of_a_room_become_state_events() {
    let host = good(
        "users: {alice: {display_name: Alice}, bob: }
rooms:
  '!a:localhost':
    creator: bob
    version: 10
    members: {alice: invite, bob: join}
    name: A
    topic: T
    join_rule: knock
    power_levels: {bob: 100}
    aliases: [a, '#b:x']
    state:
    - {type: m.room.name, content: {name: B}, sender: alice, event_id: $n, origin_server_ts: 3}
    - {type: org.example, state_key: k, content: {}}
  '!hash': {members: [alice]}",
    );
    let room = find_room(&host, "!a:localhost");
    let create = room.find_state("m.room.create", "").unwrap().as_event();
    assert_eq!((create.sender().as_str(), create.room_version()), ("@bob:localhost", Some("10")));
    let created = content(&room, "m.room.create", "");
    assert_eq!(created, json!({"room_version": "10", "creator": "@bob:localhost"}));
    let invite = room.find_state("m.room.member", "@alice:localhost").unwrap().as_event();
    assert_eq!(invite.sender(), "@bob:localhost");
    let invited = content(&room, "m.room.member", "@alice:localhost");
    assert_eq!(invited, json!({"membership": "invite", "displayname": "Alice"}));
    assert_eq!(content(&room, "m.room.topic", ""), json!({"topic": "T"}));
    assert_eq!(content(&room, "m.room.join_rules", ""), json!({"join_rule": "knock"}));
    let levels = content(&room, "m.room.power_levels", "");
    assert_eq!(levels, json!({"users": {"@bob:localhost": 100}}));
    let name = room.find_state("m.room.name", "").unwrap().as_event();
    assert_eq!((name.event_id(), name.sender().as_str()), ("$n", "@alice:localhost"));
    assert_eq!(content(&room, "m.room.name", ""), json!({"name": "B"}));
    assert!(room.find_state("org.example", "k").is_some());
    let ids: Vec<_> =
        room.all_state().map(|event| event.as_event().event_id().to_owned()).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    let new = find_room(&host, "!hash");
    let create = new.find_state("m.room.create", "").unwrap().as_event();
    assert_eq!((create.event_id(), create.room_version()), ("$hash", Some("12")));
    assert!(!create.json().as_str().contains("room_id"));
}

/// A regression test: this took minutes when each member was added to a copy of the room.
#[test]
fn a_room_may_have_many_members() {
    let names: String = (0..20_000).map(|number| format!("u{number}, ")).collect();
    let started = std::time::Instant::now();
    let host =
        good(&format!("users: [{names}]\nrooms: {{'!r:localhost': {{members: [{names}]}}}}"));
    // The additional event is the one that creates the room.
    assert_eq!(find_room(&host, "!r:localhost").all_state().count(), 20_001);
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(30), "{took:?}");
}

#[test]
fn the_url_that_fits_best_decides() {
    let yaml = "
        'https://x/': {body: all}
        'POST https://x/': {status: 201}
        'https://x/a*': {json: {a: 1}}
        'https://x/ab?c': {error: connection refused}
        'https://x/ab': {body: ab, headers: {X-A: b}}";
    let mut document = Document::parse(yaml.as_bytes()).unwrap();
    let members = document.take().as_object().cloned().unwrap();
    let rules = http::read(members, document.flaws());
    assert_eq!(document.into_problems(), []);
    let answer =
        |method: &str, url: &str| match rules.answer(&[json!({"method": method, "url": url})]) {
            Ok(response) => {
                let body = String::from_utf8_lossy(response.body()).into_owned();
                format!("{} {body}", response.status())
            }
            Err(error) => error.to_string(),
        };
    assert_eq!(answer("GET", "https://x/"), "200 all");
    assert_eq!(answer("GET", "https://x/?q=1"), "200 all");
    assert_eq!(answer("POST", "https://x/"), "201 ");
    assert_eq!(answer("GET", "https://x/abc"), "200 {\"a\":1}");
    assert_eq!(answer("GET", "https://x/ab"), "200 ab");
    assert_eq!(answer("GET", "https://x/ab?c"), "connection refused");
    assert_eq!(
        answer("PUT", "https://x/b"),
        "the world has no response to `PUT https://x/b`: add one below `http`"
    );
}
