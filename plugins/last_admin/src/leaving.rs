//! Prepares a room for its last admin's leave.

use std::cmp::Reverse;

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::LastAdmin;
use crate::config::Mode;
use crate::power_levels::{ADMIN, POWER_LEVELS, PowerLevels};

impl LastAdmin {
    /// If the last admin is leaving, sends the events that the config demands while that user still
    /// can. Returns whether anything was sent.
    pub(crate) async fn prepare_leave(
        &self,
        leave: &Event<'_>,
        state: &State<'_>,
    ) -> Result<bool, ModuleError> {
        let leaver = leave.sender();
        if !self.api.is_mine(leaver) {
            return Ok(false);
        }
        let Some(levels) = PowerLevels::of(state).await? else { return Ok(false) };
        if !is_last_admin(leaver, &levels, state).await? {
            return Ok(false);
        }
        if self.config.promotes() {
            let heirs = self.heirs(leaver, &levels, state).await?;
            if !heirs.is_empty() {
                // A creator has no level to pass on, since creators are above all levels.
                let level = levels.listed(leaver.as_str()).unwrap_or(ADMIN);
                self.send(leave, POWER_LEVELS, &levels.with(&heirs, level)).await?;
                return Ok(true);
            }
        }
        match self.config.mode {
            Mode::PromoteOnly => return Ok(false),
            Mode::Open => self.send(leave, POWER_LEVELS, &levels.opened(leaver.as_str())).await?,
            // The module is called for this event, too, and then does the rest.
            Mode::Freeze => {
                self.send(leave, &self.config.frozen_event_type, &json!({"frozen": true})).await?;
            }
        }
        Ok(true)
    }

    /// The present users with the highest level among those who may become admins.
    async fn heirs<'l>(
        &self,
        leaver: &UserId,
        levels: &'l PowerLevels,
        state: &State<'_>,
    ) -> Result<Vec<&'l str>, ModuleError> {
        let may_inherit = |user: &str, level: i64| {
            user != leaver.as_str()
                && level > levels.users_default()
                && !is_of(UserId::new(user), &self.config.domains_forbidden)
        };
        let users = levels.users().filter(|(user, level)| may_inherit(user, *level));
        let mut users: Vec<(&str, i64)> = users.collect();
        users.sort_by_key(|(_, level)| Reverse(*level));
        let (mut heirs, mut highest) = (Vec::new(), i64::MIN);
        for (user, level) in users {
            if level < highest {
                break;
            }
            if is_there(user, state).await? {
                heirs.push(user);
                highest = level;
            }
        }
        Ok(heirs)
    }
}

/// Whether a user is the only admin who is in the room or invited.
async fn is_last_admin(
    user: &UserId,
    levels: &PowerLevels,
    state: &State<'_>,
) -> Result<bool, ModuleError> {
    if levels.users_default() >= ADMIN || !levels.admins().any(|admin| admin == user.as_str()) {
        return Ok(false);
    }
    for admin in levels.admins().filter(|admin| *admin != user.as_str()) {
        if is_there(admin, state).await? {
            return Ok(false);
        }
    }
    // A user who declines an invite is not in the room and cannot send anything.
    Ok(membership(user.as_str(), state).await?.as_deref() == Some("join"))
}

async fn is_there(user: &str, state: &State<'_>) -> Result<bool, ModuleError> {
    Ok(matches!(membership(user, state).await?.as_deref(), Some("join" | "invite")))
}

/// A user's membership. One that cannot be read counts as none.
async fn membership(user: &str, state: &State<'_>) -> Result<Option<String>, ModuleError> {
    let Some(event) = state.get("m.room.member", user).await? else { return Ok(None) };
    Ok(event.membership().ok().flatten().map(|membership| membership.into_owned()))
}

/// Whether a user belongs to one of these homeservers.
pub(crate) fn is_of(user: &UserId, domains: &[String]) -> bool {
    user.server_name().is_some_and(|name| domains.iter().any(|domain| domain == name))
}
