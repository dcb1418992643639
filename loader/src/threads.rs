//! What modules defer to threads: work that blocks, on the pool of the homeserver's runtime.

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
/// Rationale: a pool has 512 threads, and the homeserver needs some of them itself.
const AT_ONCE: u32 = 16;

/// How much runs or waits.
const PLACES: u32 = 1024 + AT_ONCE;

/// The threads of one module.
#[derive(Debug)]
pub(crate) struct Threads {
    module: usize,
    runtime: Handle,
    /// Closed when the module ends.
    at_once: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Threads {
    pub(crate) fn new(module: usize, runtime: Handle) -> Self {
        let at_once = Arc::new(Semaphore::new(AT_ONCE as usize));
        Self { module, runtime, at_once, places: Arc::new(Semaphore::new(PLACES as usize)) }
    }

    /// Runs `errand` as soon as there is a thread for it.
    pub(crate) fn defer(&self, errand: Errand) -> Result<(), ModuleError> {
        if self.at_once.is_closed() {
            return Err(shutting_down("defer_to_thread"));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let message = format!(
                "`defer_to_thread` is not answered: the module waits for {PLACES} threads already"
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
                // The pool may have had other things to do first.
                if !at_once.is_closed() {
                    job.run();
                }
                drop(permit);
            });
        });
        Ok(())
    }

    /// Drops what waits; from now on nothing is run.
    pub(crate) fn shut(&self) {
        self.at_once.close();
    }

    /// Waits until nothing runs, after [`Self::shut`].
    pub(crate) async fn ended(&self) {
        // Nobody closes it.
        let _ = self.places.acquire_many(PLACES).await;
    }
}

/// Work that runs or waits. It happens inside the module, its end too.
struct Job {
    module: usize,
    errand: Option<Errand>,
    /// Where it was deferred: what it logs is part of that.
    log: (Dispatch, Span),
    /// Given back after the errand.
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
