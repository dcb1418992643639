//! Group `logins`.

use super::Canned;
use super::users::unknown_token;
use crate::requests::Logins;
use crate::requests::logins::{RegisteredDevice, RegistrationToken};
use crate::testing::world::bad_request;
use crate::values::{ModuleError, UserId};

impl Logins for Canned {
    async fn register_device(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        _initial_display_name: Option<&str>,
    ) -> Result<RegisteredDevice, ModuleError> {
        let mut known = self.known();
        let device_id = device_id.map_or_else(|| known.name("device"), str::to_owned);
        let access_token = known.name("token");
        let user = known.local_user(user_id)?;
        user.access_tokens.insert(access_token.clone(), device_id.clone());
        Ok(RegisteredDevice { device_id, access_token, ..RegisteredDevice::default() })
    }

    async fn create_login_token(
        &self,
        user_id: &UserId,
        _duration_in_ms: u64,
        _auth_provider_id: Option<&str>,
        _auth_provider_session_id: Option<&str>,
    ) -> Result<String, ModuleError> {
        let mut known = self.known();
        known.local_user(user_id)?;
        Ok(known.name("login-token"))
    }

    async fn invalidate_access_token(&self, access_token: &str) -> Result<(), ModuleError> {
        let mut known = self.known();
        let mut users = known.users.values_mut();
        let found = users.find_map(|user| Some((user.access_tokens.remove(access_token)?, user)));
        let Some((device_id, user)) = found else { return Err(unknown_token()) };
        user.access_tokens.retain(|_, device| *device != device_id);
        Ok(())
    }

    async fn complete_sso_login_async(
        &self,
        registered_user_id: &UserId,
        client_redirect_url: &str,
        _new_user: bool,
        _auth_provider_id: Option<&str>,
    ) -> Result<String, ModuleError> {
        let mut known = self.known();
        known.local_user(registered_user_id)?;
        let token = known.name("login-token");
        let mark = if client_redirect_url.contains('?') { '&' } else { '?' };
        Ok(format!("{client_redirect_url}{mark}loginToken={token}"))
    }

    async fn create_registration_token(
        &self,
        token: Option<&str>,
        uses_allowed: Option<i64>,
        expiry_time: Option<i64>,
    ) -> Result<RegistrationToken, ModuleError> {
        let mut known = self.known();
        let token = token.map_or_else(|| known.name("registration-token"), str::to_owned);
        if known.registration_tokens.contains_key(&token) {
            return Err(bad_request(format!("Token already exists: {token}")));
        }
        let made = RegistrationToken { token, uses_allowed, completed: 0, expiry_time };
        known.registration_tokens.insert(made.token.clone(), made.clone());
        Ok(made)
    }

    async fn get_registration_tokens(&self) -> Result<Vec<RegistrationToken>, ModuleError> {
        Ok(self.known().registration_tokens.values().cloned().collect())
    }

    async fn delete_registration_token(&self, token: &str) -> Result<bool, ModuleError> {
        Ok(self.known().registration_tokens.remove(token).is_some())
    }
}
