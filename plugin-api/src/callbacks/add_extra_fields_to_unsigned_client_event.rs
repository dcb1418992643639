//! Category `add_extra_fields_to_unsigned_client_event`: additional fields of events for clients.

use crate::table::callbacks;
use crate::values::{Event, JsonObject};

callbacks! {
    /// Adds fields to events that are sent to clients, beside the event itself.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/events/utils.py`.
    pub trait AddExtraFieldsToUnsignedClientEvent = "add_extra_fields_to_unsigned_client_event",
        written AddExtraFieldsToUnsignedClientEventCallbacks, table AddExtraFieldsToUnsignedClientEventTable AddExtraFieldsToUnsignedClientEventTableRef,
        all AddExtraFieldsToUnsignedClientEvents, lists AddExtraFieldsToUnsignedClientEventLists
    {
        /// Fields for the `unsigned` of an event; an empty map for none.
        ///
        /// Called for each event in each response to a client, so it should answer at once. Fields
        /// that the homeserver sets itself (`age`, `membership`, ..) take precedence.
        ///
        /// Combined: the fields of all modules are merged; of two with the same name the later
        /// module's counts. On failure: the request fails.
        /// Since Synapse 1.96.
        async fn add_field_to_unsigned_callback(
            &self,
            [each event: Event<'_>, many add_fields_to_unsigned]
        ) -> JsonObject, since 0 {
            //! let mut fields = JsonObject::new();
            //! if self.listed.contains(event.sender()) {
            //!     fields.insert("com.example.staff".to_owned(), true.into());
            //! }
            //! Ok(fields)
        }
    }
}
