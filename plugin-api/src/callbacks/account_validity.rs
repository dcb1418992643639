//! Category `account_validity`: accounts that expire.

use std::future::Future;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::{StableAbi, staticref};

#[cfg(feature = "host")]
use std::sync::Arc;

use crate::boundary::{FfiWaker, FutureSlot, Out, PanicReport, Status, start};
#[cfg(feature = "host")]
use crate::host::{Callback, Dispatch, Instance};
#[cfg(feature = "host")]
use crate::table::host_face;
use crate::table::{CallbackInfo, Category, Row, callbacks, contains};
use crate::values::arg::Arg;
use crate::values::{ModuleError, UserId};

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
        async fn is_user_expired(&self, user_id: &UserId) -> Option<bool>, since 0;

        /// A user has registered.
        ///
        /// Called when the account exists, however it was made.
        ///
        /// Combined: all are told, in order; the first failure ends it. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn on_user_registration(&self, user_id: &UserId) -> (), since 0;

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
        ) -> (), since 0;
    }
}
