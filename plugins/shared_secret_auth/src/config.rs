//! The config and its checks.

use hmac::{Hmac, KeyInit as _};
use hsmod_plugin_api::prelude::*;
use serde_json::Value;
use sha2::Sha512;

/// Logs in any user by a token that is derived from a shared secret.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The secret. It allows logging in as any user: make it long and random, and keep it private.
    // A raw value, because serde's error for a wrong type would quote the secret.
    #[cfg_attr(test, schemars(with = "String", length(min = 1)))]
    shared_secret: Value,

    /// Whether to support the login type `com.devture.shared_secret_auth`, which has a `token`.
    #[serde(default = "yes")]
    pub(crate) com_devture_shared_secret_auth_support_enabled: bool,

    /// Whether to also accept the token as the `password` of the login type `m.login.password`.
    #[serde(default)]
    pub(crate) m_login_password_support_enabled: bool,

    /// Whether deactivated users can be logged in.
    #[serde(default)]
    pub(crate) allow_deactivated_users: bool,
}

/// The HMAC keyed with the secret.
pub(crate) type Keyed = Hmac<Sha512>;

const fn yes() -> bool {
    true
}

impl Config {
    /// Checks that the secret is not empty and that a login type is enabled.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        self.keyed()?;
        if self.com_devture_shared_secret_auth_support_enabled
            || self.m_login_password_support_enabled
        {
            return Ok(self);
        }
        Err(ConfigError::new(
            "nobody can log in: set `com_devture_shared_secret_auth_support_enabled` or \
             `m_login_password_support_enabled` to true",
        ))
    }

    /// The secret.
    pub(crate) fn keyed(&self) -> Result<Keyed, ConfigError> {
        let keyed = match &self.shared_secret {
            Value::String(secret) if secret.is_empty() => {
                Err(ConfigError::new("the secret is empty: anybody could log in as anybody"))
            }
            Value::String(secret) => {
                Keyed::new_from_slice(secret.as_bytes()).map_err(ConfigError::new)
            }
            _ => Err(ConfigError::new("the secret is not a string: put it in quotes")),
        };
        keyed.map_err(|error| error.at("shared_secret"))
    }
}
