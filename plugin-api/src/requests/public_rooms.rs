//! Group `public_rooms`: the public room list.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::RoomId;

/// The public room list.
///
/// Mirrors `synapse.module_api.PublicRoomListManager`.
#[derive(Clone, Copy, Debug)]
pub struct PublicRoomListManager<'a>(&'a ModuleApi);

impl PublicRoomListManager<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

impl ModuleApi {
    /// The public room list. Since Synapse 1.22.
    pub const fn public_room_list_manager(&self) -> PublicRoomListManager<'_> {
        PublicRoomListManager(self)
    }
}

requests! {
    /// The public room list.
    pub trait PublicRooms = public_rooms on PublicRoomListManager<'_>,
        written PublicRoomsRequests, table PublicRoomsTable PublicRoomsTableRef,
        erased ErasedPublicRooms
    {
        /// Whether a room is on the list; false for a room that the homeserver does not know. Since
        /// Synapse 1.22.
        async fn room_is_in_public_room_list(&self, room_id: &RoomId) -> bool, since 0 {
            /// let rooms = api.public_room_list_manager();
            /// let listed = rooms.room_is_in_public_room_list(room_id).await?;
        }

        /// Puts a room on the list, even if it is there already; calls no callback. Since Synapse
        /// 1.22.
        async fn add_room_to_public_room_list(&self, room_id: &RoomId) -> (), since 0 {
            /// api.public_room_list_manager().add_room_to_public_room_list(room_id).await?;
        }

        /// Removes a room from the list, even if it is not there; calls no callback. Since Synapse
        /// 1.22.
        async fn remove_room_from_public_room_list(&self, room_id: &RoomId) -> (), since 0 {
            /// api.public_room_list_manager().remove_room_from_public_room_list(room_id).await?;
        }
    }
}
