//! Group `rooms`: rooms as a whole.

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::json_answer::json_answers;
use crate::values::{JsonStr, RoomAlias, RoomId, UserId};

/// A room that was made.
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
    /// What a homeserver tells.
    pub fn new(room_id: impl Into<String>, room_alias: Option<String>) -> Self {
        Self { room_id: room_id.into(), room_alias }
    }
}

/// Where an alias leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AliasTarget {
    /// The room.
    pub room_id: String,
    /// Servers that are in it.
    pub servers: Vec<String>,
}

impl AliasTarget {
    /// What a homeserver tells.
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
        /// Makes a room for a user of this homeserver; `config` is the body of `POST /createRoom`.
        /// With `ratelimit` it counts for the limits of the user. `creator_join_profile` is an
        /// object of what the user's own membership says instead of their profile (`displayname`,
        /// `avatar_url`), or `null` for the profile. An error for a user of another homeserver, and
        /// as `POST /createRoom` has them. Asks the callbacks for new rooms, this module's too.
        /// Since Synapse 1.65.
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

        /// Removes a room from this homeserver: everybody here leaves, and its history goes. Begins
        /// it, and does not wait for its end. An error if a module forbids it (403). Asks
        /// `check_can_shutdown_room`. Since Synapse 1.89.
        async fn delete_room(&self, room_id: &RoomId) -> (), since 0, locks room_id {
            /// api.delete_room(room_id).await?;
        }

        /// As `delete_room`, with `options`, the body of Synapse's admin API for it
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

        /// Where an alias leads; of another homeserver's alias, what that says. An error if there
        /// is no such alias (404 `M_NOT_FOUND`). Since Synapse 1.65.
        async fn lookup_room_alias(&self, room_alias: &RoomAlias) -> AliasTarget, since 0 {
            /// let lobby = api.lookup_room_alias(RoomAlias::new("#lobby:example.com")).await?;
            /// let room_id = RoomId::new(&lobby.room_id);
        }

        /// The alias that a room calls its own; `None` if it has none. Since Synapse 1.86.
        async fn get_canonical_room_alias(&self, room_id: &RoomId) -> Option<String>, since 0 {
            /// let alias = api.get_canonical_room_alias(room_id).await?;
            /// let name = alias.unwrap_or_else(|| room_id.to_string());
        }
    }
}
