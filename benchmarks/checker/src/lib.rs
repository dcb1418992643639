//! Denies events and actions of users on a list, like `synapse/benchmarks/checker.py` in Python.
//!
//! ```yaml
//! - module: bench_checker
//!   config:
//!     evil_users: ["@evil:example.com"]
//!     callback: check_event_allowed     # registers this one
//!     looks_at: m.room.power_levels     # of the state, it looks up this entry; default: none
//!     word: casino                      # in the body, in place of the sender; default: none
//! ```
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::HashSet;

use hsmod_plugin_api::callbacks::traits::{SpamCheckerCallbacks, ThirdPartyRulesCallbacks};
use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    evil_users: HashSet<String>,
    callback: String,
    looks_at: Option<String>,
    word: Option<String>,
}

/// The part of an event's content that it reads.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}

/// The module.
pub struct Checker(Config);

impl Module for Checker {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let wanted = [config.callback.clone()];
        let wants = |written: &[&str]| written.contains(&wanted[0].as_str());
        let module = Arc::new(Self(config));
        if wants(<Self as SpamCheckerCallbacks>::WRITTEN) {
            api.register_spam_checker_callbacks(&module).only(&wanted);
        } else if wants(<Self as ThirdPartyRulesCallbacks>::WRITTEN) {
            api.register_third_party_rules_callbacks(&module).only(&wanted);
        } else {
            return Err(ModuleError::new(format_args!("there is no check `{}`", wanted[0])));
        }
        Ok(module)
    }
}

impl Checker {
    fn verdict(&self, user_id: &UserId) -> Verdict {
        verdict(self.0.evil_users.contains(user_id.as_str()))
    }
}

fn verdict(evil: bool) -> Verdict {
    if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow }
}

#[callbacks]
impl SpamChecker for Checker {
    /// Checks the body instead of the sender if there is a word to search for.
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let Some(word) = &self.0.word else { return Ok(self.verdict(event.sender())) };
        let message = serde_json::from_str::<Message<'_>>(event.content_json().as_str())?;
        Ok(verdict(message.body.contains(word)))
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(inviter))
    }
}

#[callbacks]
impl ThirdPartyRules for Checker {
    /// Also denies if the state entry that it looks up is missing.
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let missing = match &self.0.looks_at {
            Some(event_type) => state_events.get(event_type, "").await?.is_none(),
            None => false,
        };
        let evil = self.0.evil_users.contains(event.sender().as_str());
        Ok(if evil || missing { EventDecision::Deny } else { EventDecision::Allow })
    }
}

export_module!(Checker);
