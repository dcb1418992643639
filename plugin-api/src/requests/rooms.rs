//! Group `rooms`: rooms as a whole.

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::json_answer::json_answers;
use crate::values::{JsonStr, RoomAlias, RoomId, UserId};

/// A room that was created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CreatedRoom {
    /// The room.
    pub room_id: String,
    /// Its alias, if it has one.
    pub room_alias: Option<String>,
}

impl CreatedRoom {
    /// The answer of a homeserver.
    pub fn new(room_id: impl Into<String>, room_alias: Option<String>) -> Self {
        Self { room_id: room_id.into(), room_alias }
    }
}

/// The target of an alias.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AliasTarget {
    /// The room.
    pub room_id: String,
    /// Servers that participate in the room.
    pub servers: Vec<String>,
}

impl AliasTarget {
    /// The answer of a homeserver.
    pub fn new(room_id: impl Into<String>, servers: Vec<String>) -> Self {
        Self { room_id: room_id.into(), servers }
    }
}

json_answers! { CreatedRoom; AliasTarget; }

requests! {
    /// Rooms as a whole.
    pub trait Rooms = rooms on ModuleApi,
        written RoomsRequests, table RoomsTable RoomsTableRef, erased ErasedRooms
    {
        /// Creates a room for a user of this homeserver; `config` is the body of `POST
        /// /createRoom`. With `ratelimit` it counts towards the limits of the user.
        /// `creator_join_profile` is an object with the profile in the user's own membership event
        /// (`displayname`, `avatar_url`), or `null` for the user's profile. An error for a user of
        /// another homeserver, and the errors of `POST /createRoom`. Calls the callbacks for new
        /// rooms, also of this module. Since Synapse 1.65.
        async fn create_room(
            &self,
            user_id: &UserId,
            config: &JsonStr as Object,
            ratelimit: bool,
            creator_join_profile: &JsonStr as ObjectOrNull,
        ) -> CreatedRoom, since 0 {
            /// let config = serde_json::json!({
            ///     "name": "Kitchen", "preset": "private_chat", "invite": ["@ann:example.com"],
            /// });
            /// // `&()` is `null`: the user joins with their own profile.
            /// let room = api.create_room(user_id, &config, false, &()).await?;
            /// let room_id = RoomId::new(&room.room_id);
        }

        /// Removes a room from this homeserver: all local users leave, and its history is deleted.
        /// Only begins this, without waiting for the end. An error if a module forbids it (403).
        /// Calls `check_can_shutdown_room`. Since Synapse 1.89.
        async fn delete_room(&self, room_id: &RoomId) -> (), since 0, locks room_id {
            /// api.delete_room(room_id).await?;
        }

        /// `delete_room` with `options`, the body of the request in Synapse's admin API
        /// (`new_room_user_id`, `message`, `block`, `purge`, ..). Not in Synapse, whose modules
        /// reach into it for this.
        async fn shutdown_room(
            &self,
            room_id: &RoomId,
            options: &JsonStr as Object,
        ) -> (), since 0, locks room_id {
            /// let options = serde_json::json!({"block": true, "message": "This room is closed"});
            /// api.shutdown_room(room_id, &options).await?;
        }

        /// The target of an alias; for another homeserver's alias, that homeserver's answer. An
        /// error if there is no such alias (404 `M_NOT_FOUND`). Since Synapse 1.65.
        async fn lookup_room_alias(&self, room_alias: &RoomAlias) -> AliasTarget, since 0 {
            /// let lobby = api.lookup_room_alias(RoomAlias::new("#lobby:example.com")).await?;
            /// let room_id = RoomId::new(&lobby.room_id);
        }

        /// The canonical alias of a room; `None` if it has none. Since Synapse 1.86.
        async fn get_canonical_room_alias(&self, room_id: &RoomId) -> Option<String>, since 0 {
            /// let alias = api.get_canonical_room_alias(room_id).await?;
            /// let name = alias.unwrap_or_else(|| room_id.to_string());
        }
    }
}
