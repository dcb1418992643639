//! What the loader itself answers where the homeserver does not.

use std::time::Duration;

use hsmod_plugin_api::requests::{Services, Time, TimeRequests};
use hsmod_plugin_api::values::ModuleError;
use tokio::runtime::Handle;

/// The homeserver's answers, and the loader's own for the groups it has none for.
pub(crate) fn completed(services: &Services, runtime: &Handle) -> Services {
    let own = Services::default().time(RuntimeTime(runtime.clone()));
    services.clone().or(own)
}

/// Whether the loader itself answers a request.
pub(crate) fn answers(name: &str) -> bool {
    RuntimeTime::WRITTEN.contains(&name)
}

/// The time of the homeserver's runtime.
struct RuntimeTime(Handle);

impl TimeRequests for RuntimeTime {
    const WRITTEN: &'static [&'static str] = &["sleep"];
}

impl Time for RuntimeTime {
    async fn sleep(&self, duration: Duration) -> Result<(), ModuleError> {
        let sleep = {
            // Modules may poll it on threads of their own.
            let _runtime = self.0.enter();
            tokio::time::sleep(duration)
        };
        sleep.await;
        Ok(())
    }
}
