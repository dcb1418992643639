//! Group `users`: accounts.

use serde::{Deserialize, Serialize};

use crate::module::{ModuleApi, WebRequest};
use crate::table::requests;
use crate::values::json_answer::json_answers;
use crate::values::{JsonStr, UserId};

/// A homeserver's information about an account:
/// [`get_userinfo_by_id`](ModuleApi::get_userinfo_by_id).
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<bool, ModuleError> {
/// let Some(info) = api.get_userinfo_by_id(user_id).await? else { return Ok(false) };
/// let may_post = !info.is_suspended && !info.is_locked && !info.is_deactivated;
/// // Unlike all other times, this one is in seconds:
/// let age_ms = api.get_current_time_msec().saturating_sub(info.creation_ts.unsigned_abs() * 1000);
/// # Ok(may_post && age_ms > 24 * 3600 * 1000)
/// # }
/// ```
///
/// Mirrors `synapse.module_api.UserInfo` (`synapse/types`), all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserInfo {
    /// The full user ID.
    pub user_id: String,
    /// Whether the user is a server admin.
    pub is_admin: bool,
    /// Whether the user is a guest.
    pub is_guest: bool,
    /// Whether the account was deactivated.
    pub is_deactivated: bool,
    /// Whether the user is shadow-banned.
    pub is_shadow_banned: bool,
    /// Whether the account is locked.
    pub is_locked: bool,
    /// Whether the account is suspended: the user may read, leave rooms, and do little else.
    pub is_suspended: bool,
    /// Whether an admin has approved the account, if approval is required.
    pub approved: bool,
    /// The application service that the user belongs to.
    pub appservice_id: Option<String>,
    /// When the account was created: **seconds** since 1970, as in Synapse, whose other times are
    /// in milliseconds.
    pub creation_ts: i64,
    /// The version of the terms that the user consented to.
    pub consent_version: Option<String>,
    /// When the user consented to it: milliseconds since 1970.
    pub consent_ts: Option<i64>,
    /// The latest version of the terms for which the server asked for consent in a server notice.
    pub consent_server_notice_sent: Option<String>,
    /// `None` for an ordinary user; `support`, `bot`, or another type that the operator allows.
    pub user_type: Option<String>,
}

impl UserInfo {
    /// An ordinary account, of which nothing else is known.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), approved: true, ..Self::default() }
    }
}

/// A user's display name and avatar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Profile {
    /// The display name.
    pub display_name: Option<String>,
    /// The `mxc:` URL of the avatar.
    pub avatar_url: Option<String>,
}

impl Profile {
    /// The answer of a homeserver.
    pub fn new(display_name: Option<&str>, avatar_url: Option<&str>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self { display_name: owned(display_name), avatar_url: owned(avatar_url) }
    }
}

/// An address and client from which a user was active.
///
/// Mirrors `synapse.module_api.UserIpAndAgent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserIpAndAgent {
    /// The IP address.
    pub ip: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The latest time: milliseconds since 1970.
    pub last_seen: i64,
}

/// The user who makes a request.
///
/// Mirrors `synapse.module_api.Requester`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AuthenticatedUser {
    /// The full user ID.
    pub user_id: String,
    /// The device.
    pub device_id: Option<String>,
    /// The application service that acts for the user.
    pub app_service_id: Option<String>,
    /// Who was really authenticated; `None` for the user themselves.
    pub authenticated_entity: Option<String>,
    /// Whether it is a guest.
    pub is_guest: bool,
    /// Whether the user is shadow-banned.
    pub is_shadow_banned: bool,
}

impl AuthenticatedUser {
    /// An ordinary user, of whom nothing else is known.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), ..Self::default() }
    }
}

json_answers! {
    Option<UserInfo>;
    Profile;
    Vec<UserIpAndAgent>;
    AuthenticatedUser;
    Vec<(String, String)>;
}

