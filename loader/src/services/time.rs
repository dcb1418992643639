//! The homeserver runtime's timers, for modules that have no runtime of their own.

use std::time::Duration;

use hsmod_plugin_api::requests::{Time, TimeRequests};
use hsmod_plugin_api::values::ModuleError;
use tokio::runtime::Handle;

/// The timers of the homeserver's runtime.
#[derive(Clone, Debug)]
pub(crate) struct RuntimeTime(pub(crate) Handle);

impl TimeRequests for RuntimeTime {
    const WRITTEN: &'static [&'static str] = &["sleep"];
}

impl Time for RuntimeTime {
    async fn sleep(&self, duration: Duration) -> Result<(), ModuleError> {
        let sleep = {
            // Modules may poll this on threads of their own.
            let _runtime = self.0.enter();
            tokio::time::sleep(duration)
        };
        sleep.await;
        Ok(())
    }
}
