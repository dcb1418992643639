//! Tests which callbacks a history leads to.

mod orders;
mod random;
mod rows;

use hsmod_loader::values::OwnedEvent;
use hsmod_loader::{Host, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use super::callback::Callback;
use crate::replay::room::Outcome;
use crate::replay::rooms::Rooms;

/// All callbacks of a replay except `on_new_event`, which is a queued notification.
fn asked_at_once() -> Vec<&'static str> {
    let all = Callback::ALL.iter().filter(|callback| **callback != Callback::OnNewEvent);
    all.map(|callback| callback.name()).collect()
}

/// A module in the homeserver `x` that registers these callbacks, records its calls and gives these
/// answers.
async fn recorder(callbacks: &[&str], answers: Value, about: Value) -> Modules {
    let config = json!({"callbacks": callbacks, "answers": answers, "about": about});
    Scene::new().host(Host::new("x")).module("good_recorder", config).load().await
}

/// Replays a history of the server `x` and returns the outcome of each event.
async fn send(modules: &Modules, events: &[Value]) -> (Rooms, Vec<Outcome>) {
    let mut rooms = Rooms::new(modules, "x", 1, None);
    let lines = events.iter().map(|event| Ok(owned(event))).collect();
    let outcomes = rooms.run(lines, &[]).await;
    rooms.clear().await;
    (rooms, outcomes)
}

fn owned(event: &Value) -> OwnedEvent {
    OwnedEvent::from_json(event.to_string()).unwrap()
}

/// The calls that the module recorded, in order: `[callback, argument..]`.
async fn seen(modules: &Modules) -> Vec<Vec<Value>> {
    let request = http::Request::get("/_synapse/client/recorder/seen");
    let request = request.body(bytes::Bytes::new()).unwrap();
    let response = modules.web().handle(request).await.unwrap();
    serde_json::from_slice(response.body()).unwrap()
}

/// An event of the room `!r:x`, sent a minute after the previous number.
fn event(number: i64, sender: &str, event_type: &str, content: Value) -> Value {
    json!({
        "event_id": format!("${number}"), "room_id": "!r:x", "sender": sender,
        "type": event_type, "origin_server_ts": number * 60_000, "content": content,
    })
}

fn state(number: i64, sender: &str, event_type: &str, state_key: &str, content: Value) -> Value {
    let mut event = event(number, sender, event_type, content);
    event["state_key"] = state_key.into();
    event
}

fn member(number: i64, sender: &str, user: &str, membership: &str) -> Value {
    state(number, sender, "m.room.member", user, json!({"membership": membership}))
}

/// Gives the events the same time, as if they resulted from one request.
fn at_once(mut events: Vec<Value>) -> Vec<Value> {
    let at = events[0]["origin_server_ts"].clone();
    for event in &mut events {
        event["origin_server_ts"] = at.clone();
    }
    events
}
