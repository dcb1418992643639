//! Category `account_validity`: accounts that expire.

use crate::module::WebRequest;
use crate::table::callbacks;
use crate::values::{LegacyRenewal, UserId};

callbacks! {
    /// Accounts that expire, and news of registrations and logins.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. Modules are
    /// asked in the order of the config. All callbacks may be called from any thread, several at
    /// once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/account_validity_callbacks.py`.
    pub trait AccountValidity = "account_validity",
        written AccountValidityCallbacks, table AccountValidityTable AccountValidityTableRef,
        all AccountValidities, lists AccountValidityLists
    {
        /// Whether a user's account has expired: yes, no, or no opinion (`None`).
        ///
        /// Called for each authenticated request of a client (so it should answer at once), and
        /// before a user is pushed to. An expired user gets a 403 `ORG_MATRIX_EXPIRED_ACCOUNT`.
        ///
        /// Combined: the first opinion decides. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn is_user_expired(&self, user_id: &UserId) -> Option<bool>, since 0, denies {
            //! // `None` leaves it to the other modules.
            //! Ok(self.listed.contains(user_id).then_some(true))
        }

        /// A user has registered.
        ///
        /// Called when the account exists, however it was created.
        ///
        /// Combined: all are told, in order; the first failure ends it. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn on_user_registration(&self, user_id: &UserId) -> (), since 0 {
            //! tracing::info!(user = %user_id, "is new here");
            //! Ok(())
        }

        /// A user has logged in.
        ///
        /// Called when the device exists. `auth_provider_type` is the type of login;
        /// `auth_provider_id` names the SSO provider.
        ///
        /// Combined: all are told, in order; the first failure ends it. On failure: the request fails.
        /// Since Synapse 1.98.
        async fn on_user_login(
            &self,
            user_id: &UserId,
            auth_provider_type: Option<&str>,
            auth_provider_id: Option<&str>,
        ) -> (), since 0 {
            //! let how = auth_provider_id.or(auth_provider_type).unwrap_or("nothing we know of");
            //! tracing::info!(user = %user_id, how, "logged in");
            //! Ok(())
        }

        /// Sends a user the mail with which they can renew their account.
        ///
        /// Called when a user asks for it (`POST /_matrix/client/unstable/account_validity/send_mail`),
        /// instead of what the homeserver would do itself.
        ///
        /// Combined: one module only; a second one refuses the start. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn on_legacy_send_mail(&self, user_id: &UserId) -> (), since 0 {
            //! let addresses = self.api.get_threepids_for_user(user_id).await?;
            //! let Some(email) = addresses.iter().find(|address| address.medium == "email") else {
            //!     return Err(ModuleError::http(400, ErrorCode::NotFound, "You have no e-mail address"));
            //! };
            //! let text = "Follow this link: https://example.com/renew?token=..";
            //! self.api.send_mail(&email.address, "Renew your account", text, text).await
        }

        /// Renews an account with the token from a mail.
        ///
        /// Called when a user follows the mail's link
        /// (`GET /_matrix/client/unstable/account_validity/renew`), instead of what the homeserver
        /// would do itself.
        ///
        /// Combined: one module only; a second one refuses the start. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn on_legacy_renew(&self, token: &str) -> LegacyRenewal, since 0 {
            //! const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
            //! let now = i64::try_from(self.api.get_current_time_msec())?;
            //! let known = self.listed.contains(token);
            //! Ok(if known { LegacyRenewal::valid(now + YEAR_MS) } else { LegacyRenewal::UNKNOWN })
        }

        /// Renews an account for a server admin, and answers until when it is now valid:
        /// milliseconds since 1970.
        ///
        /// Called for `POST /_synapse/admin/v1/account_validity/validity`, with the whole request,
        /// after the homeserver has verified that an admin makes it.
        ///
        /// Combined: one module only; a second one refuses the start. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn on_legacy_admin_request(&self, request: &WebRequest<'_>) -> i64, since 0 {
            //! #[derive(Deserialize)]
            //! struct Renewal {
            //!     expiration_ts: i64,
            //! }
            //! let renewal: Renewal = request.json()?;
            //! Ok(renewal.expiration_ts)
        }
    }
}
