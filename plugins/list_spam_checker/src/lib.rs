//! Events from users on a list are spam. A web resource says whether a user is on it.
//!
//! Its config: `evil_users: ["@evil:example.com"]`
#![forbid(unsafe_code)]

use std::collections::HashSet;

use hsmod_plugin_api::prelude::*;

/// Refuses events sent by users on a list.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// User IDs whose events are spam.
    evil_users: HashSet<String>,
}

/// The module.
pub struct ListSpamChecker {
    config: Config,
}

impl Module for ListSpamChecker {
    type Config = Config;

    /// An ID that no user can have would silently refuse nothing, so it is an error.
    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = config_from_value(config)?;
        match config.evil_users.iter().find(|user| !is_user_id(user)) {
            Some(user) => {
                let message = format!("`{user}` is not a user ID: write it like \"@name:server\"");
                Err(ConfigError::new(message).at("evil_users"))
            }
            None => Ok(config),
        }
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config });
        api.register_spam_checker_callbacks(&module);
        let path = "/_synapse/client/list_spam_checker/is_evil";
        api.register_web_resource(path, Arc::clone(&module));
        Ok(module)
    }
}

fn is_user_id(text: &str) -> bool {
    let server_name = UserId::new(text).server_name().unwrap_or_default();
    text.starts_with('@') && !server_name.is_empty()
}

#[callbacks]
impl SpamChecker for ListSpamChecker {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let evil = self.config.evil_users.contains(event.sender());
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

/// `GET ?user=@alice:example.com` answers `{"evil": false}`.
impl WebResource for ListSpamChecker {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let user = request.require_query("user")?;
        let evil = self.config.evil_users.contains(&*user);
        Ok(WebResponse::json(200, &serde_json::json!({"evil": evil})))
    }
}

export_module!(ListSpamChecker, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
