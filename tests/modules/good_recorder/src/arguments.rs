//! Converts arguments that are more than strings to JSON.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

/// The state's `m.room.create` event, or `null`.
pub(crate) async fn create_event(state_events: &State<'_>) -> Result<Value, ModuleError> {
    match state_events.get("m.room.create", "").await? {
        Some(event) => Ok(event.as_event().json().parse()?),
        None => Ok(Value::Null),
    }
}

pub(crate) fn clients(request_info: &[RequestInfo<'_>]) -> Value {
    let client = |info: &RequestInfo<'_>| json!({"user_agent": info.user_agent(), "ip": info.ip()});
    request_info.iter().map(client).collect()
}

pub(crate) fn threepid(threepid: &Threepid<'_>) -> Value {
    json!({"medium": threepid.medium(), "address": threepid.address()})
}

pub(crate) fn user_profile(profile: &UserProfile<'_>) -> Value {
    json!({
        "user_id": profile.user_id(),
        "display_name": profile.display_name(),
        "avatar_url": profile.avatar_url(),
    })
}

pub(crate) fn profile_info(profile: &ProfileInfo<'_>) -> Value {
    json!({"display_name": profile.display_name(), "avatar_url": profile.avatar_url()})
}

pub(crate) fn requester(requester: &Requester<'_>) -> Value {
    json!({
        "user": requester.user(),
        "device_id": requester.device_id(),
        "app_service_id": requester.app_service_id(),
        "authenticated_entity": requester.authenticated_entity(),
        "scope": requester.scope().collect::<Vec<_>>(),
        "access_token_id": requester.access_token_id(),
        "is_guest": requester.is_guest(),
        "shadow_banned": requester.shadow_banned(),
    })
}

/// The length and content of a file, read in chunks. Invalid UTF-8 becomes U+FFFD.
pub(crate) async fn file(file_wrapper: &ReadableFile<'_>) -> Result<Value, ModuleError> {
    let mut content = Vec::new();
    let mut chunks = file_wrapper.chunks();
    while let Some(chunk) = chunks.next().await? {
        content.extend(chunk);
    }
    let content = String::from_utf8_lossy(&content);
    Ok(json!({"length": file_wrapper.length(), "content": content}))
}

pub(crate) fn file_info(info: &FileInfo<'_>) -> Value {
    let thumbnail = info.thumbnail().map(|thumbnail| {
        json!({
            "width": thumbnail.width(),
            "height": thumbnail.height(),
            "method": thumbnail.method(),
            "type": thumbnail.media_type(),
            "length": thumbnail.length(),
        })
    });
    json!({
        "server_name": info.server_name(),
        "file_id": info.file_id(),
        "thumbnail": thumbnail,
        "url_cache": info.url_cache(),
    })
}

pub(crate) fn presence(states: &[UserPresenceState<'_>]) -> Value {
    states.iter().map(|state| json!(state.to_owned())).collect()
}

pub(crate) fn upload_limit(limit: &MediaUploadLimit) -> Value {
    json!({
        "max_bytes": limit.max_bytes,
        "time_period_ms": limit.time_period_ms,
        "info_uri": limit.info_uri,
        "can_upgrade": limit.can_upgrade,
    })
}

pub(crate) fn delivery(delivery: &EventDelivery<'_>) -> Result<Value, ModuleError> {
    let events: Result<Vec<Value>, _> =
        delivery.events().iter().map(|event| event.json().parse()).collect();
    Ok(json!({
        "server_name": delivery.server_name(), "method": delivery.method(), "events": events?,
    }))
}

/// A request, with the query argument `dry` and the header `X-Admin`.
pub(crate) fn web_request(request: &WebRequest<'_>) -> Result<Value, ModuleError> {
    Ok(json!({
        "method": request.method(),
        "path": request.path(),
        "dry": request.query("dry"),
        "x_admin": request.header("x-admin").map(String::from_utf8_lossy),
        "body": request.json::<Value>()?,
    }))
}
