//! The callbacks of `password_auth_provider`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Player;

#[callbacks(optional)]
impl PasswordAuthProvider for Player {
    async fn check_auth(
        &self,
        username: &str,
        login_type: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let arguments = json!([username, login_type, login_dict.parse::<Value>()?]);
        self.call("check_auth", arguments).await
    }

    async fn check_3pid_auth(
        &self,
        medium: &str,
        address: &str,
        password: &str,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        self.call("check_3pid_auth", json!([medium, address, password])).await
    }

    async fn on_logged_out(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        access_token: &str,
    ) -> Result<(), ModuleError> {
        self.call("on_logged_out", json!([user_id, device_id, access_token])).await
    }

    async fn get_username_for_registration(
        &self,
        uia_results: &JsonStr,
        params: &JsonStr,
    ) -> Result<Option<String>, ModuleError> {
        let arguments = json!([uia_results.parse::<Value>()?, params.parse::<Value>()?]);
        self.call("get_username_for_registration", arguments).await
    }

    async fn get_displayname_for_registration(
        &self,
        uia_results: &JsonStr,
        params: &JsonStr,
    ) -> Result<Option<String>, ModuleError> {
        let arguments = json!([uia_results.parse::<Value>()?, params.parse::<Value>()?]);
        self.call("get_displayname_for_registration", arguments).await
    }

    async fn is_3pid_allowed(
        &self,
        medium: &str,
        address: &str,
        registration: bool,
    ) -> Result<Permission, ModuleError> {
        self.call("is_3pid_allowed", json!([medium, address, registration])).await
    }
}
