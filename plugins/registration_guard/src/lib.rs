#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;
mod domains;
mod notice;
mod usernames;

use hsmod_plugin_api::prelude::*;

use config::Action;
pub use config::Config;
use domains::EmailDomains;
use notice::Notice;
use usernames::Usernames;

/// The module.
pub struct RegistrationGuard {
    usernames: Usernames,
    email_domains: Arc<EmailDomains>,
    require_user_agent: bool,
    action: Action,
    /// The auth providers whose registrations are checked; empty means all registrations.
    auth_providers: Vec<String>,
    notice: Option<Notice>,
}

impl Module for RegistrationGuard {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked()
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let notice = config.notify.map(|notify| Notice::new(notify, api)).transpose()?;
        let email_domains = Arc::new(config.email_domains);
        if email_domains.are_in_a_file() {
            // On all instances, since any worker may handle registrations.
            let later = api.clone();
            api.with(&email_domains).looping_background_call_on_all_instances(
                "look for changes in the list of blocked e-mail domains",
                config.reload_interval.into(),
                move |domains| {
                    let api = later.clone();
                    async move { api.defer_to_thread(move || domains.reload()).await }
                },
            );
        }
        let lengths = config.min_username_length..=config.max_username_length;
        let module = Arc::new(Self {
            usernames: Usernames::new(lengths, config.username_regexes),
            email_domains,
            require_user_agent: config.require_user_agent,
            action: config.action,
            auth_providers: config.apply_to_auth_providers,
            notice,
        });
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for RegistrationGuard {
    async fn check_registration_for_spam(
        &self,
        email_threepid: Option<&Threepid<'_>>,
        username: Option<&str>,
        request_info: &[RequestInfo<'_>],
        auth_provider_id: Option<&str>,
    ) -> Result<RegistrationBehaviour, ModuleError> {
        let email = email_threepid.map(Threepid::address);
        let reason = if self.looks_at(auth_provider_id) {
            self.reason(email, username, request_info)
        } else {
            None
        };
        if let Some(reason) = reason {
            tracing::info!(action = ?self.action, "a registration is refused: {reason}");
            if matches!(self.action, Action::Deny) {
                return Ok(RegistrationBehaviour::Deny);
            }
        }
        if let Some(notice) = &self.notice {
            notice.send(username, email, auth_provider_id, request_info, reason);
        }
        Ok(match reason {
            Some(_) => RegistrationBehaviour::ShadowBan,
            None => RegistrationBehaviour::Allow,
        })
    }
}

impl RegistrationGuard {
    fn looks_at(&self, auth_provider_id: Option<&str>) -> bool {
        let is_listed = |id: &str| self.auth_providers.iter().any(|listed| listed == id);
        self.auth_providers.is_empty() || auth_provider_id.is_some_and(is_listed)
    }

    /// The reason to refuse a registration, if any.
    fn reason(
        &self,
        email: Option<&str>,
        username: Option<&str>,
        request_info: &[RequestInfo<'_>],
    ) -> Option<&'static str> {
        let of_username = || self.usernames.reason(username?);
        let of_email = || self.email_domains.reason(email?);
        let has_user_agent =
            || request_info.iter().any(|info| info.user_agent().is_some_and(|ua| !ua.is_empty()));
        let of_client = || {
            let lacks = self.require_user_agent && !has_user_agent();
            lacks.then_some("the client sent no user agent")
        };
        of_username().or_else(of_email).or_else(of_client)
    }
}

export_module!(RegistrationGuard, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
