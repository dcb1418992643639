//! What the operator says, and what is wrong with it.

use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;

/// Refuses invites and events by server, by text and by regular expression.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Servers whose users may invite nobody: whole names, with the port where there is one.
    pub(crate) blocked_invite_servers: Vec<String>,

    /// Servers all of whose users' events are spam: whole names, with the port where there is one.
    pub(crate) blocked_message_servers: Vec<String>,

    /// Events whose `body` is just this are spam. An event without a `body` counts as "".
    pub(crate) blocked_texts: Vec<String>,

    /// Events in whose `body` one of these matches somewhere are spam: regular expressions as Python's
    /// `re.search` takes them.
    #[cfg_attr(test, schemars(with = "Vec<String>", extend("default" = [])))]
    pub(crate) blocked_regexes: Vec<PythonRegex>,

    /// Not yet possible: only false.
    soft_fail: bool,

    /// The config of `synapse_simple_antispam.AntiSpamInvites`, as it is.
    #[serde(rename = "AntiSpamInvites")]
    invites: Servers,

    /// The config of `synapse_simple_antispam.AntiSpamHomeserverMessages`, as it is.
    #[serde(rename = "AntiSpamHomeserverMessages")]
    homeserver_messages: Servers,

    /// The config of `synapse_simple_antispam.AntiSpamText`, as it is.
    #[serde(rename = "AntiSpamText")]
    text: Texts,

    /// The config of `synapse_simple_antispam.AntiSpamRegex`, as it is.
    #[serde(rename = "AntiSpamRegex")]
    regex: Regexes,
}

/// The config of a class that blocks servers.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Servers {
    /// Whole names of servers.
    blocked_homeservers: Vec<String>,
}

/// The config of the class that blocks texts.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Texts {
    /// Whole bodies.
    blocked_messages: Vec<String>,
}

/// The config of the class that blocks what regular expressions match.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
struct Regexes {
    /// Regular expressions.
    #[cfg_attr(test, schemars(with = "Vec<String>", extend("default" = [])))]
    blocked_messages: Vec<PythonRegex>,
}

impl Config {
    /// The config with what the original's classes are told put into its own keys.
    pub(crate) fn checked(mut self) -> Result<Self, ConfigError> {
        if self.soft_fail {
            return Err(ConfigError::new(
                "no homeserver lets a module soft-fail an event yet: leave it out; what another server \
                 sends is soft-failed by the homeserver itself where it is spam",
            )
            .at("soft_fail"));
        }
        self.blocked_invite_servers.append(&mut self.invites.blocked_homeservers);
        self.blocked_message_servers.append(&mut self.homeserver_messages.blocked_homeservers);
        self.blocked_texts.append(&mut self.text.blocked_messages);
        self.blocked_regexes.append(&mut self.regex.blocked_messages);
        Ok(self)
    }

    /// What the operator most likely does not mean: a sentence each.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let servers = self.blocked_invite_servers.iter().chain(&self.blocked_message_servers);
        let mut doubts: Vec<String> = servers.filter_map(|server| doubt(server)).collect();
        if self.blocked_texts.iter().any(String::is_empty) {
            doubts.push(
                "the blocked text \"\" is that of all events without a `body`: they are spam, names and \
                 topics of rooms too"
                    .to_owned(),
            );
        }
        let on_nothing = self.blocked_regexes.iter().filter(|regex| regex.search("") == Ok(true));
        doubts.extend(on_nothing.map(|regex| {
            format!(
                "the blocked regular expression `{}` matches \"\", so that all events without a `body` \
                 are spam, names and topics of rooms too",
                regex.as_str()
            )
        }));
        doubts
    }
}

/// Why a server is most likely not what it should be.
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
            "the blocked server `{server}` is no name of a server, so that it blocks nobody: names are \
             compared as they are, without wildcards"
        )
    })
}
