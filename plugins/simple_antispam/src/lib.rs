#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;

use std::collections::HashSet;

use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;
use serde_json::Value;

pub use config::Config;

/// The module.
pub struct SimpleAntispam {
    invite_servers: Vec<String>,
    message_servers: Vec<String>,
    texts: HashSet<String>,
    regexes: Vec<PythonRegex>,
}

impl Module for SimpleAntispam {
    type Config = Config;

    fn parse_config(config: Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked()
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        for doubt in config.doubts() {
            tracing::warn!("{doubt}");
        }
        let module = Arc::new(Self {
            invite_servers: config.blocked_invite_servers,
            message_servers: config.blocked_message_servers,
            texts: config.blocked_texts.into_iter().collect(),
            regexes: config.blocked_regexes,
        });
        let mut callbacks = Vec::new();
        callbacks.extend(module.blocks_invites().then_some("user_may_invite"));
        callbacks.extend(module.blocks_events().then_some("check_event_for_spam"));
        if callbacks.is_empty() {
            tracing::warn!("the config blocks nothing, so this module does nothing");
        }
        api.register_spam_checker_callbacks(&module).only(&callbacks);
        Ok(module)
    }
}

impl SimpleAntispam {
    fn blocks_invites(&self) -> bool {
        !self.invite_servers.is_empty()
    }

    fn blocks_events(&self) -> bool {
        !(self.message_servers.is_empty() && self.texts.is_empty() && self.regexes.is_empty())
    }

    fn is_spam(&self, event: &Event<'_>) -> Result<bool, ModuleError> {
        #[derive(Deserialize)]
        struct Content {
            body: Option<Value>,
        }
        if is_of(event.sender(), &self.message_servers) {
            return Ok(true);
        }
        if self.texts.is_empty() && self.regexes.is_empty() {
            return Ok(false);
        }
        let body = event.content::<Content>()?.body;
        let body = match &body {
            None => "",
            Some(Value::String(text)) => text,
            // A `body` that is not a string matches nothing.
            Some(_) => return Ok(false),
        };
        Ok(self.texts.contains(body) || self.regexes.iter().any(|regex| is_found(regex, body)))
    }
}

/// Whether a user belongs to one of these servers.
fn is_of(user_id: &UserId, servers: &[String]) -> bool {
    let ends_so = |server: &String| {
        user_id.as_str().strip_suffix(&**server).is_some_and(|before| before.ends_with(':'))
    };
    servers.iter().any(ends_so)
}

/// Whether a regular expression matches anywhere. If matching takes too long, the message is spam,
/// since it was probably crafted for that.
fn is_found(regex: &PythonRegex, body: &str) -> bool {
    regex.search(body).unwrap_or_else(|too_many| {
        let (pattern, length) = (regex.as_str(), body.len());
        tracing::warn!(
            "a message of {length} bytes counts as spam, because `{pattern}` was given up: \
             {too_many}"
        );
        true
    })
}

// Optional, because the config decides which of them are registered.
#[callbacks(optional)]
impl SpamChecker for SimpleAntispam {
    async fn user_may_invite(
        &self,
        inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let blocked = is_of(inviter, &self.invite_servers);
        Ok(if blocked { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let spam = self.is_spam(event)?;
        Ok(if spam { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

export_module!(SimpleAntispam, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
