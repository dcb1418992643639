//! Group `presence`: presence of users.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::JsonStr;

requests! {
    /// Presence of users.
    pub trait Presence = presence on ModuleApi,
        written PresenceRequests, table PresenceTable PresenceTableRef, erased ErasedPresence
    {
        /// Sends the presence of all users of this homeserver, once, to each user in `users`: a
        /// list of user IDs, also of other homeservers. Since Synapse 1.32.
        async fn send_local_online_presence_to(&self, users: &JsonStr as List) -> (), since 0 {
            /// let users = ["@ann:example.com", "@bob:example.org"];
            /// api.send_local_online_presence_to(&users).await?;
        }

        /// Sets the presence of users of this homeserver. `users` is an object whose keys are user
        /// IDs and whose values are pairs: `online`, `unavailable`, `busy` or `offline`, and a
        /// status message or `null`. Since Synapse 1.96.
        async fn set_presence_for_users(&self, users: &JsonStr as Object) -> (), since 0 {
            /// let busy = serde_json::json!({"@ann:example.com": ["busy", "In a meeting"]});
            /// api.set_presence_for_users(&busy).await?;
        }
    }
}
