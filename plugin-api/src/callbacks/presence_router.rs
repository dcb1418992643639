//! Category `presence_router`: who receives whose presence.

use crate::table::callbacks;
use crate::values::{InterestedUsers, UserId, UserPresenceState, UsersForStates};

callbacks! {
    /// Sends presence to users who share no room with the user whose presence it is.
    ///
    /// A module implements both callbacks or neither, and they must agree: a user to whom
    /// `get_interested_users` gives someone's presence must get the states from
    /// `get_users_for_states`.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/events/presence_router.py`.
    pub trait PresenceRouter = "presence_router",
        written PresenceRouterCallbacks, table PresenceRouterTable PresenceRouterTableRef,
        all PresenceRouters, lists PresenceRouterLists
    {
        /// The users who are to receive these changes of presence, in addition to those who share a
        /// room with the user.
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

        /// The users whose presence a local user receives, in addition to those who share a room
        /// with them.
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
