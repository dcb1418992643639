//! The callbacks of `account_validity`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Player, arguments};

#[callbacks(optional)]
impl AccountValidity for Player {
    async fn is_user_expired(&self, user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        self.call("is_user_expired", json!([user_id])).await
    }

    async fn on_user_registration(&self, user_id: &UserId) -> Result<(), ModuleError> {
        self.call("on_user_registration", json!([user_id])).await
    }

    async fn on_user_login(
        &self,
        user_id: &UserId,
        auth_provider_type: Option<&str>,
        auth_provider_id: Option<&str>,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id, auth_provider_type, auth_provider_id]);
        self.call("on_user_login", arguments).await
    }

    async fn on_legacy_send_mail(&self, user_id: &UserId) -> Result<(), ModuleError> {
        self.call("on_legacy_send_mail", json!([user_id])).await
    }

    async fn on_legacy_renew(&self, token: &str) -> Result<LegacyRenewal, ModuleError> {
        self.call("on_legacy_renew", json!([token])).await
    }

    async fn on_legacy_admin_request(&self, request: &WebRequest<'_>) -> Result<i64, ModuleError> {
        let arguments = json!([arguments::web_request(request)?]);
        self.call("on_legacy_admin_request", arguments).await
    }
}
