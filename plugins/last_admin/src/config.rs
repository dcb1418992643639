//! The config and its checks.

use hsmod_plugin_api::prelude::*;

/// Looks after rooms whose last admin leaves.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What happens to a room whose last admin leaves, if no one is made an admin.
    #[cfg_attr(test, schemars(extend("default" = "freeze")))]
    pub(crate) mode: Mode,

    /// Whether the remaining users with the highest power level become admins. The default is true
    /// only if `mode` is `promote_only`.
    promote_moderators: Option<bool>,

    /// Homeservers whose users may not unfreeze rooms.
    pub(crate) unfreeze_blacklist: Vec<String>,

    /// Homeservers whose users are not made admins.
    pub(crate) domains_forbidden: Vec<String>,

    /// The type of the state event that says whether a room is frozen.
    pub(crate) frozen_event_type: String,
}

/// What happens to a room without admins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// The room accepts no events until a member unfreezes it and so becomes its admin.
    #[default]
    Freeze,
    /// The room stays as it is.
    PromoteOnly,
    /// All members become admins.
    Open,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            promote_moderators: None,
            unfreeze_blacklist: Vec::new(),
            domains_forbidden: Vec::new(),
            frozen_event_type: "org.matrix.room.frozen".to_owned(),
        }
    }
}

impl Config {
    pub(crate) fn promotes(&self) -> bool {
        self.promote_moderators.unwrap_or(self.mode == Mode::PromoteOnly)
    }

    /// Checks the config.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        if self.mode == Mode::PromoteOnly && !self.promotes() {
            return Err(ConfigError::new(
                "with `mode: promote_only`, false leaves nothing to do: remove one of the two",
            )
            .at("promote_moderators"));
        }
        for (key, domains) in [
            ("unfreeze_blacklist", &self.unfreeze_blacklist),
            ("domains_forbidden", &self.domains_forbidden),
        ] {
            for (item, domain) in domains.iter().enumerate() {
                if domain.is_empty() || domain.contains(['@', '*', '/', ' ']) {
                    let error = ConfigError::new(format_args!(
                        "`{domain}` is not a server name: write it like \"example.com\""
                    ));
                    return Err(error.at(key).at(item));
                }
            }
        }
        // Types in Matrix's own namespace would have two meanings.
        let frozen = &self.frozen_event_type;
        if frozen.is_empty() || frozen.starts_with("m.") {
            let error = ConfigError::new(format_args!(
                "`{frozen}` is not a custom event type: write it like \"org.example.frozen\""
            ));
            return Err(error.at("frozen_event_type"));
        }
        Ok(self)
    }
}
