//! Every callback, called with real arguments as a homeserver calls it.

use std::fmt::Debug;
use std::sync::Arc;

use hsmod_loader::values::{
    FileInfo, ModuleError, ProfileInfo, ReadableFile, RequestInfo, Requester, Threepid,
    ThumbnailInfo, UserProfile,
};
use hsmod_loader::{CallError, EditableText, FileSource, Json, Modules, Ser, State, StateSource};
use serde_json::{Value, json};

use crate::support::message;

const USER: &str = "@user:example.com";
const OTHER: &str = "@other:example.org";
const ROOM: &str = "!room:example.com";

/// Calls a callback of any category by its full name; gives what the homeserver gets, as `Debug`.
/// A notification has been run by every module.
pub(crate) async fn call(modules: &Modules, full_name: &str) -> Result<String, CallError> {
    match full_name.split_once('.') {
        Some(("spam_checker", callback)) => spam_checker(modules, callback).await,
        Some(("third_party_rules", callback)) if callback.starts_with("check_") => {
            third_party_rules(modules, callback).await
        }
        Some(("third_party_rules", callback)) => happened(modules, callback).await,
        Some(("account_validity", callback)) => account_validity(modules, callback).await,
        _ => panic!("add a call of `{full_name}` here"),
    }
}

async fn spam_checker(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.spam_checker();
    let event = event();
    let clients = [RequestInfo::new(Some("Element"), "10.0.0.1"), RequestInfo::new(None, "::1")];
    match callback {
        "check_event_for_spam" => shown(all.check_event_for_spam(Json(&event.to_string())).await),
        "should_drop_federated_event" => shown(all.should_drop_federated_event(Ser(&event)).await),
        "user_may_join_room" => shown(all.user_may_join_room(USER, ROOM, true).await),
        "user_may_invite" => shown(all.user_may_invite(USER, OTHER, ROOM).await),
        "federated_user_may_invite" => shown(all.federated_user_may_invite(Ser(&invite())).await),
        "user_may_send_3pid_invite" => {
            shown(all.user_may_send_3pid_invite(USER, "email", "o@example.org", ROOM).await)
        }
        "user_may_create_room" => {
            shown(all.user_may_create_room(USER, Json(r#"{"preset": "public_chat"}"#)).await)
        }
        "user_may_create_room_alias" => {
            shown(all.user_may_create_room_alias(USER, "#alias:example.com").await)
        }
        "user_may_publish_room" => shown(all.user_may_publish_room(USER, ROOM).await),
        "user_may_send_state_event" => {
            let content = json!({"topic": "\u{1F408}"});
            shown(
                all.user_may_send_state_event(USER, ROOM, "m.room.topic", "", Ser(&content)).await,
            )
        }
        "check_username_for_spam" => {
            let profile = UserProfile::new(OTHER, Some("Other"), None);
            shown(all.check_username_for_spam(&profile, USER).await)
        }
        "check_registration_for_spam" => {
            let threepid = Threepid::new("email", "u@example.org");
            let asked = all.check_registration_for_spam(
                Some(&threepid),
                Some("user"),
                &clients[..],
                None::<&str>,
            );
            shown(asked.await)
        }
        "check_media_file_for_spam" => {
            let file = ReadableFile::from_source(&Media, Media::LENGTH, None);
            let thumbnail = ThumbnailInfo::new(32, 24, "crop", "image/png", 99);
            let info = FileInfo::new(Some("example.org"), "abc").with_thumbnail(thumbnail);
            shown(all.check_media_file_for_spam(&file, &info.with_url_cache()).await)
        }
        "check_login_for_spam" => {
            let (device, name) = (Some("DEVICE"), None::<&str>);
            shown(all.check_login_for_spam(USER, device, name, &clients[..1], Some("oidc")).await)
        }
        "accept_make_join" => shown(all.accept_make_join(OTHER, ROOM).await),
        _ => panic!("add a call of `spam_checker.{callback}` here"),
    }
}

async fn third_party_rules(modules: &Modules, callback: &str) -> Result<String, CallError> {
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
        _ => panic!("add a call of `third_party_rules.{callback}` here"),
    }
}

/// What modules are told of.
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
        _ => panic!("add a call of `third_party_rules.{callback}` here"),
    };
    delivery?.await;
    Ok("()".to_owned())
}

