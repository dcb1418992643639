#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod accepting;
mod config;
mod direct;
mod invite;

use hsmod_plugin_api::prelude::*;

pub use config::Config;
use invite::Invite;

/// The module.
pub struct AutoAcceptInvites {
    api: ModuleApi,
    config: Config,
}

impl Module for AutoAcceptInvites {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        Config::read(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let here = config.worker_to_run_on.as_deref() == api.worker_name();
        let module = Arc::new(Self { api: api.clone(), config });
        if here {
            api.register_third_party_rules_callbacks(&module);
        } else {
            // Registers nothing explicitly, or the loader would warn that the callbacks were
            // forgotten.
            api.register_third_party_rules_callbacks(&module).only(&[""; 0]);
            let process = module.config.worker_to_run_on.as_deref();
            let process = process.unwrap_or("the main process");
            tracing::info!("invites are accepted in another process: {process}");
        }
        Ok(module)
    }
}

impl AutoAcceptInvites {
    /// Whether the config allows this invite to be accepted.
    fn is_wanted(&self, invite: &Invite) -> bool {
        let Config { only_for_direct_messages, only_from_local_users, .. } = self.config;
        (!only_for_direct_messages || invite.may_be_direct)
            && (!only_from_local_users || self.api.is_mine(&invite.sender))
            && !self.is_excluded(&invite.sender)
    }

    /// If matching takes too long, the invite is left to the user, which loses nothing.
    fn is_excluded(&self, sender: &UserId) -> bool {
        self.config.exclude_senders.iter().any(|regex| {
            regex.fullmatch(sender.as_str()).unwrap_or_else(|too_many| {
                tracing::warn!("invites from {sender} are not accepted: {too_many}");
                true
            })
        })
    }
}

// Processes that accept no invites register none of these.
#[callbacks]
impl ThirdPartyRules for AutoAcceptInvites {
    /// Returns at once and joins in the background, since later events of this module wait for it.
    async fn on_new_event(
        &self,
        event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        let Some(invite) = Invite::of(event) else { return Ok(()) };
        if !self.api.is_mine(&invite.user) || !self.is_wanted(&invite) {
            return Ok(());
        }
        let (api, attempts) = (self.api.clone(), self.config.max_retries);
        self.api.run_as_background_process("accept an invite", move || async move {
            accepting::accept(&api, &invite, attempts).await
        });
        Ok(())
    }
}

export_module!(
    AutoAcceptInvites,
    requires =
        ["update_room_membership", "get_userinfo_by_id", "get_global", "compare_and_set_global"],
    config_schema = include_str!("../config.schema.json")
);

#[cfg(test)]
mod tests;
