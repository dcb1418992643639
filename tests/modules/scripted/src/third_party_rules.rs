//! The callbacks of `third_party_rules`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Scripted, arguments, grammar};

#[callbacks]
impl ThirdPartyRules for Scripted {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call_event("check_event_allowed", event, &[create], grammar::event_allowed).await
    }

    async fn on_create_room(
        &self,
        requester: &Requester<'_>,
        request_content: &mut EditableJson<'_>,
        is_requester_admin: bool,
    ) -> Result<(), ModuleError> {
        let requester = arguments::requester(requester);
        let arguments = json!([requester, request_content.parse::<Value>()?, is_requester_admin]);
        self.call_editing("on_create_room", 1, request_content, arguments).await
    }

    async fn check_threepid_can_be_invited(
        &self,
        medium: &str,
        address: &str,
        state_events: &State<'_>,
    ) -> Result<Permission, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call(
            "check_threepid_can_be_invited",
            json!([medium, address, create]),
            grammar::permission,
        )
        .await
    }

    async fn check_visibility_can_be_modified(
        &self,
        room_id: &RoomId,
        state_events: &State<'_>,
        new_visibility: &str,
    ) -> Result<Permission, ModuleError> {
        let create = arguments::create_event(state_events).await?;
        let arguments = json!([room_id.as_str(), create, new_visibility]);
        self.call("check_visibility_can_be_modified", arguments, grammar::permission).await
    }

    async fn on_new_event(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        let create = arguments::create_event(state_events).await?;
        self.call_event("on_new_event", event, &[create], grammar::nothing).await
    }

    async fn check_can_shutdown_room(
        &self,
        user_id: Option<&UserId>,
        room_id: &RoomId,
    ) -> Result<Permission, ModuleError> {
        let arguments = json!([user_id.map(UserId::as_str), room_id.as_str()]);
        self.call("check_can_shutdown_room", arguments, grammar::permission).await
    }

    async fn check_can_deactivate_user(
        &self,
        user_id: &UserId,
        by_admin: bool,
    ) -> Result<Permission, ModuleError> {
        self.call(
            "check_can_deactivate_user",
            json!([user_id.as_str(), by_admin]),
            grammar::permission,
        )
        .await
    }

    async fn on_profile_update(
        &self,
        user_id: &UserId,
        new_profile: &ProfileInfo<'_>,
        by_admin: bool,
        deactivation: bool,
    ) -> Result<(), ModuleError> {
        let new_profile = arguments::profile_info(new_profile);
        let arguments = json!([user_id.as_str(), new_profile, by_admin, deactivation]);
        self.call("on_profile_update", arguments, grammar::nothing).await
    }

    async fn on_user_deactivation_status_changed(
        &self,
        user_id: &UserId,
        deactivated: bool,
        by_admin: bool,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id.as_str(), deactivated, by_admin]);
        self.call("on_user_deactivation_status_changed", arguments, grammar::nothing).await
    }

    async fn on_threepid_bind(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        self.call("on_threepid_bind", json!([user_id.as_str(), medium, address]), grammar::nothing)
            .await
    }

    async fn on_add_user_third_party_identifier(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id.as_str(), medium, address]);
        self.call("on_add_user_third_party_identifier", arguments, grammar::nothing).await
    }

    async fn on_remove_user_third_party_identifier(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id.as_str(), medium, address]);
        self.call("on_remove_user_third_party_identifier", arguments, grammar::nothing).await
    }

    async fn on_user_search(&self, results: &mut EditableJson<'_>) -> Result<(), ModuleError> {
        let arguments = json!([results.parse::<Value>()?]);
        self.call_editing("on_user_search", 0, results, arguments).await
    }
}
