#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;

use std::fmt::Write as _;

use hmac::Mac as _;
use hsmod_plugin_api::prelude::*;
use subtle::ConstantTimeEq as _;

pub use config::Config;
use config::Keyed;

/// The types of login, each with the field that holds the token.
const SHARED_SECRET: (&str, &str) = ("com.devture.shared_secret_auth", "token");
const PASSWORD: (&str, &str) = ("m.login.password", "password");

/// The module.
pub struct SharedSecretAuth {
    api: ModuleApi,
    keyed: Keyed,
    allow_deactivated_users: bool,
}

impl Module for SharedSecretAuth {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked()
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self {
            api: api.clone(),
            keyed: config.keyed().map_err(ModuleError::new)?,
            allow_deactivated_users: config.allow_deactivated_users,
        });
        let mut registration = api.register_password_auth_provider_callbacks(&module);
        for (enabled, (login_type, field)) in [
            (config.com_devture_shared_secret_auth_support_enabled, SHARED_SECRET),
            (config.m_login_password_support_enabled, PASSWORD),
        ] {
            if enabled {
                registration = registration.auth_checker(login_type, &[field]);
            }
        }
        drop(registration);
        Ok(module)
    }
}

impl SharedSecretAuth {
    /// Whether this is the token of a user. The comparison takes constant time.
    fn is_token(&self, token: &str, user_id: &str) -> bool {
        let digest = self.keyed.clone().chain_update(user_id).finalize().into_bytes();
        let mut expected = String::with_capacity(2 * digest.len());
        for byte in digest {
            let _ = write!(expected, "{byte:02x}");
        }
        expected.as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// Whether the user exists and may be logged in.
    async fn is_welcome(&self, user_id: &str) -> Result<bool, ModuleError> {
        let Some(info) = self.api.get_userinfo_by_id(UserId::new(user_id)).await? else {
            tracing::info!("`{user_id}` has a valid token, but no account");
            return Ok(false);
        };
        if info.is_deactivated && !self.allow_deactivated_users {
            tracing::info!("`{user_id}` has a valid token, but is deactivated");
            return Ok(false);
        }
        Ok(true)
    }
}

#[callbacks]
impl PasswordAuthProvider for SharedSecretAuth {
    async fn check_auth(
        &self,
        username: &str,
        login_type: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let types = [SHARED_SECRET, PASSWORD];
        let Some((_, field)) = types.into_iter().find(|(known, _)| *known == login_type) else {
            return Ok(None);
        };
        let given: JsonObject = login_dict.parse()?;
        let Some(token) = given.get(field).and_then(|token| token.as_str()) else {
            return Ok(None);
        };
        let user_id = self.api.get_qualified_user_id(username);
        if !self.is_token(token, &user_id) || !self.is_welcome(&user_id).await? {
            return Ok(None);
        }
        Ok(Some(AcceptedLogin::new(user_id)))
    }
}

export_module!(SharedSecretAuth, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
