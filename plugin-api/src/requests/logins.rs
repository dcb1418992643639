//! Group `logins`: devices, access tokens, login tokens and registration tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::UserId;
use crate::values::json_answer::json_answers;

/// A device that was created, with its tokens.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RegisteredDevice {
    /// The device.
    pub device_id: String,
    /// Its access token; a secret.
    pub access_token: String,
    /// The end of the access token's validity: milliseconds since 1970.
    pub valid_until_ms: Option<i64>,
    /// The token with which the device gets the next access token; a secret.
    pub refresh_token: Option<String>,
}

/// A token that allows registrations.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RegistrationToken {
    /// The token; a secret.
    pub token: String,
    /// How often it may be used; `None` for any number of times.
    pub uses_allowed: Option<i64>,
    /// How often it has been used.
    pub completed: i64,
    /// Until when it may be used: milliseconds since 1970; `None` for ever.
    pub expiry_time: Option<i64>,
}

/// Omits the secrets.
impl fmt::Debug for RegisteredDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredDevice")
            .field("device_id", &self.device_id)
            .field("valid_until_ms", &self.valid_until_ms)
            .finish_non_exhaustive()
    }
}

/// Omits the secret.
impl fmt::Debug for RegistrationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationToken")
            .field("uses_allowed", &self.uses_allowed)
            .field("completed", &self.completed)
            .field("expiry_time", &self.expiry_time)
            .finish_non_exhaustive()
    }
}

json_answers! { RegisteredDevice; RegistrationToken; Vec<RegistrationToken>; }

requests! {
    /// Devices, access tokens, login tokens and registration tokens.
    pub trait Logins = logins on ModuleApi,
        written LoginsRequests, table LoginsTable LoginsTableRef, erased ErasedLogins
    {
        /// Creates a device for a user, or a new access token for the device `device_id`; `None`
        /// lets the homeserver choose the ID. The name applies only to a new device. Since Synapse
        /// 1.2.
        async fn register_device(
            &self,
            user_id: &UserId,
            device_id: Option<&str>,
            initial_display_name: Option<&str>,
        ) -> RegisteredDevice, since 0 {
            /// let device = api.register_device(user_id, None, Some("Weather bot")).await?;
            /// let token = device.access_token;
        }

        /// A token with which a client may log in once as a user (`m.login.token`), valid for this
        /// number of milliseconds. `auth_provider_id` and `auth_provider_session_id` name the
        /// session of the SSO provider that has authenticated the user, if any. Since Synapse 1.69.
        async fn create_login_token(
            &self,
            user_id: &UserId,
            duration_in_ms: u64,
            auth_provider_id: Option<&str>,
            auth_provider_session_id: Option<&str>,
        ) -> String, since 0 {
            /// // For two minutes.
            /// let token = api.create_login_token(user_id, 120_000, None, None).await?;
        }

        /// Invalidates an access token, and deletes its device. An error for an unknown token
        /// (401). Since Synapse 0.25.
        async fn invalidate_access_token(&self, access_token: &str) -> (), since 0 {
            /// let device = api.register_device(user_id, None, None).await?;
            /// // When it is of no use any more:
            /// api.invalidate_access_token(&device.access_token).await?;
        }

        /// The address to which a browser is to be redirected after another service has
        /// authenticated the user: it logs the user in and leads to `client_redirect_url`.
        /// `new_user`: the account was created for this login. `auth_provider_id` names the SSO
        /// provider. Synapse itself answers the browser. Since Synapse 1.13.
        async fn complete_sso_login_async(
            &self,
            registered_user_id: &UserId,
            client_redirect_url: &str,
            new_user: bool,
            auth_provider_id: Option<&str>,
        ) -> String, since 0 {
            /// let client = request.require_query("redirectUrl")?;
            /// let url = api.complete_sso_login_async(user_id, &client, false, None).await?;
            /// let answer = WebResponse::redirect(&url);
        }

        /// Creates a registration token; `None` lets the homeserver choose it. `uses_allowed`: how
        /// often it may be used, `None` for any number of times; `expiry_time`: milliseconds since
        /// 1970, `None` for ever. An error if the token exists, or has invalid characters (400).
        /// Not in Synapse, whose modules reach into it for this.
        async fn create_registration_token(
            &self,
            token: Option<&str>,
            uses_allowed: Option<i64>,
            expiry_time: Option<i64>,
        ) -> RegistrationToken, since 0 {
            /// // For one registration, at any time.
            /// let token = api.create_registration_token(None, Some(1), None).await?.token;
        }

        /// The registration tokens, including those that are used up or expired. Not in Synapse,
        /// whose modules reach into it for this.
        async fn get_registration_tokens(&self) -> Vec<RegistrationToken>, since 0 {
            /// let tokens = api.get_registration_tokens().await?;
            /// let used = tokens.iter().filter(|token| token.completed > 0).count();
        }

        /// Deletes a registration token, and answers whether it existed. Not in Synapse, whose
        /// modules reach into it for this.
        async fn delete_registration_token(&self, token: &str) -> bool, since 0 {
            /// let was_there = api.delete_registration_token("welcome").await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_contains_no_secrets() {
        let secret = || "secret".to_owned();
        let device = RegisteredDevice {
            device_id: "PHONE".to_owned(),
            access_token: secret(),
            refresh_token: Some(secret()),
            valid_until_ms: None,
        };
        let shown = r#"RegisteredDevice { device_id: "PHONE", valid_until_ms: None, .. }"#;
        assert_eq!(format!("{device:?}"), shown);
        let token = RegistrationToken { token: secret(), ..RegistrationToken::default() };
        assert!(!format!("{token:?}").contains("secret"), "{token:?}");
    }
}
