//! Tests that the event that creates a version 12 room, which has no `room_id`, reaches modules in
//! every form.

use std::sync::Arc;

use hsmod_loader::dispatch::Notification;
use hsmod_loader::values::{ModuleError, OwnedEvent};
use hsmod_loader::{Json, Ser, State, StateSource};
use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::support::seen;

/// The event in the federation format, plus `event_id`.
fn create() -> String {
    let events = build::workspace().join("tests/data/federation-pdus.ndjson");
    let events = std::fs::read_to_string(events).unwrap();
    events.lines().next().unwrap().to_owned()
}

/// The state of a room that has just been created.
struct Created;

impl StateSource for Created {
    async fn get(&self, event_type: &str, _: &str) -> Result<Option<String>, ModuleError> {
        Ok((event_type == "m.room.create").then(create))
    }

    async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
        Ok(vec![create()])
    }
}

async fn told(notification: Notification) {
    notification.await.unwrap().await.unwrap();
}

#[tokio::test]
async fn create_events_are_read_correctly_in_every_form() {
    let create = create();
    let value: Value = serde_json::from_str(&create).unwrap();
    assert_eq!(value.get("room_id"), None);
    let owned = OwnedEvent::from_json(create.as_str()).unwrap();
    let state = State::new(Arc::new(Created));
    let modules = Scene::new().module("good_recorder", json!({"name": "m"})).load().await;
    let (spam, rules) = (modules.spam_checker(), modules.third_party_rules());
    spam.check_event_for_spam(Json(&create)).await.unwrap();
    spam.check_event_for_spam(Ser(&value)).await.unwrap();
    spam.check_event_for_spam(&owned).await.unwrap();
    rules.check_event_allowed(&owned.as_event(), &state).await.unwrap();
    told(rules.on_new_event(Json(&create), &state)).await;
    told(rules.on_new_event(&owned.as_event(), &state)).await;
    let unsigned = modules.add_extra_fields_to_unsigned_client_event();
    unsigned.add_fields_to_unsigned(vec![Json(&create)]).await.unwrap();
    let seen = seen(&modules, "m").await;
    let seen = seen.as_array().unwrap();
    assert_eq!(seen.len(), 7);
    for call in seen {
        assert_eq!(call[1], value, "{}", call[0]);
    }
    // It is also part of the state.
    assert_eq!(seen[3][2], value);
}
