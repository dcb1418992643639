//! Logins that a module accepts, and what happens after them.

use std::fmt;
use std::future::Future;

use hsmod_abi::OwnedStr;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, Unreadable, text};
use super::error::ModuleError;
use super::json::JsonStr;
use crate::boundary::Continuation;

/// A login that a module accepts: the user, and what to do when they are logged in.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let login = AcceptedLogin::new("@alice:example.com").on_login(|response| async move {
///     tracing::info!(user = response.user_id, device = response.device_id, "is in");
///     Ok(())
/// });
/// assert_eq!(login.user_id(), "@alice:example.com");
/// ```
///
/// Mirrors the pair that `check_auth` and `check_3pid_auth` return in Synapse.
#[derive(Debug)]
pub struct AcceptedLogin {
    user_id: String,
    on_login: Option<Continuation>,
}

impl AcceptedLogin {
    /// Accepts the login of a user of this homeserver, by their full user ID.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), on_login: None }
    }

    /// Sets a function to be called when the user is logged in, just before the client gets its
    /// response. An error fails the login, although its access token exists by then. Not called if
    /// the credentials only confirm an operation.
    #[must_use]
    pub fn on_login<C, F>(mut self, callback: C) -> Self
    where
        C: FnOnce(LoginResponse) -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        self.on_login = Some(Continuation::new(|response: &str| {
            let call = JsonStr::new(response).parse().map(callback);
            async { call.map_err(ModuleError::new)?.await }
        }));
        self
    }

    /// The full user ID.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Splits it into its parts.
    #[cfg(feature = "host")]
    pub fn into_parts(self) -> (String, Option<Continuation>) {
        (self.user_id, self.on_login)
    }
}

/// The response to a successful login: the body of the response to `POST /login`.
///
/// Mirrors `synapse.module_api.LoginResponse`.
#[derive(Clone, Default, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct LoginResponse {
    /// The full user ID.
    pub user_id: String,
    /// The access token; a secret.
    #[serde(default)]
    pub access_token: Option<String>,
    /// The name of the homeserver.
    #[serde(default)]
    pub home_server: Option<String>,
    /// The lifetime of the access token: milliseconds from now.
    #[serde(default)]
    pub expires_in_ms: Option<i64>,
    /// The token with which the client gets the next access token; a secret.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// The device that is logged in.
    #[serde(default)]
    pub device_id: Option<String>,
    /// The homeserver's `.well-known` for clients.
    #[serde(default)]
    pub well_known: Option<Value>,
}

/// Omits the secrets, so that a logged response grants no access.
impl fmt::Debug for LoginResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |secret: &Option<String>| secret.as_ref().map(|_| "..");
        f.debug_struct("LoginResponse")
            .field("user_id", &self.user_id)
            .field("access_token", &hidden(&self.access_token))
            .field("home_server", &self.home_server)
            .field("expires_in_ms", &self.expires_in_ms)
            .field("refresh_token", &hidden(&self.refresh_token))
            .field("device_id", &self.device_id)
            .field("well_known", &self.well_known)
            .finish()
    }
}

hsmod_abi::structure! {
    /// C form of [`AcceptedLogin`].
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawAcceptedLogin {
        user_id: OwnedStr,
        /// Null: there is nothing to call.
        on_login: Continuation,
    }
}

/// An accepted login; the neutral answer `None` leaves it to others.
impl Answer for Option<AcceptedLogin> {
    type Raw = RawAcceptedLogin;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<RawAcceptedLogin> {
        self.map(|login| RawAcceptedLogin {
            user_id: login.user_id.into(),
            on_login: Continuation::optional(login.on_login),
        })
    }

    fn from_raw(raw: RawAcceptedLogin) -> Result<Self, Unreadable> {
        let user_id = text(&raw.user_id)?;
        Ok(Some(AcceptedLogin { user_id, on_login: raw.on_login.into_option() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_of_a_response_contains_no_secrets() {
        let json = r#"{"user_id": "@a:b", "access_token": "secret", "refresh_token": "secret"}"#;
        let response: LoginResponse = serde_json::from_str(json).unwrap();
        let shown = format!("{response:?}");
        assert!(shown.contains(r#"user_id: "@a:b", access_token: Some(".."), "#), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}
