//! Blocking work that modules defer to threads, which runs on the blocking pool of the homeserver's
//! runtime.

use std::sync::Arc;

use hsmod_plugin_api::host::Errand;
use hsmod_plugin_api::values::{ModuleError, Unanswered};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Dispatch, Span};

use crate::admission::shutting_down;
use crate::record::{self, Place};

/// How much work of one module runs at once.
///
/// Rationale: the pool has 512 threads by default, some of which the homeserver itself needs.
const AT_ONCE: u32 = 16;

/// How much work of one module runs or waits.
const PLACES: u32 = 1024 + AT_ONCE;

/// The deferred work of one module.
#[derive(Debug)]
pub(crate) struct Threads {
    module: usize,
    runtime: Handle,
    /// Closed when the module is shut down.
    at_once: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Threads {
    pub(crate) fn new(module: usize, runtime: Handle) -> Self {
        let at_once = Arc::new(Semaphore::new(AT_ONCE as usize));
        Self { module, runtime, at_once, places: Arc::new(Semaphore::new(PLACES as usize)) }
    }

    /// Runs `errand` as soon as a thread is free.
    pub(crate) fn defer(&self, errand: Errand) -> Result<(), ModuleError> {
        if self.at_once.is_closed() {
            return Err(shutting_down("defer_to_thread"));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let message = format!(
                "`defer_to_thread` is not answered: the module is already waiting for {PLACES} \
                 threads"
            );
            return Err(ModuleError::not_answered(Unanswered::TooMany, message));
        };
        let log = (tracing::dispatcher::get_default(Clone::clone), Span::current());
        let job = Job { module: self.module, errand: Some(errand), log, _place: place };
        let (at_once, runtime) = (Arc::clone(&self.at_once), self.runtime.clone());
        self.runtime.spawn(async move {
            let job = job;
            let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
            runtime.spawn_blocking(move || {
                // The module may have been shut down while this waited for a thread of the pool.
                if !at_once.is_closed() {
                    job.run();
                }
                drop(permit);
            });
        });
        Ok(())
    }

    /// Drops waiting work; from now on nothing runs.
    pub(crate) fn shut(&self) {
        self.at_once.close();
    }

    /// Waits until no work is running. Call [`Self::shut`] first.
    pub(crate) async fn ended(&self) {
        // The semaphore is never closed.
        let _ = self.places.acquire_many(PLACES).await;
    }
}

/// Work that runs or waits. It is run and dropped inside the module.
struct Job {
    module: usize,
    errand: Option<Errand>,
    /// The subscriber and span in which it was deferred: what it logs belongs to these.
    log: (Dispatch, Span),
    /// Dropped after the errand.
    _place: OwnedSemaphorePermit,
}

impl Job {
    fn run(mut self) {
        let _inside = record::enter(self.module, Place::THREAD);
        let (dispatch, span) = &self.log;
        if let Some(errand) = self.errand.take() {
            tracing::dispatcher::with_default(dispatch, || span.in_scope(|| errand.run()));
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _inside = record::enter(self.module, Place::THREAD);
        self.errand = None;
    }
}
