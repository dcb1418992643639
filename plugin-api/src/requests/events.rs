//! Group `events`: events, and the state of rooms.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::{JsonStr, OwnedEvent, RoomId};

requests! {
    /// Events, and the state of rooms.
    pub trait Events = events on ModuleApi,
        written EventsRequests, table EventsTable EventsTableRef, erased ErasedEvents
    {
        /// Sends an event, and answers it as it was sent. `event` is an object with `type`,
        /// `sender` (a user of this homeserver), `content`, and `state_key` for a state event; the
        /// room is `room_id`, whatever the object says. Membership events are not supported. An
        /// error if the room does not allow it (403). Calls `check_event_allowed` and
        /// `check_event_for_spam`, also of this module. Since Synapse 1.22.
        async fn create_and_send_event_into_room(
            &self,
            room_id: &RoomId,
            event: &JsonStr as Object,
        ) -> OwnedEvent, since 0, locks room_id {
            /// // As a bot, a user of this homeserver who is in the room.
            /// let message = serde_json::json!({
            ///     "type": "m.room.message",
            ///     "sender": "@bot:example.com",
            ///     "content": {"msgtype": "m.notice", "body": "Hello"},
            /// });
            /// let sent = api.create_and_send_event_into_room(room_id, &message).await?;
            /// let event_id = sent.event_id();
        }

        /// State events of a room, in no particular order. `types` is a list of pairs: a type, and
        /// a state key or `null` for all of them. Empty for a room that the homeserver does not
        /// know. Since Synapse 1.22.
        async fn get_state_events_in_room(
            &self,
            room_id: &RoomId,
            types: &JsonStr as List,
        ) -> Vec<OwnedEvent>, since 0 {
            /// let types = [("m.room.name", Some("")), ("m.room.member", None)];
            /// for event in api.get_state_events_in_room(room_id, &types).await? {
            ///     let content: JsonObject = event.content()?;
            /// }
        }

        /// The current state of a room, in no particular order. `event_filter` is a list of pairs
        /// (a type, and a state key or `null` for all of them), or `null` for everything. Empty for
        /// a room that the homeserver does not know. Since Synapse 1.47.
        async fn get_room_state(
            &self,
            room_id: &RoomId,
            event_filter: &JsonStr as ListOrNull,
        ) -> Vec<OwnedEvent>, since 0 {
            /// let members = api.get_room_state(room_id, &[("m.room.member", None::<&str>)]).await?;
            /// // `&()` is `null`: all of it.
            /// let state = api.get_room_state(room_id, &()).await?;
        }
    }
}
