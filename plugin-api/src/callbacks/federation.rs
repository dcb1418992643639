//! Category `federation`: events delivered to other servers.

use crate::table::callbacks;
use crate::values::EventDelivery;

callbacks! {
    /// Notifications of events delivered to other servers.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/federation_callbacks.py`.
    pub trait Federation = "federation",
        written FederationCallbacks, table FederationTable FederationTableRef,
        all Federations, lists FederationLists
    {
        /// Events were delivered to another server: it accepted them, or requested them.
        ///
        /// Called with at least one event; also with events that originate from other servers.
        ///
        /// Combined: all are told. On failure: logged.
        /// Over federation, a failure changes nothing: the other server has the events already.
        /// Since Synapse 1.158.
        async fn on_event_delivered_over_federation(&self, delivery: &EventDelivery<'_>) -> (), since 0 {
            //! for event in delivery.events().iter() {
            //!     tracing::info!(event = event.event_id(), to = delivery.server_name(), "was delivered");
            //! }
            //! Ok(())
        }
    }
}