async fn account_validity(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.account_validity();
    match callback {
        "is_user_expired" => shown(all.is_user_expired(USER).await),
        "on_user_registration" => shown(all.on_user_registration(USER).await),
        "on_user_login" => shown(all.on_user_login(USER, Some("sso"), Some("oidc")).await),
        _ => panic!("add a call of `account_validity.{callback}` here"),
    }
}

/// The arguments that a module gets by [`call`], as `good_recorder` notes them.
pub(crate) fn arguments(full_name: &str) -> Value {
    let clients =
        json!([{"user_agent": "Element", "ip": "10.0.0.1"}, {"user_agent": null, "ip": "::1"}]);
    let file_info = json!({
        "server_name": "example.org", "file_id": "abc", "url_cache": true,
        "thumbnail":
            {"width": 32, "height": 24, "method": "crop", "type": "image/png", "length": 99},
    });
    let requester = json!({
        "user": USER, "device_id": "DEVICE", "app_service_id": "bridge",
        "authenticated_entity": "@admin:example.com",
        "scope": ["openid", "urn:matrix:org.matrix.msc2967.client:api:*"],
        "access_token_id": -7, "is_guest": true, "shadow_banned": true,
    });
    let content = "m".repeat(usize::try_from(Media::LENGTH).unwrap());
    match full_name.rsplit('.').next().unwrap_or_default() {
        "check_event_for_spam" | "should_drop_federated_event" => json!([event()]),
        "user_may_join_room" => json!([USER, ROOM, true]),
        "user_may_invite" => json!([USER, OTHER, ROOM]),
        "federated_user_may_invite" => json!([invite()]),
        "user_may_send_3pid_invite" => json!([USER, "email", "o@example.org", ROOM]),
        "user_may_create_room" => json!([USER, {"preset": "public_chat"}]),
        "user_may_create_room_alias" => json!([USER, "#alias:example.com"]),
        "user_may_publish_room" => json!([USER, ROOM]),
        "user_may_send_state_event" => {
            json!([USER, ROOM, "m.room.topic", "", {"topic": "\u{1F408}"}])
        }
        "check_username_for_spam" => {
            json!([{"user_id": OTHER, "display_name": "Other", "avatar_url": null}, USER])
        }
        "check_registration_for_spam" => {
            json!([{"medium": "email", "address": "u@example.org"}, "user", clients, null])
        }
        "check_media_file_for_spam" => {
            json!([{"length": Media::LENGTH, "content": content}, file_info])
        }
        "check_login_for_spam" => json!([USER, "DEVICE", null, [clients[0]], "oidc"]),
        "accept_make_join" => json!([OTHER, ROOM]),
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
        "is_user_expired" | "on_user_registration" => json!([USER]),
        "on_user_login" => json!([USER, "sso", "oidc"]),
        _ => panic!("add the arguments of `{full_name}` here"),
    }
}

fn shown<T: Debug>(answer: Result<T, CallError>) -> Result<String, CallError> {
    answer.map(|answer| format!("{answer:?}"))
}

fn event() -> Value {
    serde_json::from_str(&message(USER, "meow")).unwrap()
}

fn invite() -> Value {
    json!({
        "event_id": "$2", "room_id": ROOM, "sender": OTHER, "type": "m.room.member",
        "state_key": USER, "origin_server_ts": 2, "content": {"membership": "invite"},
    })
}

fn create() -> Value {
    json!({
        "event_id": "$0", "room_id": ROOM, "sender": USER, "type": "m.room.create",
        "state_key": "", "origin_server_ts": 0, "content": {"room_version": "11"},
    })
}

/// The state of a room that was just created; it takes a moment to read.
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

/// More than one chunk of `m`s.
struct Media;

impl Media {
    const LENGTH: u64 = 40_000;
}

impl FileSource for Media {
    async fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModuleError> {
        tokio::task::yield_now().await;
        let left = usize::try_from(Self::LENGTH.saturating_sub(offset)).unwrap();
        Ok(vec![b'm'; left.min(length)])
    }
}
