//! The callbacks of `password_auth_provider`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Scripted, grammar};

#[callbacks]
impl PasswordAuthProvider for Scripted {
    async fn check_auth(
        &self,
        username: &str,
        login_type: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let login_dict: Value = login_dict.parse()?;
        self.call("check_auth", json!([username, login_type, login_dict]), grammar::login).await
    }

    async fn check_3pid_auth(
        &self,
        medium: &str,
        address: &str,
        password: &str,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        self.call("check_3pid_auth", json!([medium, address, password]), grammar::login).await
    }

    async fn on_logged_out(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        access_token: &str,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id.as_str(), device_id, access_token]);
        self.call("on_logged_out", arguments, grammar::nothing).await
    }

    async fn get_username_for_registration(
        &self,
        uia_results: &JsonStr,
        params: &JsonStr,
    ) -> Result<Option<String>, ModuleError> {
        let arguments = both(uia_results, params)?;
        self.call("get_username_for_registration", arguments, grammar::name).await
    }

    async fn get_displayname_for_registration(
        &self,
        uia_results: &JsonStr,
        params: &JsonStr,
    ) -> Result<Option<String>, ModuleError> {
        let arguments = both(uia_results, params)?;
        self.call("get_displayname_for_registration", arguments, grammar::name).await
    }

    async fn is_3pid_allowed(
        &self,
        medium: &str,
        address: &str,
        registration: bool,
    ) -> Result<Permission, ModuleError> {
        let arguments = json!([medium, address, registration]);
        self.call("is_3pid_allowed", arguments, grammar::permission).await
    }
}

fn both(uia_results: &JsonStr, params: &JsonStr) -> Result<Value, ModuleError> {
    Ok(json!([uia_results.parse::<Value>()?, params.parse::<Value>()?]))
}
