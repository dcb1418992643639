//! The callbacks of the categories that have only a few.

use hsmod_loader::values::{MediaUploadLimit, OwnedPresenceState};
use hsmod_loader::{CallError, Delivered, Json, Modules, Ser};
use serde_json::{Value, json};

use super::{OTHER, ROOM, USER, event, invite, shown, told};

const LIMITER: &str = "rc_invites.per_user";
const UPDATE: &str = "populate_user_directory";

/// More than an `i64` or a double can hold.
const HUGE: u64 = u64::MAX - 1;

pub(super) async fn call(modules: &Modules, callback: &str) -> Result<String, CallError> {
    match callback {
        "get_users_for_states" => {
            let states: Vec<OwnedPresenceState> = serde_json::from_value(presence()).unwrap();
            let states: Vec<_> = states.iter().map(OwnedPresenceState::as_state).collect();
            shown(modules.presence_router().get_users_for_states(&states[..]).await)
        }
        "get_interested_users" => shown(modules.presence_router().get_interested_users(USER).await),
        "on_update" => {
            shown(modules.background_update_controller().on_update(UPDATE, "main", true).await)
        }
        "default_batch_size" => {
            shown(modules.background_update_controller().default_batch_size(UPDATE, "main").await)
        }
        "min_batch_size" => {
            shown(modules.background_update_controller().min_batch_size(UPDATE, "state").await)
        }
        "add_field_to_unsigned_callback" => {
            let all = modules.add_extra_fields_to_unsigned_client_event();
            shown(all.add_field_to_unsigned_callback(Ser(&event())).await)
        }
        "get_ratelimit_override_for_user" => {
            shown(modules.ratelimit().get_ratelimit_override_for_user(USER, LIMITER).await)
        }
        "on_event_delivered_over_federation" => {
            let (event, invite) = (event().to_string(), invite().to_string());
            let events = vec![Json(&event), Json(&invite), Json(&event)];
            let (server_name, method) = ("example.org", "/send");
            let delivered = Delivered { server_name, method, events };
            told(modules.federation().on_event_delivered_over_federation(delivered).await).await
        }
        _ => media(modules, callback).await,
    }
}

async fn media(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.media_repository();
    match callback {
        "get_media_config_for_user" => shown(all.get_media_config_for_user(USER).await),
        "is_user_allowed_to_upload_media_of_size" => {
            shown(all.is_user_allowed_to_upload_media_of_size(USER, HUGE).await)
        }
        "get_media_upload_limits_for_user" => {
            shown(all.get_media_upload_limits_for_user(USER).await)
        }
        "on_media_upload_limit_exceeded" => {
            let limit = MediaUploadLimit::new(HUGE, 86_400_000).info_uri("https://a.b/c");
            let limit = limit.can_upgrade(true);
            shown(all.on_media_upload_limit_exceeded(USER, &limit, HUGE - 1, u64::MAX).await)
        }
        _ => panic!("add a call of `{callback}` here"),
    }
}

pub(super) fn arguments(callback: &str) -> Value {
    match callback {
        "get_users_for_states" => json!([presence()]),
        "get_interested_users"
        | "get_media_config_for_user"
        | "get_media_upload_limits_for_user" => json!([USER]),
        "on_update" => json!([UPDATE, "main", true]),
        "default_batch_size" => json!([UPDATE, "main"]),
        "min_batch_size" => json!([UPDATE, "state"]),
        "add_field_to_unsigned_callback" => json!([event()]),
        "is_user_allowed_to_upload_media_of_size" => json!([USER, HUGE]),
        "on_media_upload_limit_exceeded" => {
            let limit = json!({
                "max_bytes": HUGE, "time_period_ms": 86_400_000, "info_uri": "https://a.b/c",
                "can_upgrade": true,
            });
            json!([USER, limit, HUGE - 1, u64::MAX])
        }
        "get_ratelimit_override_for_user" => json!([USER, LIMITER]),
        "on_event_delivered_over_federation" => json!([{
            "server_name": "example.org", "method": "/send",
            "events": [event(), invite(), event()],
        }]),
        _ => panic!("add the arguments of `{callback}` here"),
    }
}

/// A user with all fields and one with none.
fn presence() -> Value {
    json!([
        {
            "user_id": USER, "state": "busy", "status_msg": format!("in {ROOM}"),
            "last_active_ts": 1_700_000_000_001_i64, "last_federation_update_ts": i64::MAX,
            "last_user_sync_ts": -3, "currently_active": true,
        },
        {
            "user_id": OTHER, "state": "offline", "status_msg": null, "last_active_ts": 0,
            "last_federation_update_ts": 0, "last_user_sync_ts": 0, "currently_active": false,
        },
    ])
}
