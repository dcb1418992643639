//! The config and its checks.

use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;

/// Refuses invites and events by server, by text and by regular expression.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Servers whose users may not invite anyone: full names, including any port.
    pub(crate) blocked_invite_servers: Vec<String>,

    /// Servers whose users' events are all spam: full names, including any port.
    pub(crate) blocked_message_servers: Vec<String>,

    /// Events whose `body` equals one of these are spam. A missing `body` counts as "".
    pub(crate) blocked_texts: Vec<String>,

    /// Events whose `body` contains a match of one of these are spam: regular expressions as for
    /// Python's `re.search`.
    #[cfg_attr(test, schemars(with = "Vec<String>", extend("default" = [])))]
    pub(crate) blocked_regexes: Vec<PythonRegex>,

    /// Not supported yet: only false is allowed.
    soft_fail: bool,

    /// The unchanged config of `synapse_simple_antispam.AntiSpamInvites`.
    #[serde(rename = "AntiSpamInvites")]
    invites: Servers,

    /// The unchanged config of `synapse_simple_antispam.AntiSpamHomeserverMessages`.
    #[serde(rename = "AntiSpamHomeserverMessages")]
    homeserver_messages: Servers,

    /// The unchanged config of `synapse_simple_antispam.AntiSpamText`.
    #[serde(rename = "AntiSpamText")]
    text: Texts,

    /// The unchanged config of `synapse_simple_antispam.AntiSpamRegex`.
    #[serde(rename = "AntiSpamRegex")]
    regex: Regexes,
}

/// The config of a class that blocks servers.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Servers {
    /// Full server names.
    blocked_homeservers: Vec<String>,
}

/// The config of the class that blocks texts.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Texts {
    /// Complete bodies.
    blocked_messages: Vec<String>,
}

/// The config of the class that blocks by regular expression.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Regexes {
    /// Regular expressions.
    #[cfg_attr(test, schemars(with = "Vec<String>", extend("default" = [])))]
    blocked_messages: Vec<PythonRegex>,
}

impl Config {
    /// Checks the config, and moves the values under the original's classes to the plugin's own
    /// keys.
    pub(crate) fn checked(mut self) -> Result<Self, ConfigError> {
        if self.soft_fail {
            return Err(ConfigError::new(
                "no homeserver lets a module soft-fail an event yet: leave it out; the homeserver \
                 itself soft-fails spam from other servers",
            )
            .at("soft_fail"));
        }
        self.blocked_invite_servers.append(&mut self.invites.blocked_homeservers);
        self.blocked_message_servers.append(&mut self.homeserver_messages.blocked_homeservers);
        self.blocked_texts.append(&mut self.text.blocked_messages);
        self.blocked_regexes.append(&mut self.regex.blocked_messages);
        Ok(self)
    }

    /// Warnings about values that are probably mistakes.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let servers = self.blocked_invite_servers.iter().chain(&self.blocked_message_servers);
        let mut doubts: Vec<String> = servers.filter_map(|server| doubt(server)).collect();
        if self.blocked_texts.iter().any(String::is_empty) {
            doubts.push(
                "the blocked text \"\" matches all events without a `body`: they are spam, names \
                 and topics of rooms too"
                    .to_owned(),
            );
        }
        let on_nothing = self.blocked_regexes.iter().filter(|regex| regex.search("") == Ok(true));
        doubts.extend(on_nothing.map(|regex| {
            format!(
                "the blocked regular expression `{}` matches \"\", so all events without a `body` \
                 are spam, names and topics of rooms too",
                regex.as_str()
            )
        }));
        doubts
    }
}

/// The warning about a server name that is probably a mistake, if any.
fn doubt(server: &str) -> Option<String> {
    if !server.is_empty() && server.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!(
            "the blocked server `{server}` is a port: it blocks every server whose name ends in \
             `:{server}`"
        ));
    }
    let stray =
        server.is_empty() || server.contains(['*', '?', '@', '/']) || server.starts_with(':');
    stray.then(|| {
        format!(
            "the blocked server `{server}` is not a server name, so it blocks nobody: names are \
             compared exactly, without wildcards"
        )
    })
}
