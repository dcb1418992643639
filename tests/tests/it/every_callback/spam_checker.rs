//! The callbacks of `spam_checker`.

use hsmod_loader::values::{
    FileInfo, ModuleError, ReadableFile, RequestInfo, Threepid, ThumbnailInfo, UserProfile,
};
use hsmod_loader::{CallError, FileSource, Json, Modules, Ser};
use serde_json::{Value, json};

use super::{OTHER, ROOM, USER, event, invite, shown};

pub(super) async fn call(modules: &Modules, callback: &str) -> Result<String, CallError> {
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
        _ => panic!("add a call of `{callback}` here"),
    }
}

pub(super) fn arguments(callback: &str) -> Value {
    let clients =
        json!([{"user_agent": "Element", "ip": "10.0.0.1"}, {"user_agent": null, "ip": "::1"}]);
    let file_info = json!({
        "server_name": "example.org", "file_id": "abc", "url_cache": true,
        "thumbnail":
            {"width": 32, "height": 24, "method": "crop", "type": "image/png", "length": 99},
    });
    let content = "m".repeat(usize::try_from(Media::LENGTH).unwrap());
    match callback {
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
        _ => panic!("add the arguments of `{callback}` here"),
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
