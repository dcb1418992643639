//! Group `time`: waiting.

use std::time::Duration;

use crate::module::ModuleApi;
use crate::table::requests;

requests! {
    /// Waiting. The loader implements it; a homeserver with its own clock answers it instead.
    pub trait Time = time on ModuleApi,
        written TimeRequests, table TimeTable TimeTableRef, erased ErasedTime
    {
        /// Waits. Works without a runtime, also in trials, and does not count towards the limit of
        /// open requests. Since Synapse 1.49.
        async fn sleep(&self, duration: Duration) -> (), since 0 {
            /// use std::time::Duration;
            ///
            /// api.sleep(Duration::from_secs(5)).await?;
        }
    }
}
