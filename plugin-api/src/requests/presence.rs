//! Group `presence`: who is online.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::JsonStr;

requests! {
    /// Who is online, and who is told.
    pub trait Presence = presence on ModuleApi,
        written PresenceRequests, table PresenceTable PresenceTableRef, erased ErasedPresence
    {
        /// Sends the presence of all users of this homeserver, once, to each user of `users`: a
        /// list of user IDs, of other homeservers too. Since Synapse 1.32.
        async fn send_local_online_presence_to(&self, users: &JsonStr as List) -> (), since 0 {
            /// let users = ["@ann:example.com", "@bob:example.org"];
            /// api.send_local_online_presence_to(&users).await?;
        }

        /// Sets the presence of users of this homeserver. `users` is an object by user ID of pairs:
        /// `online`, `unavailable`, `busy` or `offline`, and a status message or `null`. Since
        /// Synapse 1.96.
        async fn set_presence_for_users(&self, users: &JsonStr as Object) -> (), since 0 {
            /// let busy = serde_json::json!({"@ann:example.com": ["busy", "In a meeting"]});
            /// api.set_presence_for_users(&busy).await?;
        }
    }
}
