//! What became of the work.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often.
#[derive(Default)]
pub(crate) struct Counts {
    /// A call was made.
    pub(crate) begun: AtomicU64,
    /// One came to its end, an error or a panic.
    pub(crate) ended: AtomicU64,
    /// One was dropped before.
    pub(crate) dropped: AtomicU64,
    /// What was to be called was given back.
    pub(crate) released: AtomicU64,
    /// Something ran on a thread.
    pub(crate) deferred: AtomicU64,
    /// The value of something that is remembered was worked out.
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

/// Something that is to be called, counted when it is given back.
pub(crate) struct Held(pub(crate) Arc<Counts>);

impl Drop for Held {
    fn drop(&mut self) {
        add(&self.0.released);
    }
}
