//! The callbacks of `third_party_rules`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Player, arguments};

#[callbacks(optional)]
impl ThirdPartyRules for Player {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call_event("check_event_allowed", event, &[create]).await
    }

    async fn on_create_room(
        &self,
        requester: &Requester<'_>,
        request_content: &mut EditableJson<'_>,
        is_requester_admin: bool,
    ) -> Result<(), ModuleError> {
        let requester = arguments::requester(requester);
        let arguments = json!([requester, request_content.parse::<Value>()?, is_requester_admin]);
        self.call_editing("on_create_room", request_content, arguments).await
    }

    async fn check_threepid_can_be_invited(
        &self,
        medium: &str,
        address: &str,
        state_events: &State<'_>,
    ) -> Result<Permission, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call("check_threepid_can_be_invited", json!([medium, address, create])).await
    }

    async fn check_visibility_can_be_modified(
        &self,
        room_id: &RoomId,
        state_events: &State<'_>,
        new_visibility: &str,
    ) -> Result<Permission, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        let arguments = json!([room_id, create, new_visibility]);
        self.call("check_visibility_can_be_modified", arguments).await
    }

    async fn on_new_event(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call_event("on_new_event", event, &[create]).await
    }

    async fn check_can_shutdown_room(
        &self,
        user_id: Option<&UserId>,
        room_id: &RoomId,
    ) -> Result<Permission, ModuleError> {
        let arguments = json!([user_id, room_id]);
        self.call("check_can_shutdown_room", arguments).await
    }

    async fn check_can_deactivate_user(
        &self,
        user_id: &UserId,
        by_admin: bool,
    ) -> Result<Permission, ModuleError> {
        self.call("check_can_deactivate_user", json!([user_id, by_admin])).await
    }

    async fn on_profile_update(
        &self,
        user_id: &UserId,
        new_profile: &ProfileInfo<'_>,
        by_admin: bool,
        deactivation: bool,
    ) -> Result<(), ModuleError> {
        let new_profile = arguments::profile_info(new_profile);
        let arguments = json!([user_id, new_profile, by_admin, deactivation]);
        self.call("on_profile_update", arguments).await
    }

    async fn on_user_deactivation_status_changed(
        &self,
        user_id: &UserId,
        deactivated: bool,
        by_admin: bool,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id, deactivated, by_admin]);
        self.call("on_user_deactivation_status_changed", arguments).await
    }

    async fn on_threepid_bind(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        self.call("on_threepid_bind", json!([user_id, medium, address])).await
    }

    async fn on_add_user_third_party_identifier(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id, medium, address]);
        self.call("on_add_user_third_party_identifier", arguments).await
    }

    async fn on_remove_user_third_party_identifier(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id, medium, address]);
        self.call("on_remove_user_third_party_identifier", arguments).await
    }

    #[cfg(not(hsmod_abi_test = "older_minor"))]
    async fn on_user_search(&self, results: &mut EditableJson<'_>) -> Result<(), ModuleError> {
        let arguments = json!([results.parse::<Value>()?]);
        self.call_editing("on_user_search", results, arguments).await
    }
}
