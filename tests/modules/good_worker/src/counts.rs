//! Counts what happens to the work.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counters.
#[derive(Default)]
pub(crate) struct Counts {
    /// Calls that were started.
    pub(crate) begun: AtomicU64,
    /// Calls that ended, with success, an error or a panic.
    pub(crate) ended: AtomicU64,
    /// Calls that were dropped before their end.
    pub(crate) dropped: AtomicU64,
    /// Functions to call that were released.
    pub(crate) released: AtomicU64,
    /// Functions that ran on a thread.
    pub(crate) deferred: AtomicU64,
    /// Cached values that were computed.
    pub(crate) computed: AtomicU64,
}

pub(crate) fn add(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::SeqCst) + 1
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        write!(
            f,
            "begun {} ended {} dropped {} released {} deferred {} computed {}",
            count(&self.begun),
            count(&self.ended),
            count(&self.dropped),
            count(&self.released),
            count(&self.deferred),
            count(&self.computed),
        )
    }
}

/// One call, counted when it is dropped.
pub(crate) struct Begun {
    counts: Arc<Counts>,
    ended: bool,
}

impl Begun {
    pub(crate) fn new(counts: &Arc<Counts>) -> Self {
        add(&counts.begun);
        Self { counts: Arc::clone(counts), ended: false }
    }

    pub(crate) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        add(if self.ended { &self.counts.ended } else { &self.counts.dropped });
    }
}

/// Part of a function to call, counted when it is released.
pub(crate) struct Held(pub(crate) Arc<Counts>);

impl Drop for Held {
    fn drop(&mut self) {
        add(&self.0.released);
    }
}
