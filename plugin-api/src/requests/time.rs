//! Group `time`: waiting.

use std::time::Duration;

use crate::module::ModuleApi;
use crate::table::requests;

requests! {
    /// Waiting. The loader does it itself; a homeserver that keeps a time of its own answers it
    /// instead.
    pub trait Time = time on ModuleApi,
        written TimeRequests, table TimeTable TimeTableRef, erased ErasedTime
    {
        /// Waits. Works in modules that know no runtime, in trials too, and does not count among
        /// the requests that may be open at once. Since Synapse 1.49.
        async fn sleep(&self, duration: Duration) -> (), since 0 {
            /// use std::time::Duration;
            ///
            /// api.sleep(Duration::from_secs(5)).await?;
        }
    }
}
