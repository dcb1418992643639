//! Group `public_rooms`.

use super::Canned;
use crate::requests::PublicRooms;
use crate::values::{ModuleError, RoomId};

impl PublicRooms for Canned {
    async fn room_is_in_public_room_list(&self, room_id: &RoomId) -> Result<bool, ModuleError> {
        Ok(self.known().rooms.get(room_id.as_str()).is_some_and(|room| room.public))
    }

    async fn add_room_to_public_room_list(&self, room_id: &RoomId) -> Result<(), ModuleError> {
        self.known().room(room_id.as_str())?.public = true;
        Ok(())
    }

    async fn remove_room_from_public_room_list(&self, room_id: &RoomId) -> Result<(), ModuleError> {
        self.known().room(room_id.as_str())?.public = false;
        Ok(())
    }
}
