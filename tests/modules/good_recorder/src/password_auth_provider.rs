//! The callbacks of `password_auth_provider`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Recorder;

#[callbacks]
impl PasswordAuthProvider for Recorder {
    async fn check_auth(
        &self,
        username: &str,
        login_type: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let arguments = json!([username, login_type, login_dict.parse::<Value>()?]);
        Ok(self.told_later(self.call("check_auth", arguments).await?))
    }

    async fn check_3pid_auth(
        &self,
        medium: &str,
        address: &str,
        password: &str,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let arguments = json!([medium, address, password]);
        Ok(self.told_later(self.call("check_3pid_auth", arguments).await?))
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

impl Recorder {
    /// With `on_login`, if the config wants that later.
    fn told_later(&self, login: Option<AcceptedLogin>) -> Option<AcceptedLogin> {
        let login = login?;
        Some(match self.later("on_login") {
            Some(later) => login.on_login(|response| async move {
                later.call(json!([login_response(&response)])).await
            }),
            None => login,
        })
    }
}

fn login_response(response: &LoginResponse) -> Value {
    json!({
        "user_id": response.user_id,
        "access_token": response.access_token,
        "home_server": response.home_server,
        "expires_in_ms": response.expires_in_ms,
        "refresh_token": response.refresh_token,
        "device_id": response.device_id,
        "well_known": response.well_known,
    })
}
