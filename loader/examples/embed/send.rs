//! What clients of this homeserver do.

use axum::Json;
use axum::extract::{Path, State};
use hsmod_loader::prelude::*;
use hsmod_loader::values::{ProfileInfo, Requester};
use serde_json::{Map, Value, json};

use crate::error::ServerError;
use crate::event::{PduEvent, UserId};
use crate::{SERVER_NAME, Services};

type Answer = Result<Json<Value>, ServerError>;

pub(crate) async fn message(
    State(services): State<Services>,
    Path((user, room)): Path<(String, String)>,
    Json(content): Json<Map<String, Value>>,
) -> Answer {
    send(&services, new_event(user, room, "m.room.message", None, content)).await
}

pub(crate) async fn state(
    State(services): State<Services>,
    Path((user, room, kind)): Path<(String, String, String)>,
    Json(content): Json<Map<String, Value>>,
) -> Answer {
    send(&services, new_event(user, room, &kind, Some(String::new()), content)).await
}

pub(crate) async fn invite(
    State(services): State<Services>,
    Path((user, room, invitee)): Path<(String, String, String)>,
) -> Answer {
    // Questions that need no state come before the room is locked.
    services.modules.spam_checker().user_may_invite(&user, &invitee, &room).await?;
    let content = Map::from_iter([("membership".to_owned(), "invite".into())]);
    send(&services, new_event(user, room, "m.room.member", Some(invitee), content)).await
}

fn new_event(
    sender: String,
    room_id: String,
    event_type: &str,
    state_key: Option<String>,
    content: Map<String, Value>,
) -> PduEvent {
    let (event_id, event_type) = (String::new(), event_type.to_owned());
    PduEvent { event_id, room_id, sender, event_type, state_key, origin_server_ts: 0, content }
}

/// Creates an event, asks whether it is allowed, stores it, and notifies the modules.
async fn send(services: &Services, mut pdu: PduEvent) -> Answer {
    let modules = &services.modules;
    let room = services.rooms.room(&pdu.room_id);
    let mut timeline = room.lock().await;
    pdu.hash();
    // (9) Under the room's lock: a request that a module makes meanwhile and that needs this lock
    // is refused, instead of waiting for ever. The module may replace the event, which is then
    // hashed again.
    let before = timeline.state();
    let question = modules.third_party_rules().check_event_allowed(Parts(&pdu), &before);
    if let Some(replacement) = modules.in_room(&pdu.room_id, question).await? {
        let Replaced { sender, content, .. } = replacement.check(Parts(&pdu), SERVER_NAME)?;
        (pdu.sender, pdu.content) = (sender, content);
        pdu.hash();
    }
    // (10) The last question and the following notification get the same event: it is built once
    // and serialized at most once, and nothing of it is copied.
    let event = BuiltEvent::of(Parts(&pdu))?;
    if pdu.event_type != "m.room.member" {
        let question = modules.spam_checker().check_event_for_spam(&event);
        modules.in_room(&pdu.room_id, question).await?;
    }
    let event_id = pdu.event_id.clone();
    timeline.store(pdu);
    // A notification never waits, so the lock may be held; modules handle it in their own time.
    modules.third_party_rules().on_new_event(&event, &timeline.state()).await?;
    Ok(Json(json!({"event_id": event_id})))
}

pub(crate) async fn messages(
    State(services): State<Services>,
    Path(room): Path<String>,
) -> Json<Value> {
    let room = services.rooms.room(&room);
    let timeline = room.lock().await;
    Json(timeline.events.iter().map(|pdu| json!([pdu.sender, pdu.content])).collect())
}

pub(crate) async fn create_room(
    State(services): State<Services>,
    Path(user): Path<String>,
    Json(mut config): Json<Value>,
) -> Answer {
    let user = UserId::new(&user);
    let is_admin = services.accounts.is_admin(user.as_ref());
    let rules = services.modules.third_party_rules();
    // Modules may change the request, so it is serialized to text for them, if any module listens.
    if rules.on_create_room_listens() {
        let mut request = EditableText::new(config.to_string());
        rules.on_create_room(&Requester::new(user.as_ref()), &mut request, is_admin).await?;
        config = request.as_str().parse().unwrap_or_default();
    }
    // Any value of the homeserver's own that is `Serialize` can be passed as it is.
    services.modules.spam_checker().user_may_create_room(&user, Ser(&config)).await?;
    Ok(Json(json!({"room_id": "!new:localhost"})))
}

pub(crate) async fn profile(
    State(services): State<Services>,
    Path(user): Path<String>,
    Json(profile): Json<Value>,
) -> Answer {
    let rules = services.modules.third_party_rules();
    // (11) Ask whether any module listens, because the arguments need a database lookup.
    if rules.on_profile_update_listens() {
        let avatar_url = services.accounts.avatars.get(&user).map(String::as_str);
        let info = ProfileInfo::new(profile["displayname"].as_str(), avatar_url);
        rules.on_profile_update(&user, &info, false, false).await?;
    }
    Ok(Json(json!({})))
}
