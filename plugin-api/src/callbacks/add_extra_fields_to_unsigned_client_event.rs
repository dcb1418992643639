//! Category `add_extra_fields_to_unsigned_client_event`: what clients are told about an event beside the event.

use crate::table::callbacks;
use crate::values::{Event, JsonObject};

callbacks! {
    /// Adds to what clients are told about an event beside the event itself.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/events/utils.py`.
    pub trait AddExtraFieldsToUnsignedClientEvent = "add_extra_fields_to_unsigned_client_event",
        written AddExtraFieldsToUnsignedClientEventCallbacks, table AddExtraFieldsToUnsignedClientEventTable AddExtraFieldsToUnsignedClientEventTableRef,
        all AddExtraFieldsToUnsignedClientEvents, lists AddExtraFieldsToUnsignedClientEventLists
    {
        /// Fields for the `unsigned` of an event; none is an empty map.
        ///
        /// Called for each event that a client is sent, once per response, so it should answer at
        /// once. Fields that the homeserver sets itself (`age`, `membership`, ..) win.
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
