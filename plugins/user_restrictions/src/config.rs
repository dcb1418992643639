//! The config and its checks.

use std::fmt;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::values::ConfigKey;
use hsmod_python_regex::PythonRegex;
use serde::Deserializer;
use serde::de::Visitor;

/// Rules that say which users may do what.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Evaluated from top to bottom: the first rule that matches the user and lists the permission
    /// decides.
    rules: Vec<Rule>,

    /// The permissions that are denied if no rule decides. All others are allowed.
    default_deny: Option<Vec<Permission>>,
}

/// A rule for some users.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Rule {
    /// A Python regular expression that must match the whole user ID: `@.*:example\.com`.
    #[serde(rename = "match")]
    pattern: PythonRegex,

    /// What these users may do.
    #[serde(default)]
    allow: Vec<Permission>,

    /// What these users may not do. `allow` takes precedence.
    #[serde(default)]
    deny: Vec<Permission>,
}

/// A permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "snake_case"))]
pub(crate) enum Permission {
    /// To invite users.
    Invite,
    /// To be invited.
    ReceiveInvites,
    /// To invite someone by e-mail address or phone number.
    #[cfg_attr(test, schemars(rename = "send_3pid_invite"))]
    Send3pidInvite,
    /// To create rooms.
    CreateRoom,
    /// To join rooms.
    JoinRoom,
    /// To create aliases of rooms.
    CreateAlias,
    /// To add rooms to the public list and remove them.
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

    /// The name in the config.
    fn name(self) -> &'static str {
        let named = Self::NAMED.into_iter().find(|(_, permission)| *permission == self);
        named.map_or("", |(name, _)| name)
    }

    fn any() -> String {
        format!("one of `{}`", Self::NAMED.map(|(name, _)| name).join("`, `"))
    }
}

/// Written by hand, because derived code reports "expected value" for a value that is not a string.
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
    /// Reads the config. The message about an invalid rule names the rule's number, counted from 1.
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

    /// Whether the config mentions a permission.
    pub(crate) fn mentions(&self, permission: Permission) -> bool {
        let denied = self.default_deny.iter().any(|denied| denied.contains(&permission));
        denied || self.rules.iter().any(|rule| rule.decision(permission).is_some())
    }

    /// Whether a user has this permission. If a rule takes too long to match, the answer is no.
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
    /// The rule's decision about a permission, for users that it matches.
    fn decision(&self, permission: Permission) -> Option<bool> {
        let allowed = self.allow.contains(&permission);
        (allowed || self.deny.contains(&permission)).then_some(allowed)
    }
}
