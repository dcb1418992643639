//! Category `presence_router`: who gets to know of whose presence.

use crate::table::callbacks;
use crate::values::{InterestedUsers, UserId, UserPresenceState, UsersForStates};

callbacks! {
    /// Sends presence to users who share no room with whom it is about.
    ///
    /// A module writes both callbacks or neither; they have to agree: whom
    /// `get_interested_users` lets in must find the states through `get_users_for_states`.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/events/presence_router.py`.
    pub trait PresenceRouter = "presence_router",
        written PresenceRouterCallbacks, table PresenceRouterTable PresenceRouterTableRef,
        all PresenceRouters, lists PresenceRouterLists
    {
        /// Who is to be told of these changes of presence, beside those who share a room with the
        /// user.
        ///
        /// Called whenever presence is sent on, to local users and to other servers.
        ///
        /// Combined: the users and states of all modules are united. On failure: logged, and the
        /// next module is asked.
        /// Since Synapse 1.42.
        async fn get_users_for_states(
            &self,
            state_updates: &[UserPresenceState<'_>],
        ) -> UsersForStates, since 0 {
            //! let mut users = UsersForStates::default();
            //! for state in state_updates {
            //!     for user_id in &self.listed {
            //!         users.tell(user_id, state);
            //!     }
            //! }
            //! Ok(users)
        }

        /// Whose presence a local user gets, beside that of those who share a room with them.
        ///
        /// Called at each sync that includes presence, so it should answer at once.
        ///
        /// Combined: the users of all modules are united; the first that says all decides.
        /// On failure: logged, and the next module is asked.
        /// Since Synapse 1.42.
        async fn get_interested_users(&self, user_id: &UserId) -> InterestedUsers, since 0 {
            //! if self.listed.contains(user_id) {
            //!     return Ok(InterestedUsers::All);
            //! }
            //! Ok(InterestedUsers::default())
        }
    }
}
