//! Group `threepids`: the e-mail addresses and telephone numbers of accounts.

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::UserId;
use crate::values::json_answer::json_answers;

/// An e-mail address or telephone number of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserThreepid {
    /// `email` or `msisdn`.
    pub medium: String,
    /// The address.
    pub address: String,
    /// When it was verified: milliseconds since 1970.
    pub validated_at: i64,
    /// When it was added to the account: milliseconds since 1970.
    pub added_at: i64,
}

json_answers! { Vec<UserThreepid>; }

requests! {
    /// The e-mail addresses and telephone numbers of accounts.
    pub trait Threepids = threepids on ModuleApi,
        written ThreepidsRequests, table ThreepidsTable ThreepidsTableRef, erased ErasedThreepids
    {
        /// The e-mail addresses and telephone numbers of an account. Since Synapse 1.39.
        async fn get_threepids_for_user(&self, user_id: &UserId) -> Vec<UserThreepid>, since 0 {
            /// let known = api.get_threepids_for_user(user_id).await?;
            /// let email = known.iter().find(|known| known.medium == "email");
            /// let address = email.map(|known| &known.address);
        }

        /// Records that an identity server (`id_server`, its name) knows a user by an address;
        /// `medium` is `email` or `msisdn`. Since Synapse 1.56.
        async fn store_remote_3pid_association(
            &self,
            user_id: &UserId,
            medium: &str,
            address: &str,
            id_server: &str,
        ) -> (), since 0 {
            /// let (address, id_server) = ("ann@example.com", "id.example.com");
            /// api.store_remote_3pid_association(user_id, "email", address, id_server).await?;
        }

        /// Adds an address to an account of this homeserver, verified at `validated_at`, in
        /// milliseconds since 1970. `medium` is `email`, whose addresses are converted to lower
        /// case, or `msisdn`. An account that had the address before loses it. An error for another
        /// medium (400), and for a user without an account. Triggers
        /// `on_add_user_third_party_identifier` and `on_threepid_bind`, also of this module. Not in
        /// Synapse, whose modules reach into it for this.
        #[cfg(not(hsmod_abi_test = "older_minor"))]
        async fn add_threepid(
            &self,
            user_id: &UserId,
            medium: &str,
            address: &str,
            validated_at: i64,
        ) -> (), since 0 {
            /// let now = i64::try_from(api.get_current_time_msec())?;
            /// api.add_threepid(user_id, "email", "ann@example.com", now).await?;
        }

        /// Removes an address from an account, with the notifications sent to it, and answers
        /// whether the account had it; e-mail addresses are compared in lower case. If it had,
        /// triggers `on_remove_user_third_party_identifier` first, also of this module. Not in
        /// Synapse, whose modules reach into it for this.
        #[cfg(not(hsmod_abi_test = "older_minor"))]
        async fn delete_threepid(&self, user_id: &UserId, medium: &str, address: &str) -> bool, since 0 {
            /// let had_it = api.delete_threepid(user_id, "email", "ann@example.com").await?;
        }

        /// A request of a later version, which a plugin built for it makes and this loader does not
        /// answer. Not in Synapse.
        #[cfg(hsmod_abi_test = "newer_minor")]
        async fn verify_threepid(&self, user_id: &UserId, medium: &str, address: &str) -> bool, since 1 {
            /// let is_known = api.verify_threepid(user_id, "email", "ann@example.com").await?;
        }
    }
}
