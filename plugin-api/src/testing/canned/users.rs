//! Group `users`.

use super::Canned;
use crate::module::WebRequest;
use crate::requests::Users;
use crate::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use crate::testing::user::{FakeUser, user};
use crate::testing::world::{Known, bad_request};
use crate::values::{ErrorCode, JsonStr, ModuleError, UserId};

impl Users for Canned {
    async fn get_userinfo_by_id(&self, user_id: &UserId) -> Result<Option<UserInfo>, ModuleError> {
        Ok(self.known().users.get(user_id.as_str()).map(|user| user.info.clone()))
    }

    async fn get_user_by_req(
        &self,
        request: &WebRequest<'_>,
        allow_guest: bool,
        _allow_expired: bool,
    ) -> Result<AuthenticatedUser, ModuleError> {
        let token = request.access_token()?;
        let known = self.known();
        let mut users = known.users.values();
        let found = users.find_map(|user| Some((user, user.access_tokens.get(&*token)?)));
        let Some((user, device)) = found else { return Err(unknown_token()) };
        if user.info.is_guest && !allow_guest {
            let (code, message) = (ErrorCode::GuestAccessForbidden, "Guest access not allowed");
            return Err(ModuleError::http(403, code, message));
        }
        Ok(authenticated(user, device))
    }

    async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
        Ok(self.known().users.get(user_id.as_str()).is_some_and(|user| user.info.is_admin))
    }

    async fn set_user_admin(&self, user_id: &UserId, admin: bool) -> Result<(), ModuleError> {
        self.known().local_user(user_id)?.info.is_admin = admin;
        Ok(())
    }

    async fn get_profile_for_user(&self, localpart: &str) -> Result<Profile, ModuleError> {
        let mut known = self.known();
        let user_id = format!("@{localpart}:{}", known.server_name);
        Ok(known.user(UserId::new(&user_id))?.profile.clone())
    }

    async fn check_user_exists(&self, user_id: &UserId) -> Result<Option<String>, ModuleError> {
        let known = self.known();
        let mut names = known.users.keys();
        Ok(names.find(|name| name.eq_ignore_ascii_case(user_id.as_str())).cloned())
    }

    async fn check_username(&self, username: &str) -> Result<(), ModuleError> {
        check_username(&self.known(), username).map(drop)
    }

    async fn register_user(
        &self,
        localpart: &str,
        displayname: Option<&str>,
        emails: &JsonStr,
        admin: bool,
    ) -> Result<String, ModuleError> {
        let emails: Vec<String> = emails.parse()?;
        let mut known = self.known();
        let user_id = check_username(&known, localpart)?;
        let mut made = user(&user_id).display_name(displayname.unwrap_or(localpart));
        made.info.creation_ts = known.clock.now() / 1000;
        made.info.is_admin = admin;
        made = emails.iter().fold(made, |user, email| user.threepid("email", email));
        known.users.insert(user_id.clone(), made);
        Ok(user_id)
    }

    async fn set_displayname(
        &self,
        user_id: &UserId,
        new_displayname: Option<&str>,
    ) -> Result<(), ModuleError> {
        let name = new_displayname.map(str::to_owned);
        self.known().local_user(user_id)?.profile.display_name = name;
        Ok(())
    }

    async fn record_user_external_id(
        &self,
        auth_provider_id: &str,
        external_id: &str,
        registered_user_id: &UserId,
    ) -> Result<(), ModuleError> {
        let id = (auth_provider_id.to_owned(), external_id.to_owned());
        let mut known = self.known();
        let taken = known.users.values().any(|user| user.external_ids.contains(&id));
        if taken {
            return Err(ModuleError::new(format_args!("somebody is {} at {} already", id.1, id.0)));
        }
        known.local_user(registered_user_id)?.external_ids.push(id);
        Ok(())
    }

    async fn get_user_ip_and_agents(
        &self,
        user_id: &UserId,
        since_ts: i64,
    ) -> Result<Vec<UserIpAndAgent>, ModuleError> {
        let known = self.known();
        let seen = known.users.get(user_id.as_str()).into_iter().flat_map(|user| &user.seen);
        Ok(seen.filter(|seen| seen.last_seen >= since_ts).cloned().collect())
    }

    async fn get_monthly_active_users_by_service(
        &self,
        start_timestamp: Option<i64>,
        end_timestamp: Option<i64>,
    ) -> Result<Vec<(String, String)>, ModuleError> {
        let span = start_timestamp.unwrap_or(i64::MIN)..=end_timestamp.unwrap_or(i64::MAX);
        let known = self.known();
        let active = |user: &&FakeUser| user.seen.iter().any(|seen| span.contains(&seen.last_seen));
        let service = |user: &FakeUser| {
            let service = user.info.appservice_id.as_deref().unwrap_or("native");
            (service.to_owned(), user.info.user_id.clone())
        };
        Ok(known.users.values().filter(active).map(service).collect())
    }

    async fn deactivate_user(&self, user_id: &UserId, erase: bool) -> Result<(), ModuleError> {
        let mut known = self.known();
        let user = known.local_user(user_id)?;
        user.info.is_deactivated = true;
        user.access_tokens.clear();
        if erase {
            user.profile = Profile::default();
            user.threepids.clear();
        }
        Ok(())
    }

    async fn set_user_locked(&self, user_id: &UserId, locked: bool) -> Result<(), ModuleError> {
        self.known().local_user(user_id)?.info.is_locked = locked;
        Ok(())
    }
}

pub(super) fn unknown_token() -> ModuleError {
    ModuleError::http(401, ErrorCode::UnknownToken, "Unrecognised access token")
}

fn authenticated(user: &FakeUser, device: &str) -> AuthenticatedUser {
    AuthenticatedUser {
        device_id: Some(device.to_owned()),
        app_service_id: user.info.appservice_id.clone(),
        is_guest: user.info.is_guest,
        is_shadow_banned: user.info.is_shadow_banned,
        ..AuthenticatedUser::new(&user.info.user_id)
    }
}

/// The user ID, if it may be registered.
fn check_username(known: &Known, localpart: &str) -> Result<String, ModuleError> {
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '=' | '/' | '+');
    if localpart.is_empty() || !localpart.chars().all(allowed) {
        let message = "User ID can only contain characters a-z, 0-9, or '_-./=+'";
        return Err(ModuleError::http(400, ErrorCode::InvalidUsername, message));
    }
    let user_id = format!("@{localpart}:{}", known.server_name);
    if user_id.len() > 255 {
        return Err(bad_request("User ID may not be longer than 255 characters"));
    }
    if known.users.contains_key(&user_id) {
        let message = "User ID already taken.";
        return Err(ModuleError::http(400, ErrorCode::UserInUse, message));
    }
    Ok(user_id)
}
