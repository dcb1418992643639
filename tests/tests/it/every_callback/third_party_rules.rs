//! The callbacks of `third_party_rules`.

use std::sync::Arc;

use hsmod_loader::values::{ModuleError, ProfileInfo, Requester};
use hsmod_loader::{CallError, EditableText, Modules, Ser, State, StateSource};
use serde_json::{Value, json};

use super::{ROOM, USER, event, shown, told};

pub(super) async fn call(modules: &Modules, callback: &str) -> Result<String, CallError> {
    match callback.starts_with("check_") {
        true => asked(modules, callback).await,
        false => happened(modules, callback).await,
    }
}

async fn asked(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.third_party_rules();
    let state = State::new(Arc::new(Created));
    match callback {
        "check_event_allowed" => shown(all.check_event_allowed(Ser(&event()), &state).await),
        "check_threepid_can_be_invited" => {
            shown(all.check_threepid_can_be_invited("msisdn", "4912345", &state).await)
        }
        "check_visibility_can_be_modified" => {
            shown(all.check_visibility_can_be_modified(ROOM, &state, "public").await)
        }
        "check_can_shutdown_room" => shown(all.check_can_shutdown_room(None::<&str>, ROOM).await),
        "check_can_deactivate_user" => shown(all.check_can_deactivate_user(USER, true).await),
        _ => panic!("add a call of `{callback}` here"),
    }
}

/// The notifications.
async fn happened(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.third_party_rules();
    let state = State::new(Arc::new(Created));
    let delivery = match callback {
        "on_create_room" => {
            let mut request = EditableText::new(r#"{"name": "cats"}"#.to_owned());
            let requester = Requester::new(USER)
                .with_device_id("DEVICE")
                .with_app_service_id("bridge")
                .with_authenticated_entity("@admin:example.com")
                .with_scope("openid urn:matrix:org.matrix.msc2967.client:api:*")
                .with_access_token_id(-7)
                .as_guest()
                .as_shadow_banned();
            all.on_create_room(&requester, &mut request, false).await?;
            return Ok(request.into_string());
        }
        "on_user_search" => {
            let mut results = EditableText::new(r#"{"results": []}"#.to_owned());
            all.on_user_search(&mut results).await?;
            return Ok(results.into_string());
        }
        "on_new_event" => all.on_new_event(Ser(&event()), &state).await,
        "on_profile_update" => {
            let profile = ProfileInfo::new(None, Some("mxc://example.com/a"));
            all.on_profile_update(USER, &profile, true, false).await
        }
        "on_user_deactivation_status_changed" => {
            all.on_user_deactivation_status_changed(USER, true, false).await
        }
        "on_threepid_bind" => all.on_threepid_bind(USER, "email", "u@example.org").await,
        "on_add_user_third_party_identifier" => {
            all.on_add_user_third_party_identifier(USER, "email", "u@example.org").await
        }
        "on_remove_user_third_party_identifier" => {
            all.on_remove_user_third_party_identifier(USER, "msisdn", "4912345").await
        }
        _ => panic!("add a call of `{callback}` here"),
    };
    told(delivery).await
}

pub(super) fn arguments(callback: &str) -> Value {
    let requester = json!({
        "user": USER, "device_id": "DEVICE", "app_service_id": "bridge",
        "authenticated_entity": "@admin:example.com",
        "scope": ["openid", "urn:matrix:org.matrix.msc2967.client:api:*"],
        "access_token_id": -7, "is_guest": true, "shadow_banned": true,
    });
    match callback {
        "check_event_allowed" | "on_new_event" => json!([event(), create()]),
        "on_create_room" => json!([requester, {"name": "cats"}, false]),
        "check_threepid_can_be_invited" => json!(["msisdn", "4912345", create()]),
        "check_visibility_can_be_modified" => json!([ROOM, create(), "public"]),
        "check_can_shutdown_room" => json!([null, ROOM]),
        "check_can_deactivate_user" => json!([USER, true]),
        "on_profile_update" => {
            json!([USER, {"display_name": null, "avatar_url": "mxc://example.com/a"}, true, false])
        }
        "on_user_deactivation_status_changed" => json!([USER, true, false]),
        "on_threepid_bind" | "on_add_user_third_party_identifier" => {
            json!([USER, "email", "u@example.org"])
        }
        "on_remove_user_third_party_identifier" => json!([USER, "msisdn", "4912345"]),
        "on_user_search" => json!([{"results": []}]),
        _ => panic!("add the arguments of `{callback}` here"),
    }
}

fn create() -> Value {
    json!({
        "event_id": "$0", "room_id": ROOM, "sender": USER, "type": "m.room.create",
        "state_key": "", "origin_server_ts": 0, "content": {"room_version": "11"},
    })
}

/// The state of a room that was just created. Reading it suspends once.
struct Created;

impl StateSource for Created {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        tokio::task::yield_now().await;
        let found = (event_type, state_key) == ("m.room.create", "");
        Ok(found.then(|| create().to_string()))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        Ok(self.get(event_type, "").await?.into_iter().collect())
    }
}
