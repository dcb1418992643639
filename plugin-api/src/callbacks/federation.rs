//! Category `federation`: what other servers got from this one.

use crate::table::callbacks;
use crate::values::EventDelivery;

callbacks! {
    /// News of what other servers got from this one.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/federation_callbacks.py`.
    pub trait Federation = "federation",
        written FederationCallbacks, table FederationTable FederationTableRef,
        all Federations, lists FederationLists
    {
        /// Another server was given events of this one: it accepted them, or asked for them.
        ///
        /// Called with one event or more; also with those that another server sent first.
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
