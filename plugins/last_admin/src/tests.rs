//! Tests what happens to a room whose last admin leaves.

mod bad_configs;
mod documented;
mod freezing;
mod leaving;
mod version_12;

use hsmod_plugin_api::testing::FakeRoom;
use hsmod_plugin_api::testing::prelude::*;

use super::*;

const ADMIN: &str = "@admin:example.com";
const MOD: &str = "@mod:example.com";
const OTHER_MOD: &str = "@mod:example.org";
const USER: &str = "@user:example.com";
const ROOM: &str = "!room:example.com";
const FROZEN: &str = "org.matrix.room.frozen";
const LEVELS: &str = "m.room.power_levels";
const SEND: &str = "create_and_send_event_into_room";

/// A public room with an admin, two moderators and a user.
fn lobby() -> FakeRoom {
    [ADMIN, MOD, OTHER_MOD, USER]
        .iter()
        .fold(room(ROOM), |room, user| room.member(user, "join"))
        .state("m.room.create", "", json!({"room_version": "10"}))
        .state("m.room.join_rules", "", json!({"join_rule": "public"}))
        .state(LEVELS, "", levels())
}

fn levels() -> Value {
    json!({"users": {ADMIN: 100, MOD: 50, OTHER_MOD: 50}, "users_default": 0, "ban": 50})
}

fn listing(users: &Value) -> Value {
    json!({"users": users, "users_default": 0, "ban": 50})
}

fn host(room: FakeRoom) -> FakeHost {
    FakeHost::new("example.com").room(room)
}

fn module(host: &FakeHost, config: Value) -> TestModule {
    TestModule::new(&MODULE, config, host).unwrap()
}

fn decide(module: &TestModule, host: &FakeHost, event: &OwnedEvent) -> Asked {
    let asked = module.third_party_rules();
    let decision = block_on(asked.check_event_allowed(event, &host.state(ROOM)));
    decision.map_err(|failed| failed.error().unwrap().clone())
}

type Asked = Result<EventDecision, ModuleError>;

/// The type, sender and content of each event sent.
fn sent(host: &FakeHost) -> Vec<(String, String, Value)> {
    let sent = host.take_requests().into_iter().filter(|request| request[0] == SEND);
    let sent = sent.map(|request| {
        assert_eq!((&request[1], &request[2]["state_key"]), (&json!(ROOM), &json!("")));
        let text = |key: &str| request[2][key].as_str().unwrap().to_owned();
        (text("type"), text("sender"), request[2]["content"].clone())
    });
    sent.collect()
}

fn one(event_type: &str, sender: &str, content: Value) -> Vec<(String, String, Value)> {
    vec![(event_type.to_owned(), sender.to_owned(), content)]
}

fn leave(user: &str) -> OwnedEvent {
    member(user, "leave").room(ROOM).build()
}

/// The events sent before a user leaves. Checks that the leave is allowed and comes after them.
fn left(config: &Value, room: FakeRoom, user: &str) -> Vec<(String, String, Value)> {
    let host = host(room);
    let module = module(&host, config.clone());
    let leave = leave(user);
    let decision = decide(&module, &host, &leave);
    let sent = sent(&host);
    let expected = if sent.is_empty() { Ok(EventDecision::Allow) } else { made_anew(&leave) };
    assert_eq!(decision, expected);
    sent
}

/// The decision to replace the event by itself, so that the homeserver creates it again.
fn made_anew(event: &OwnedEvent) -> Asked {
    Ok(EventDecision::Replace(serde_json::from_str(event.as_event().json().as_str()).unwrap()))
}
