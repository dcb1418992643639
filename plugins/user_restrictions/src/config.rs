//! What the operator says, and what is wrong with it.

use std::fmt;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::values::ConfigKey;
use hsmod_python_regex::PythonRegex;
use serde::Deserializer;
use serde::de::Visitor;

/// Says which users may do what, by rules.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Asked from top to bottom: the first rule that matches the user and lists the permission decides.
    rules: Vec<Rule>,

    /// What users may not do of whom no rule decides it. Everything else they may.
    default_deny: Option<Vec<Permission>>,
}

/// A rule for some users.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The users, by a regular expression of Python's that matches the whole user ID:
    /// `@.*:example\.com`.
    #[serde(rename = "match")]
    pattern: PythonRegex,

    /// What these users may do.
    #[serde(default)]
    allow: Vec<Permission>,

    /// What these users may not do. What is under `allow`, too, they may.
    #[serde(default)]
    deny: Vec<Permission>,
}

/// What a user may do or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "snake_case"))]
pub(crate) enum Permission {
    /// To invite users.
    Invite,
    /// To be invited.
    ReceiveInvites,
    /// To invite somebody by e-mail address or telephone number.
    #[cfg_attr(test, schemars(rename = "send_3pid_invite"))]
    Send3pidInvite,
    /// To create rooms.
    CreateRoom,
    /// To join rooms.
    JoinRoom,
    /// To create aliases of rooms.
    CreateAlias,
    /// To put rooms on the public list, and take them off it.
    PublishRoom,
    /// To upload media.
    UploadMedia,
}

impl Permission {
    const NAMED: [(&'static str, Self); 8] = [
        ("invite", Self::Invite),
        ("receive_invites", Self::ReceiveInvites),
        ("send_3pid_invite", Self::Send3pidInvite),
        ("create_room", Self::CreateRoom),
        ("join_room", Self::JoinRoom),
        ("create_alias", Self::CreateAlias),
        ("publish_room", Self::PublishRoom),
        ("upload_media", Self::UploadMedia),
    ];

    /// As the config has it.
    fn name(self) -> &'static str {
        let named = Self::NAMED.into_iter().find(|(_, permission)| *permission == self);
        named.map_or("", |(name, _)| name)
    }

    fn any() -> String {
        format!("one of `{}`", Self::NAMED.map(|(name, _)| name).join("`, `"))
    }
}

/// What serde derives says "expected value" of what is no string.
impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PermissionVisitor)
    }
}

struct PermissionVisitor;

impl Visitor<'_> for PermissionVisitor {
    type Value = Permission;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Permission::any())
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Permission, E> {
        let named = Permission::NAMED.into_iter().find(|(known, _)| *known == name);
        named.map(|(_, permission)| permission).ok_or_else(|| {
            E::custom(format_args!("unknown permission `{name}`, expected {}", Permission::any()))
        })
    }
}

impl Config {
    /// Reads it. Of what is wrong in a rule, the message tells the number of the rule, from 1.
    pub(crate) fn read(config: serde_json::Value) -> Result<Self, ConfigError> {
        config_from_value(config).map_err(|error| match error.path() {
            [ConfigKey::Key(key), ConfigKey::Item(item), ..] if key == "rules" => {
                let numbered = format!("rule {}: {}", item + 1, error.message());
                let path = error.path().iter().cloned();
                path.fold(ConfigError::new(numbered), ConfigError::at)
            }
            _ => error,
        })
    }

    /// Whether anything is said of a permission.
    pub(crate) fn mentions(&self, permission: Permission) -> bool {
        let denied = self.default_deny.iter().any(|denied| denied.contains(&permission));
        denied || self.rules.iter().any(|rule| rule.decision(permission).is_some())
    }

    /// Whether a user may do this. Nobody may do what a rule takes too long to say.
    pub(crate) fn allows(&self, user_id: &UserId, permission: Permission) -> bool {
        for rule in &self.rules {
            let Some(decision) = rule.decision(permission) else { continue };
            match rule.pattern.fullmatch(user_id.as_str()) {
                Ok(true) => return decision,
                Ok(false) => {}
                Err(error) => {
                    let permission = permission.name();
                    tracing::warn!("`{user_id}` is denied `{permission}`: {error}");
                    return false;
                }
            }
        }
        !self.default_deny.iter().any(|denied| denied.contains(&permission))
    }
}

impl Rule {
    /// What it says of a permission, to whom it matches.
    fn decision(&self, permission: Permission) -> Option<bool> {
        let allowed = self.allow.contains(&permission);
        (allowed || self.deny.contains(&permission)).then_some(allowed)
    }
}
