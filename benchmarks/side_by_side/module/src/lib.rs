//! The module of the comparison that hsmod loads.
//!
//! ```yaml
//! - module: side_module
//!   config:
//!     evil_users: ["@evil:example.com"]
//!     word: casino
//!     callback: check_event_for_spam    # registers this one
//!     looks_at: sender                  # or body: what check_event_for_spam looks at
//! ```
#![forbid(unsafe_code)]

use hsmod_plugin_api::callbacks::traits::SpamCheckerCallbacks;
use hsmod_plugin_api::prelude::*;
use side_checks::{Checks, suspended_once};

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    evil_users: Vec<String>,
    word: String,
    callback: String,
    looks_at: Part,
}

/// A part of an event.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Sender,
    Body,
}

/// The module.
pub struct SideModule {
    checks: Checks,
    looks_at: Part,
}

impl Module for SideModule {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let checks = Checks::new(config.evil_users, &config.word);
        let module = Arc::new(Self { checks, looks_at: config.looks_at });
        let callback = &[config.callback.as_str()];
        if <Self as SpamCheckerCallbacks>::WRITTEN.contains(&callback[0]) {
            api.register_spam_checker_callbacks(&module).only(callback);
        } else {
            api.register_third_party_rules_callbacks(&module).only(callback);
        }
        Ok(module)
    }
}

fn verdict(evil: bool) -> Verdict {
    if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow }
}

#[callbacks]
impl SpamChecker for SideModule {
    /// Ready at once.
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(verdict(match self.looks_at {
            Part::Sender => self.checks.lists(event.sender().as_str()),
            Part::Body => self.checks.finds_word(event.content_json().as_str()),
        }))
    }

    /// Suspends once.
    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        suspended_once().await;
        Ok(verdict(self.checks.lists(user_id.as_str())))
    }
}

#[callbacks]
impl ThirdPartyRules for SideModule {
    /// Looks up the sender's membership; users without one may not send.
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let member = state_events.get("m.room.member", event.sender().as_str()).await?;
        Ok(if member.is_some() { EventDecision::Allow } else { EventDecision::Deny })
    }
}

export_module!(SideModule);
