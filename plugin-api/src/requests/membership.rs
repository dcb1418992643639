//! Group `membership`: memberships of rooms.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::{JsonStr, OwnedEvent, RoomId, UserId};

requests! {
    /// Memberships of rooms.
    pub trait Membership = membership on ModuleApi,
        written MembershipRequests, table MembershipTable MembershipTableRef,
        erased ErasedMembership
    {
        /// Changes the membership of `target` to `new_membership` (`join`, `invite`, `leave`,
        /// `ban`, `knock`) on behalf of `sender`, a user of this homeserver, and answers the event.
        /// `content` is an object with further fields of the event, `remote_room_hosts` a list of
        /// servers to join through; either may be `null`. An error for a sender of another
        /// homeserver, and if the room does not allow it (403). Since Synapse 1.46.
        async fn update_room_membership(
            &self,
            sender: &UserId,
            target: &UserId,
            room_id: &RoomId,
            new_membership: &str,
            content: &JsonStr as ObjectOrNull,
            remote_room_hosts: &JsonStr as ListOrNull,
        ) -> OwnedEvent, since 0, locks room_id {
            /// let bot = UserId::new("@bot:example.com");
            /// // The bot joins a room of another server, through that; `&()` is `null`.
            /// api.update_room_membership(bot, bot, room_id, "join", &(), &["example.org"]).await?;
            /// // It bans somebody there, and says why.
            /// let content = serde_json::json!({"reason": "spam"});
            /// api.update_room_membership(bot, user_id, room_id, "ban", &content, &()).await?;
        }
    }
}
