//! The queue of a module's notifications: one at a time, in order. Adding one never waits.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::notification::Notice;
use crate::failures::Throttle;
use crate::generation::{Alive, Generation};

/// How many notifications may wait for one module; it does not receive further ones.
const DEPTH: usize = 10_000;

/// From how many waiting notifications on the log warns.
const MANY: usize = 1_000;

/// A notification on its way to one module. If it is dropped before the module was called, it is
/// lost.
///
/// Rationale: all data is shared with the other modules' jobs, so that a waiting job needs no
/// allocation. The future is created when its turn has come.
#[derive(Debug)]
pub(crate) struct Job {
    notice: Arc<dyn Notice>,
    generation: Arc<Generation>,
    /// The module's index in the callback's list, and its number.
    at: usize,
    module: usize,
    told: bool,
}

impl Job {
    pub(super) fn new(
        notice: Arc<dyn Notice>,
        generation: &Arc<Generation>,
        (at, module): (usize, usize),
    ) -> Self {
        Self { notice, generation: Arc::clone(generation), at, module, told: false }
    }

    /// Calls the module.
    async fn run(mut self) {
        Arc::clone(&self.notice).tell(Arc::clone(&self.generation), self.at).await;
        self.told = true;
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let tally = self.notice.tally();
        if self.told {
            tally.handled();
        } else {
            tally.lose(&self.generation.member(self.module).name, Untold::Ended);
        }
    }
}

/// The sending end of a module's queue.
#[derive(Debug)]
pub(crate) struct Queue {
    module: Arc<str>,
    sender: mpsc::Sender<Job>,
    /// Throttles the warning about too many notifications.
    warnings: Mutex<Throttle>,
}

impl Queue {
    /// Starts the worker. It ends when the queue has been dropped and is empty, and holds `alive`
    /// until then.
    pub(crate) fn start(module: Arc<str>, alive: Alive) -> Self {
        let (sender, mut receiver) = mpsc::channel::<Job>(DEPTH);
        tokio::spawn(async move {
            while let Some(job) = receiver.recv().await {
                job.run().await;
            }
            drop(alive);
        });
        Self { module, sender, warnings: Mutex::new(Throttle::new(1)) }
    }

    /// Adds a notification, if there is room for it.
    pub(super) fn put(&self, job: impl FnOnce() -> Job) -> Result<(), Untold> {
        match self.sender.try_reserve() {
            Ok(place) => {
                place.send(job());
                self.look();
                Ok(())
            }
            Err(TrySendError::Full(())) => Err(Untold::QueueFull),
            Err(TrySendError::Closed(())) => Err(Untold::Ended),
        }
    }

    /// Warns if many notifications are waiting.
    fn look(&self) {
        let waiting = DEPTH - self.sender.capacity();
        if waiting >= MANY {
            self.warn(waiting);
        }
    }

    #[cold]
    fn warn(&self, waiting: usize) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.admit(Instant::now()).is_some() {
            tracing::warn!(
                target: "hsmod_loader",
                module = &*self.module,
                waiting,
                "module `{}`: {waiting} notifications wait for it, because it is slow; at {DEPTH}, \
                 further ones are lost",
                self.module
            );
        }
    }

    /// A reference that does not keep the worker running.
    pub(crate) fn downgrade(&self) -> mpsc::WeakSender<Job> {
        self.sender.downgrade()
    }

    /// How many notifications are waiting in a queue.
    pub(crate) fn waiting_in(queue: &mpsc::WeakSender<Job>) -> usize {
        queue.upgrade().map_or(0, |sender| DEPTH - sender.capacity())
    }
}

/// Why a module did not receive a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untold {
    /// Too many notifications were waiting for it already.
    QueueFull,
    /// The runtime that runs its queue has ended.
    Ended,
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull => {
                write!(f, "not told, because {DEPTH} notifications already wait for it")
            }
            Self::Ended => {
                f.write_str("not told, because the runtime that delivers notifications has ended")
            }
        }
    }
}
