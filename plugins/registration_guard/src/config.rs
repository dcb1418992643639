//! The config and its checks.

use hsmod_interval::{Interval, MINUTE, YEAR};
use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;

use crate::domains::EmailDomains;

/// Decides who may register.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Domains of e-mail addresses that may not be used to register.
    pub(crate) blocked_email_domains: Vec<String>,

    /// A file with more of them, one per line; `#` begins a comment. It is read again when it
    /// changes.
    pub(crate) blocked_email_domains_file: Option<String>,

    /// How often to check the file for changes: milliseconds, or a number with a unit, such as
    /// `30s` or `5m`.
    pub(crate) reload_interval: ReloadInterval,

    /// Whether a domain includes its subdomains: `example.com` includes `mail.example.com`.
    pub(crate) match_subdomains: bool,

    /// The only domains of e-mail addresses that may be used to register. An empty list allows all.
    pub(crate) allow_email_domains: Vec<String>,

    /// Python regular expressions, matched ignoring case. A username in which one of them matches
    /// anywhere is refused.
    pub(crate) deny_username_regexes: Vec<String>,

    /// The minimum number of characters in a username.
    pub(crate) min_username_length: u64,

    /// The maximum number of characters in a username.
    pub(crate) max_username_length: u64,

    /// Whether at least one request of the registration must have a user agent.
    pub(crate) require_user_agent: bool,

    /// What happens to a registration that is refused.
    pub(crate) action: Action,

    /// The only auth providers whose registrations are checked, such as `oidc-github`. An empty
    /// list means all registrations, including those without a provider.
    pub(crate) apply_to_auth_providers: Vec<String>,

    /// Where to announce new users. Without it, they are not announced.
    pub(crate) notify: Option<Notify>,

    /// The compiled `deny_username_regexes`.
    #[serde(skip)]
    pub(crate) username_regexes: Vec<PythonRegex>,

    /// The values of the keys about e-mail domains.
    #[serde(skip)]
    pub(crate) email_domains: EmailDomains,
}

/// What happens to a registration that is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// The client gets an error that says it sends too many requests.
    #[default]
    Deny,
    /// The account is created, but no one sees what the user sends.
    ShadowBan,
}

/// Where to announce new users.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(deny_unknown_fields)]
pub(crate) struct Notify {
    /// The ID of the room.
    pub(crate) room: String,

    /// The sender of the announcements: a user of this homeserver who is in the room.
    pub(crate) sender: String,

    /// Whether to notify everyone in the room.
    #[serde(default)]
    pub(crate) mention_room: bool,

    /// The IDs of users to notify.
    #[serde(default)]
    pub(crate) mention_user_ids: Vec<String>,
}

/// An interval of more than a year or less than a hundredth of a second is probably a mistake in
/// the unit.
type ReloadInterval = Interval<10, YEAR>;

impl Default for Config {
    fn default() -> Self {
        let names = ["^admin$", "^root$", "^support$", "^postmaster$"];
        Self {
            blocked_email_domains: Vec::new(),
            blocked_email_domains_file: None,
            reload_interval: ReloadInterval::new(MINUTE),
            match_subdomains: false,
            allow_email_domains: Vec::new(),
            deny_username_regexes: names.map(str::to_owned).to_vec(),
            min_username_length: 3,
            max_username_length: 64,
            require_user_agent: false,
            action: Action::default(),
            apply_to_auth_providers: Vec::new(),
            notify: None,
            username_regexes: Vec::new(),
            email_domains: EmailDomains::default(),
        }
    }
}

impl Config {
    /// Checks the config and computes its derived values.
    pub(crate) fn checked(mut self) -> Result<Self, ConfigError> {
        for (item, regex) in self.deny_username_regexes.iter().enumerate() {
            let at = |error: ConfigError| error.at("deny_username_regexes").at(item);
            let regex =
                PythonRegex::ignoring_case(regex).map_err(|error| at(ConfigError::new(error)))?;
            self.username_regexes.push(regex);
        }
        if self.min_username_length > self.max_username_length {
            let max = self.max_username_length;
            let message =
                format!("no username has this length: at most {max} characters are allowed");
            return Err(ConfigError::new(message).at("min_username_length"));
        }
        for (item, id) in self.apply_to_auth_providers.iter().enumerate() {
            if id.trim().is_empty() {
                let error = ConfigError::new("the name of a provider is empty");
                return Err(error.at("apply_to_auth_providers").at(item));
            }
        }
        if let Some(notify) = &self.notify {
            notify
                .check()
                .map_err(|(key, message)| ConfigError::new(message).at("notify").at(key))?;
        }
        self.email_domains = EmailDomains::of(&self)?;
        Ok(self)
    }
}

impl Notify {
    /// Checks the values. Returns the key of an invalid one, with the message.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if !self.room.starts_with('!') {
            let message = format!("`{}` is not a room ID: write it like \"!id:server\"", self.room);
            return Err(("room", message));
        }
        let users = std::iter::once(("sender", &self.sender))
            .chain(self.mention_user_ids.iter().map(|user| ("mention_user_ids", user)));
        for (key, user) in users {
            if UserId::parse(user).is_err() {
                return Err((
                    key,
                    format!("`{user}` is not a user ID: write it like \"@name:server\""),
                ));
            }
        }
        Ok(())
    }
}
