//! Handles events from other servers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use hsmod_loader::prelude::*;
use hsmod_loader::values::FederatedEventAction;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::error::ServerError;
use crate::event::PduEvent;
use crate::{ROOM_VERSION, Services};

/// Two events from another server.
pub(crate) const SAMPLE: &str = r#"{
    "$from_other": {"room_id": "!r:localhost", "sender": "@bob:other", "type": "m.room.message",
        "origin_server_ts": 1, "content": {"body": "hello from afar"}},
    "$from_evil": {"room_id": "!r:localhost", "sender": "@evil:localhost", "type": "m.room.message",
        "origin_server_ts": 2, "content": {"body": "spam from afar"}}}"#;

/// Events from another server by their IDs, which a real homeserver computes from the events. Each
/// is accepted or refused by itself: one that fails does not affect the others.
pub(crate) async fn transaction(
    State(services): State<Services>,
    Path(room): Path<String>,
    Json(pdus): Json<BTreeMap<String, Box<RawValue>>>,
) -> Json<Value> {
    let mut answers = Map::new();
    for (event_id, json) in pdus {
        let answer = match receive(&services, &room, &event_id, json.get()).await {
            Ok(()) => json!({}),
            Err(error) => json!({"error": error.body["error"]}),
        };
        answers.insert(event_id, answer);
    }
    Json(json!({"pdus": answers}))
}

async fn receive(
    services: &Services,
    room_id: &str,
    event_id: &str,
    json: &str,
) -> Result<(), ServerError> {
    // The event as received, which does not contain its ID. Since there is a type for this, none of
    // a homeserver's own types has to be `Serialize`.
    let room_version = Some(ROOM_VERSION);
    let event = BuiltEvent::of(Pdu { event_id, room_id, room_version, json })?;
    let checker = services.modules.spam_checker();
    if checker.should_drop_federated_event(&event).await? == FederatedEventAction::Drop {
        return Ok(());
    }
    // (12) A denial is an answer about the event, which is then hidden from clients. A failure is
    // not: the event is refused, and may be sent again.
    let is_soft_failed = match checker.check_event_for_spam(&event).await {
        Err(spam) if spam.is_denial() => true,
        answer => {
            answer?;
            false
        }
    };
    let room = services.rooms.room(room_id);
    let mut timeline = room.lock().await;
    if !is_soft_failed {
        timeline.store(stored(event.event()));
    }
    let state = timeline.state();
    services.modules.third_party_rules().on_new_event(&event, &state).await?;
    Ok(())
}

/// The event in the form in which the homeserver stores it.
fn stored(event: &values::Event<'_>) -> PduEvent {
    PduEvent {
        event_id: event.event_id().to_owned(),
        room_id: event.room_id().as_str().to_owned(),
        sender: event.sender().as_str().to_owned(),
        event_type: event.event_type().to_owned(),
        state_key: event.state_key().map(str::to_owned),
        origin_server_ts: event.origin_server_ts(),
        content: event.content().unwrap_or_default(),
    }
}
