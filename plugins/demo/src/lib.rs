//! One user may not create rooms. A web resource says hello.
//!
//! Its config: `denied_user: "@evil:example.com"`, by default `@evilguy` of this homeserver
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// One user may not create rooms.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The ID of the user who may create no rooms: `@evilguy` of this homeserver by default.
    denied_user: Option<String>,
}

/// The module.
pub struct Demo {
    denied_user: String,
}

impl Module for Demo {
    type Config = Config;

    /// An ID that no user can have would silently deny nothing, so it is an error.
    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = config_from_value(config)?;
        match &config.denied_user {
            Some(user) if !is_user_id(user) => {
                let message = format!("`{user}` is not a user ID: write it like \"@name:server\"");
                Err(ConfigError::new(message).at("denied_user"))
            }
            _ => Ok(config),
        }
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let evilguy = || api.get_qualified_user_id("evilguy");
        let module = Arc::new(Self { denied_user: config.denied_user.unwrap_or_else(evilguy) });
        api.register_spam_checker_callbacks(&module);
        api.register_web_resource("/_synapse/client/demo/hello/*", Hello);
        Ok(module)
    }
}

fn is_user_id(text: &str) -> bool {
    let server_name = UserId::new(text).server_name().unwrap_or_default();
    text.starts_with('@') && !server_name.is_empty()
}

#[callbacks]
impl SpamChecker for Demo {
    async fn user_may_create_room(
        &self,
        user_id: &UserId,
        _room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let denied = user_id == self.denied_user;
        Ok(if denied { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

/// `GET ?name=bob` answers `{"hello": "bob"}`.
struct Hello;

impl WebResource for Hello {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let name = request.require_query("name")?;
        Ok(WebResponse::json(200, &serde_json::json!({"hello": name})))
    }
}

export_module!(Demo, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
