//! Notifications: Synapse goes on when the modules have been told.
//!
//! Synapse awaits the `on_..` callbacks of Python modules: such a module has seen an event before
//! clients are, or a profile before the request that changed it is answered. Native modules are
//! told in tasks of their own, one notification at a time and in order, which is promised to them;
//! so Synapse waits for that here, and a slow module delays what a slow Python module would.
//!
//! Rationale for the two exceptions. A module may wait, in a notification, for something that is
//! not over before the module has been told of it: it joins a room of another server, and Synapse
//! does not end the join before `on_new_event`, which comes second in the module's queue. So what
//! happens on behalf of native modules waits for none of them. Others may hold a lock that the
//! module's request needs, which nobody sees from here; so nobody waits for longer than
//! [`PATIENCE`]. Either way every module is told, and Synapse only goes on earlier.

use std::time::Duration;

use hsmod_loader::CallError;
use hsmod_loader::dispatch::Notification;
use pyo3::intern;
use pyo3::prelude::*;

/// How long Synapse waits for a notification to reach all modules.
const PATIENCE: Duration = Duration::from_secs(5);

/// A notification that is awaited.
pub(crate) trait Notice {
    /// Tells the modules, and waits until they know.
    async fn told(self) -> Result<(), CallError>;
}

impl Notice for Notification {
    async fn told(self) -> Result<(), CallError> {
        let delivery = self.await?;
        if !for_modules() {
            // The log says who was not told; nobody here can do anything about it.
            let _ = tokio::time::timeout(PATIENCE, delivery).await;
        }
        Ok(())
    }
}

/// Whether what runs on the reactor's thread does so on behalf of native modules: their start, or
/// what they requested outside of a question.
pub(crate) fn for_modules() -> bool {
    let looked = Python::attach(|py| {
        py.import(intern!(py, "hsmod.reactor"))?
            .getattr(intern!(py, "FOR_MODULES"))?
            .call_method0(intern!(py, "get"))?
            .is_truthy()
    });
    looked.unwrap_or(false)
}
