//! Logs which module the start of the homeserver is waiting for, while it is waiting.
//!
//! The [watchdog](crate::watchdog) names a module that blocks a thread which others need. During
//! the start that does not apply: each step either has a thread of its own, or there is nobody else
//! who needs the thread. Here it is the start itself that waits, and the operator needs to know
//! why.

use std::pin::pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{Builder, JoinHandle};
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

    /// Awaits the step in this task; logs once if it takes too long to be ready. If it blocks the
    /// thread meanwhile, the watchdog logs that instead.
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

    /// Awaits the end of a step that runs on another thread; a third one logs once if it takes too
    /// long. Logging may use a thread-local for the first time, which never returns while a plugin
    /// hangs as it is mapped. Then the line is lost, but not the problem that is reported at the
    /// deadline.
    pub(super) async fn over_elsewhere<F: Future>(&self, step: F) -> F::Output {
        let _ends_when_dropped = self.look();
        step.await
    }

    /// Runs the step on this thread. Another thread, which has ended when this returns, logs if the
    /// step takes too long; if that thread cannot be started, nothing is logged.
    pub(super) fn over_here<T>(&self, step: impl FnOnce() -> T) -> T {
        let looker = self.look();
        let output = step();
        if let Some(Looker { end, thread }) = looker {
            drop(end);
            // The caller may fork next. The thread does nothing that could panic.
            let _ = thread.join();
        }
        output
    }

    /// Starts a thread that logs if the step takes too long. `None` if nothing is to be logged, or
    /// if the thread cannot begin: a new thread needs the dynamic linker's lock, which a hanging
    /// plugin holds for ever.
    fn look(&self) -> Option<Looker> {
        let slow_poll = self.slow_poll.filter(|_| !opener::may_hang())?;
        let (wait, span) = (self.clone(), Span::current());
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let ((looks, is_looked_at), (end, ended)) = (mpsc::channel(), mpsc::channel::<()>());
        let look = move || {
            let begun = Instant::now();
            let look = || {
                // By now this thread has begun, for which it may have needed that lock.
                let _ = looks.send(());
                if ended.recv_timeout(slow_poll) == Err(RecvTimeoutError::Timeout) {
                    wait.tell(begun.elapsed());
                }
            };
            tracing::dispatcher::with_default(&dispatch, || span.in_scope(look));
        };
        let thread = Builder::new().name("hsmod start".to_owned()).spawn(look).ok()?;
        is_looked_at.recv_timeout(slow_poll).ok()?;
        Some(Looker { end, thread })
    }

    fn tell(&self, time: Duration) {
        const REMEDY: &str = "if it does not come back, start without it (`enabled: false`) and \
                              report it to its author";
        let (module, place) = (&*self.module, self.place.shown());
        match self.limit {
            Some(limit) => tracing::warn!(
                module,
                "module `{module}` delays the start of the homeserver: it has been in {place} for \
                 {time:.1?}, and its `timeout` is {limit:?}; {REMEDY}"
            ),
            None => tracing::warn!(
                module,
                "module `{module}` delays the start of the homeserver: it has been in {place} for \
                 {time:.1?}, and no timeout ends the wait; {REMEDY}"
            ),
        }
    }
}

/// The thread that logs if a step takes too long. It ends when this is dropped.
struct Looker {
    end: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}
