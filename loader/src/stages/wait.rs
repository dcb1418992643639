//! Names the module that the start of the homeserver waits for, while it still waits.
//!
//! The [watchdog](crate::watchdog) names a module that blocks a thread which others need. Before
//! modules are asked anything, each step of theirs has a thread of its own, or nobody else is there
//! who would need the thread: it is the start that waits, and whoever looks at it wants to know why.

use std::pin::pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::{Duration, Instant};

use tracing::Span;

use crate::config::Entry;
use crate::record::Place;

/// The start waits for one step of one module.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    module: String,
    place: Place,
    /// Which time is too long.
    slow_poll: Option<Duration>,
    /// When the wait ends in any case.
    limit: Option<Duration>,
}

impl Wait {
    /// For a step that has until the module's `timeout`.
    pub(super) fn within_timeout(entry: &Entry, place: Place, slow_poll: Option<Duration>) -> Self {
        Self { module: entry.name().to_owned(), place, slow_poll, limit: entry.timeout() }
    }

    /// For a step that nobody interrupts.
    pub(super) fn without_end(entry: &Entry, place: Place, slow_poll: Option<Duration>) -> Self {
        Self { limit: None, ..Self::within_timeout(entry, place, slow_poll) }
    }

    /// Awaits the step; tells of it once if that takes too long.
    ///
    /// # Panics
    /// Outside a tokio runtime, if there is a time that is too long.
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

    /// Runs the step on this thread. Another one, which has ended when this returns, tells of it
    /// if that takes too long; if none can be started, nobody does.
    pub(super) fn over_here<T>(&self, step: impl FnOnce() -> T) -> T {
        let Some(slow_poll) = self.slow_poll else { return step() };
        let (dispatch, span) = (tracing::dispatcher::get_default(Clone::clone), Span::current());
        let ((looks, is_looked_at), (ended, end)) = (mpsc::channel(), mpsc::channel::<()>());
        let look = move || {
            let begun = Instant::now();
            let look = || {
                // What this thread has of its own it has now: the step may hold the dynamic linker's
                // lock, which the first use of some of that needs.
                let _ = looks.send(());
                if end.recv_timeout(slow_poll) == Err(RecvTimeoutError::Timeout) {
                    self.tell(begun.elapsed());
                }
            };
            tracing::dispatcher::with_default(&dispatch, || span.in_scope(look));
        };
        thread::scope(|scope| {
            // If the step panics, this ends the other thread all the same.
            let ended = ended;
            let looker = Builder::new().name("hsmod start".to_owned()).spawn_scoped(scope, look);
            if looker.is_ok() {
                let _ = is_looked_at.recv();
            }
            let output = step();
            drop(ended);
            // Whoever forks next wants it gone, not about to go.
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