requests! {
    /// Accounts.
    pub trait Users = users on ModuleApi,
        written UsersRequests, table UsersTable UsersTableRef, erased ErasedUsers
    {
        /// The homeserver's information about an account; `None` if there is none. Since Synapse
        /// 1.41.
        async fn get_userinfo_by_id(&self, user_id: &UserId) -> Option<UserInfo>, since 0 {
            /// let user = api.get_userinfo_by_id(user_id).await?;
            /// let is_guest = user.is_some_and(|user| user.is_guest);
        }

        /// The user who makes a request to a web resource, by its access token. Calls
        /// `is_user_expired` unless `allow_expired`; refuses guests unless `allow_guest`. An error
        /// is an HTTP refusal (401 `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN`, 403), which the resource
        /// passes on with `?`. Since Synapse 1.39.
        async fn get_user_by_req(
            &self,
            request: &WebRequest<'_>,
            allow_guest: bool,
            allow_expired: bool,
        ) -> AuthenticatedUser, since 0 {
            /// // Neither guests nor expired accounts.
            /// let requester = api.get_user_by_req(request, false, false).await?;
            /// let answer = serde_json::json!({"you_are": requester.user_id});
        }

        /// Whether a user is a server admin; false for a user without an account. Since Synapse
        /// 1.39.
        async fn is_user_admin(&self, user_id: &UserId) -> bool, since 0 {
            /// if !api.is_user_admin(user_id).await? {
            ///     return Err(ModuleError::http(403, ErrorCode::Forbidden, "You are not a server admin"));
            /// }
        }

        /// Makes a user of this homeserver a server admin, or revokes that. Since Synapse 1.56.
        async fn set_user_admin(&self, user_id: &UserId, admin: bool) -> (), since 0 {
            /// api.set_user_admin(user_id, true).await?;
        }

        /// The profile of a user of this homeserver, by the local part of the user ID. Since
        /// Synapse 1.39.
        async fn get_profile_for_user(&self, localpart: &str) -> Profile, since 0 {
            /// let profile = api.get_profile_for_user(user_id.localpart()).await?;
            /// let name = profile.display_name.unwrap_or_else(|| user_id.to_string());
        }

        /// The user ID in the homeserver's notation, if the account exists. Since Synapse 0.25.
        async fn check_user_exists(&self, user_id: &UserId) -> Option<String>, since 0 {
            /// if api.check_user_exists(user_id).await?.is_none() {
            ///     return Err(ModuleError::http(404, ErrorCode::NotFound, "There is no such user"));
            /// }
        }

        /// Checks that a local part may be registered; the error says why not (400 `M_USER_IN_USE`,
        /// `M_INVALID_USERNAME`). Since Synapse 1.52.
        async fn check_username(&self, username: &str) -> (), since 0 {
            /// // The error tells the client what is wrong with the name.
            /// api.check_username("weather-bot").await?;
        }

        /// Creates an account, and answers its user ID. `displayname`: `None` for the local part.
        /// `emails` is a list of addresses to bind to it. Errors as for `check_username`. Calls
        /// `check_registration_for_spam`, and triggers `on_user_registration`, also of this module.
        /// Since Synapse 1.2.
        async fn register_user(
            &self,
            localpart: &str,
            displayname: Option<&str>,
            emails: &JsonStr as List,
            admin: bool,
        ) -> String, since 0 {
            /// let emails = ["ann@example.com"];
            /// let user_id = api.register_user("ann", Some("Ann"), &emails, false).await?;
        }

        /// Sets the display name of a user of this homeserver, as an admin would; `None` removes
        /// it. Triggers `on_profile_update`. Since Synapse 1.76.
        async fn set_displayname(
            &self,
            user_id: &UserId,
            new_displayname: Option<&str>,
        ) -> (), since 0 {
            /// api.set_displayname(user_id, Some("Ann")).await?;
        }

        /// Records that the SSO provider `auth_provider_id` knows a user by `external_id`. An error
        /// if it belongs to another user. Since Synapse 1.9.
        async fn record_user_external_id(
            &self,
            auth_provider_id: &str,
            external_id: &str,
            registered_user_id: &UserId,
        ) -> (), since 0 {
            /// api.record_user_external_id("oidc-example", "248289761001", user_id).await?;
        }

        /// The addresses and clients from which a user of this homeserver was active since this
        /// time, in milliseconds since 1970 (0 for all time); empty for a user of another homeserver.
        /// Since Synapse 1.44.
        async fn get_user_ip_and_agents(
            &self,
            user_id: &UserId,
            since_ts: i64,
        ) -> Vec<UserIpAndAgent>, since 0 {
            /// let seen = api.get_user_ip_and_agents(user_id, 0).await?;
            /// let addresses: Vec<&str> = seen.iter().map(|seen| &*seen.ip).collect();
        }

        /// The application service and user ID of each user who was active in a period, in
        /// milliseconds since 1970; `None` leaves that end open. Since Synapse 1.61.
        async fn get_monthly_active_users_by_service(
            &self,
            start_timestamp: Option<i64>,
            end_timestamp: Option<i64>,
        ) -> Vec<(String, String)>, since 0 {
            /// // Since the beginning of 2026.
            /// let since = Some(1_767_225_600_000);
            /// let active = api.get_monthly_active_users_by_service(since, None).await?;
            /// let bridged = active.iter().filter(|(service, _)| service == "irc-bridge").count();
        }

        /// Deactivates an account for good, and with `erase` forgets as much as possible of the
        /// user. An error if a module forbids it (403). Calls `check_can_deactivate_user`. Not in
        /// Synapse, whose modules reach into it for this.
        async fn deactivate_user(&self, user_id: &UserId, erase: bool) -> (), since 0 {
            /// // The user is forgotten, too.
            /// api.deactivate_user(user_id, true).await?;
        }

        /// Locks or unlocks an account: its access tokens do not work while it is locked, and work
        /// again afterwards. Not in Synapse, whose modules reach into it for this.
        async fn set_user_locked(&self, user_id: &UserId, locked: bool) -> (), since 0 {
            /// api.set_user_locked(user_id, true).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::answer::Answer;

    #[test]
    fn an_older_homeserver_says_nothing_of_suspension() {
        let older = r#"{"user_id": "@a:x", "is_locked": true, "creation_ts": 1700000000}"#;
        let info = Option::<UserInfo>::from_raw(older.into()).unwrap().unwrap();
        assert_eq!((info.is_locked, info.is_suspended), (true, false));
        let mut info = UserInfo::new("@a:x");
        info.is_suspended = true;
        info.consent_ts = Some(1_700_000_000_000);
        info.consent_server_notice_sent = Some("2".to_owned());
        let crossed = Some(info.clone()).into_raw().unwrap();
        assert_eq!(Option::<UserInfo>::from_raw(crossed), Ok(Some(info)));
    }
}
