//! The callbacks of `spam_checker`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Player, arguments};

#[callbacks(optional)]
impl SpamChecker for Player {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.call_event("check_event_for_spam", event, &[]).await
    }

    async fn should_drop_federated_event(
        &self,
        event: &Event<'_>,
    ) -> Result<FederatedEventAction, ModuleError> {
        self.call_event("should_drop_federated_event", event, &[]).await
    }

    async fn user_may_join_room(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
        is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([user_id, room_id, is_invited]);
        self.call("user_may_join_room", arguments).await
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([inviter, invitee, room_id]);
        self.call("user_may_invite", arguments).await
    }

    async fn federated_user_may_invite(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.call_event("federated_user_may_invite", event, &[]).await
    }

    async fn user_may_send_3pid_invite(
        &self,
        inviter: &UserId,
        medium: &str,
        address: &str,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([inviter, medium, address, room_id]);
        self.call("user_may_send_3pid_invite", arguments).await
    }

    async fn user_may_create_room(
        &self,
        user_id: &UserId,
        room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let room_config: serde_json::Value = room_config.parse()?;
        self.call("user_may_create_room", json!([user_id, room_config])).await
    }

    async fn user_may_create_room_alias(
        &self,
        user_id: &UserId,
        room_alias: &RoomAlias,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([user_id, room_alias]);
        self.call("user_may_create_room_alias", arguments).await
    }

    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([user_id, room_id]);
        self.call("user_may_publish_room", arguments).await
    }

    async fn user_may_send_state_event(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
        event_type: &str,
        state_key: &str,
        content: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let content: serde_json::Value = content.parse()?;
        let arguments = json!([user_id, room_id, event_type, state_key, content]);
        self.call("user_may_send_state_event", arguments).await
    }

    async fn check_username_for_spam(
        &self,
        user_profile: &UserProfile<'_>,
        requester_id: &UserId,
    ) -> Result<DirectoryVisibility, ModuleError> {
        let user_profile = arguments::user_profile(user_profile);
        self.call("check_username_for_spam", json!([user_profile, requester_id])).await
    }

    async fn check_registration_for_spam(
        &self,
        email_threepid: Option<&Threepid<'_>>,
        username: Option<&str>,
        request_info: &[RequestInfo<'_>],
        auth_provider_id: Option<&str>,
    ) -> Result<RegistrationBehaviour, ModuleError> {
        let email_threepid = email_threepid.map(arguments::threepid);
        let clients = arguments::clients(request_info);
        let arguments = json!([email_threepid, username, clients, auth_provider_id]);
        self.call("check_registration_for_spam", arguments).await
    }

    async fn check_media_file_for_spam(
        &self,
        file_wrapper: &ReadableFile<'_>,
        file_info: &FileInfo<'_>,
    ) -> Result<Verdict, ModuleError> {
        let file = arguments::file(file_wrapper).await?;
        let arguments = json!([file, arguments::file_info(file_info)]);
        self.call("check_media_file_for_spam", arguments).await
    }

    async fn check_login_for_spam(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        initial_display_name: Option<&str>,
        request_info: &[RequestInfo<'_>],
        auth_provider_id: Option<&str>,
    ) -> Result<Verdict, ModuleError> {
        let clients = arguments::clients(request_info);
        let arguments =
            json!([user_id, device_id, initial_display_name, clients, auth_provider_id]);
        self.call("check_login_for_spam", arguments).await
    }

    #[cfg(not(hsmod_abi_test = "older_minor"))]
    async fn accept_make_join(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([user_id, room_id]);
        self.call("accept_make_join", arguments).await
    }

    #[cfg(hsmod_abi_test = "newer_minor")]
    async fn accept_make_knock(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let arguments = json!([user_id, room_id]);
        self.call("accept_make_knock", arguments).await
    }
}
