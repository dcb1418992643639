//! The config and its checks.

use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;
use serde_json::Value;

/// Lets users of this homeserver join the rooms that they are invited to.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether only invites to direct messages are accepted.
    #[serde(default)]
    pub(crate) only_for_direct_messages: bool,

    /// Whether only invites by users of this homeserver are accepted.
    #[serde(default)]
    pub(crate) only_from_local_users: bool,

    /// The name of the worker process that accepts invites; without it, the main process does.
    pub(crate) worker_to_run_on: Option<String>,

    /// Invites from users whose whole ID matches one of these are not accepted automatically:
    /// regular expressions as for Python's `re.fullmatch`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>", extend("default" = [])))]
    pub(crate) exclude_senders: Vec<PythonRegex>,

    /// The total number of attempts to join: at once, then after 1 s, 2 s, 4 s and so on.
    #[serde(default = "five")]
    #[cfg_attr(test, schemars(range(min = 1, max = 10)))]
    pub(crate) max_retries: u32,

    /// The name of `only_for_direct_messages` in the module `synapse_auto_accept_invite`.
    #[serde(default)]
    accept_invites_only_for_direct_messages: bool,

    /// The name of `only_from_local_users` in the module `synapse_auto_accept_invite`.
    #[serde(default)]
    accept_invites_only_from_local_users: bool,
}

const fn five() -> u32 {
    5
}

/// The upper limit of `max_retries`. The last pause then takes minutes.
const RETRIES_MAX: u32 = 10;

/// The prefix of these keys in the original module.
const OLD: &str = "accept_invites_";

impl Config {
    /// Reads the config, and moves values under the original's names to the plugin's own keys.
    pub(crate) fn read(written: Value) -> Result<Self, ConfigError> {
        for name in ["only_for_direct_messages", "only_from_local_users"] {
            let old = format!("{OLD}{name}");
            if written.get(name).is_some() && written.get(&*old).is_some() {
                let message = format!("it is another name of `{name}`: leave one of them out");
                return Err(ConfigError::new(message).at(&*old));
            }
        }
        let mut config: Self = config_from_value(written)?;
        config.only_for_direct_messages |= config.accept_invites_only_for_direct_messages;
        config.only_from_local_users |= config.accept_invites_only_from_local_users;
        if !(1..=RETRIES_MAX).contains(&config.max_retries) {
            let message = format!("{} is not between 1 and {RETRIES_MAX}", config.max_retries);
            return Err(ConfigError::new(message).at("max_retries"));
        }
        Ok(config)
    }
}
