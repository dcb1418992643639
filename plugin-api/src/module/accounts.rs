//! Creates an account and its first device in one call.

use serde::Serialize;

use super::ModuleApi;
use crate::values::{ModuleError, UserId};

impl ModuleApi {
    /// Creates an account that is no admin, as [`register_user`](Self::register_user) does, and a
    /// device for it, as [`register_device`](Self::register_device) does. Returns the user ID and
    /// the device's access token, which is a secret. Since Synapse 0.25.
    ///
    /// Mirrors `synapse.module_api.ModuleApi.register`, which is deprecated there too.
    ///
    /// # Errors
    /// Those of the two requests. If the second fails, the account exists nevertheless.
    #[deprecated(
        note = "it makes a device that perhaps nobody needs: use `register_user`, and `register_device` \
                where somebody does"
    )]
    pub async fn register(
        &self,
        localpart: &str,
        displayname: Option<&str>,
        emails: &(impl Serialize + Sync + ?Sized),
    ) -> Result<(String, String), ModuleError> {
        let user_id = self.register_user(localpart, displayname, emails, false).await?;
        let device = self.register_device(UserId::new(&user_id), None, None).await?;
        Ok((user_id, device.access_token))
    }
}
