//! Logs which module the start of the homeserver is waiting for, while it is waiting.
//!
//! The [watchdog](crate::watchdog) names a module that blocks a thread which others need. During
//! the start that does not apply: each step either has a thread of its own, or there is nobody else
//! who needs the thread. Here it is the start itself that waits, and the operator needs to know
//! why.

use std::pin::pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::{Duration, Instant};

use tracing::Span;

use crate::config::Entry;
use crate::loading::opener;
use crate::record::Place;

/// Waiting for one step of one module.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    module: String,
    place: Place,
    /// After which time to log it.
    slow_poll: Option<Duration>,
    /// The time limit of the step, if any.
    limit: Option<Duration>,
}

impl Wait {
    /// For a step that is subject to the module's `timeout`.
    pub(super) fn within_timeout(entry: &Entry, place: Place, slow_poll: Option<Duration>) -> Self {
        Self { module: entry.name().to_owned(), place, slow_poll, limit: entry.timeout() }
    }

    /// For a step without a time limit.
    pub(super) fn without_end(entry: &Entry, place: Place, slow_poll: Option<Duration>) -> Self {
        Self { limit: None, ..Self::within_timeout(entry, place, slow_poll) }
    }

    /// Awaits the step; logs once if it takes too long.
    ///
    /// # Panics
    /// Outside a tokio runtime, if there is a `slow_poll`.
    pub(super) async fn over<F: Future>(&self, step: F) -> F::Output {
        let mut step = pin!(step);
        let Some(slow_poll) = self.slow_poll else { return step.await };
        let begun = Instant::now();
        if let Ok(output) = tokio::time::timeout(slow_poll, step.as_mut()).await {
            return output;
        }
        self.tell(begun.elapsed());
        step.await
    }

    /// Runs the step on this thread. Another thread, which has ended when this returns, logs if the
    /// step takes too long; if that thread cannot be started, nothing is logged.
    pub(super) fn over_here<T>(&self, step: impl FnOnce() -> T) -> T {
        let Some(slow_poll) = self.slow_poll else { return step() };
        if opener::may_hang() {
            // A new thread needs the dynamic linker's lock, which a hanging plugin holds for ever.
            return step();
        }
        let (dispatch, span) = (tracing::dispatcher::get_default(Clone::clone), Span::current());
        let ((looks, is_looked_at), (ended, end)) = (mpsc::channel(), mpsc::channel::<()>());
        let look = move || {
            let begun = Instant::now();
            let look = || {
                // By now this thread has initialized its thread-locals. During the step, that could
                // need the dynamic linker's lock, which the step may hold.
                let _ = looks.send(());
                if end.recv_timeout(slow_poll) == Err(RecvTimeoutError::Timeout) {
                    self.tell(begun.elapsed());
                }
            };
            tracing::dispatcher::with_default(&dispatch, || span.in_scope(look));
        };
        thread::scope(|scope| {
            // If the step panics, dropping this ends the other thread.
            let ended = ended;
            let looker = Builder::new().name("hsmod start".to_owned()).spawn_scoped(scope, look);
            if looker.is_ok() {
                let _ = is_looked_at.recv();
            }
            let output = step();
            drop(ended);
            // Wait until the thread has ended, because the caller may fork next.
            let _ = looker.map(ScopedJoinHandle::join);
            output
        })
    }

    fn tell(&self, time: Duration) {
        const REMEDY: &str =
            "if it does not come back, start without it (`enabled: false`) and tell its author";
        let (module, place) = (&*self.module, self.place.shown());
        match self.limit {
            Some(limit) => tracing::warn!(
                module,
                "module `{module}` holds up the start of the homeserver: it has been in {place} for \
                 {time:.1?}, and is waited for up to its `timeout` of {limit:?}; {REMEDY}"
            ),
            None => tracing::warn!(
                module,
                "module `{module}` holds up the start of the homeserver: it has been in {place} for \
                 {time:.1?}, and nothing ends the wait; {REMEDY}"
            ),
        }
    }
}
