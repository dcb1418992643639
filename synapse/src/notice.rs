//! Notifications: Synapse continues once the modules have handled them.
//!
//! Synapse awaits the `on_..` callbacks of Python modules: such a module has seen an event before
//! clients do, or a profile before the request that changed it is answered. Native modules are
//! notified in separate tasks, one notification at a time and in order, as they are promised; so
//! Synapse waits for these tasks here, and a slow native module delays what a slow Python module
//! would.
//!
//! Rationale for the two exceptions. While it handles a notification, a module may wait for
//! something that ends only after a later notification: it joins a room of another server, and
//! Synapse does not end the join before `on_new_event`, which comes second in the module's queue.
//! So Synapse does not wait for notifications about actions on behalf of native modules. Other
//! actions may hold a lock that the module's request needs, which cannot be detected here; so
//! Synapse waits for [`PATIENCE`] at most. In either case every module is notified; Synapse merely
//! continues earlier.

use std::time::Duration;

use hsmod_loader::CallError;
use hsmod_loader::dispatch::Notification;
use pyo3::intern;
use pyo3::prelude::*;

/// How long Synapse waits until all modules have handled a notification.
const PATIENCE: Duration = Duration::from_secs(5);

/// A notification that is awaited.
pub(crate) trait Notice {
    /// Notifies the modules, and waits until they have handled it.
    async fn told(self) -> Result<(), CallError>;
}

impl Notice for Notification {
    async fn told(self) -> Result<(), CallError> {
        let delivery = self.await?;
        if !for_modules() {
            // The log says which module was not notified; nothing more can be done here.
            let _ = tokio::time::timeout(PATIENCE, delivery).await;
        }
        Ok(())
    }
}

/// Whether the code on the reactor's thread runs on behalf of native modules: their start, or their
/// requests outside of a question.
pub(crate) fn for_modules() -> bool {
    let looked = Python::attach(|py| {
        py.import(intern!(py, "hsmod.reactor"))?
            .getattr(intern!(py, "FOR_MODULES"))?
            .call_method0(intern!(py, "get"))?
            .is_truthy()
    });
    looked.unwrap_or(false)
}
