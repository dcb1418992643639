//! What the operator says, and what is wrong with it.

use hsmod_interval::{Interval, MINUTE, YEAR};
use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;

use crate::domains::EmailDomains;

/// Decides who may register.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Domains of e-mail addresses with which nobody may register.
    pub(crate) blocked_email_domains: Vec<String>,

    /// A file with more of them, one a line; `#` begins a comment. It is read again when it has changed.
    pub(crate) blocked_email_domains_file: Option<String>,

    /// How often to look whether the file has changed: milliseconds, or a number with a unit, such as
    /// `30s` or `5m`.
    pub(crate) reload_interval: ReloadInterval,

    /// Whether a domain stands for those below it, too: `example.com` for `mail.example.com`.
    pub(crate) match_subdomains: bool,

    /// The only domains of e-mail addresses with which somebody may register. An empty list is all of
    /// them.
    pub(crate) allow_email_domains: Vec<String>,

    /// Python regular expressions, in which case does not matter. Nobody may have a username in which
    /// one of them finds something.
    pub(crate) deny_username_regexes: Vec<String>,

    /// How many characters a username has at least.
    pub(crate) min_username_length: u64,

    /// How many characters a username has at most.
    pub(crate) max_username_length: u64,

    /// Whether one request at least has to say which program it comes from.
    pub(crate) require_user_agent: bool,

    /// What becomes of a registration that is refused.
    pub(crate) action: Action,

    /// The only ways of registering that are looked at, such as `oidc-github`. An empty list is all of
    /// them, without a provider too.
    pub(crate) apply_to_auth_providers: Vec<String>,

    /// Where to tell of new users. Leave it out to tell nobody.
    pub(crate) notify: Option<Notify>,

    /// What `deny_username_regexes` come to.
    #[serde(skip)]
    pub(crate) username_regexes: Vec<PythonRegex>,

    /// What the keys about e-mail domains come to.
    #[serde(skip)]
    pub(crate) email_domains: EmailDomains,
}

/// What becomes of a registration that is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// The client is told that it asks too often.
    #[default]
    Deny,
    /// The user exists, and nobody sees what they send.
    ShadowBan,
}

/// Where to tell of new users.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(deny_unknown_fields)]
pub(crate) struct Notify {
    /// The ID of the room.
    pub(crate) room: String,

    /// Who tells it: a user of this homeserver who is in the room.
    pub(crate) sender: String,

    /// Whether everybody in the room is notified.
    #[serde(default)]
    pub(crate) mention_room: bool,

    /// Who is notified.
    #[serde(default)]
    pub(crate) mention_user_ids: Vec<String>,
}

/// Whoever looks more seldom than once in a year, or more often than once in a hundredth of a second,
/// has mistaken the unit.
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
    /// The config with what is made of it, if nothing is wrong.
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
                let error = ConfigError::new("no provider has an empty name");
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
    /// Which key has something else than it should.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if !self.room.starts_with('!') {
            let message = format!("`{}` is no room ID, which is like \"!id:server\"", self.room);
            return Err(("room", message));
        }
        let users = std::iter::once(("sender", &self.sender))
            .chain(self.mention_user_ids.iter().map(|user| ("mention_user_ids", user)));
        for (key, user) in users {
            if UserId::parse(user).is_err() {
                return Err((
                    key,
                    format!("`{user}` is no user ID, which is like \"@name:server\""),
                ));
            }
        }
        Ok(())
    }
}
