//! What is counted: how often each module was asked what, how often it denied or failed, and how
//! long a sample of its answers took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::policy::{POLICIES, Policy};
use crate::record;

mod latency;

pub use latency::Latency;

/// How many threads can count without touching each other's memory; more of them share.
const SHARDS: usize = 16;

/// The counters of one generation of modules.
///
/// A call adds to memory of its own thread; reading sums up.
#[derive(Debug)]
pub(crate) struct Stats {
    shards: Box<[Shard; SHARDS]>,
    latencies: Box<[Latency]>,
    /// One in how many calls is timed; a power of two, less one.
    sampling: u64,
}

/// On cache lines of its own.
#[repr(align(128))]
#[derive(Debug)]
struct Shard {
    /// Per module and callback.
    counters: Box<[Counters]>,
}

#[derive(Debug, Default)]
struct Counters {
    called: AtomicU64,
    denied: AtomicU64,
    failed: AtomicU64,
    lost: AtomicU64,
}

/// What a module did, summed over one or all of its callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// How often it was asked or told.
    pub called: u64,
    /// How often it answered something that decided against the operation.
    pub denied: u64,
    /// How often it answered an error, panicked or was too late.
    pub failed: u64,
    /// Of how many things it was not told, because too many waited for it already.
    pub lost: u64,
}

impl Stats {
    /// For `modules` modules; every `sample_every`th call is timed (rounded up to a power of two).
    pub(crate) fn new(modules: usize, sample_every: u64) -> Self {
        let shard = |_| Shard {
            counters: (0..modules * POLICIES.len()).map(|_| Counters::default()).collect(),
        };
        Self {
            shards: Box::new(std::array::from_fn(shard)),
            latencies: (0..modules).map(|_| Latency::default()).collect(),
            sampling: sample_every.max(1).next_power_of_two() - 1,
        }
    }

    /// Where the counters of a module's callback stand among those of a thread.
    pub(crate) const fn place(module: usize, callback: usize) -> usize {
        module * POLICIES.len() + callback
    }

    /// The counters of the thread with this number.
    #[inline]
    pub(crate) fn here(&self, thread: usize) -> Here<'_> {
        Here { counters: &self.shards[thread % SHARDS].counters }
    }

    /// Whether a call is timed before which there were so many.
    #[inline]
    pub(crate) fn is_timed(&self, asked_before: u64) -> bool {
        asked_before & self.sampling == 0
    }

    pub(crate) fn denied(&self, module: usize, callback: usize) {
        self.counters(module, callback).denied.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, module: usize, callback: usize) {
        self.counters(module, callback).failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, module: usize, callback: usize) {
        self.counters(module, callback).lost.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(crate) fn took(&self, module: usize, time: Duration) {
        self.latencies[module].record(time);
    }

    pub(crate) fn latency(&self, module: usize) -> &Latency {
        &self.latencies[module]
    }

    /// What a module did, by callback; those that were never called are left out.
    pub(crate) fn counts(&self, module: usize) -> Vec<(&'static Policy, Counts)> {
        let sum = |callback: usize, field: fn(&Counters) -> &AtomicU64| {
            let cell = |shard: &Shard| {
                let counters = &shard.counters[Self::place(module, callback)];
                field(counters).load(Ordering::Relaxed)
            };
            self.shards.iter().map(cell).sum()
        };
        let counts = |callback| Counts {
            called: sum(callback, |counters| &counters.called),
            denied: sum(callback, |counters| &counters.denied),
            failed: sum(callback, |counters| &counters.failed),
            lost: sum(callback, |counters| &counters.lost),
        };
        let all = POLICIES.iter().enumerate().map(|(index, policy)| (policy, counts(index)));
        all.filter(|(_, counts)| counts.called > 0 || counts.lost > 0).collect()
    }

    fn counters(&self, module: usize, callback: usize) -> &Counters {
        &self.shards[record::thread() % SHARDS].counters[Self::place(module, callback)]
    }
}

/// The counters that one thread adds to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here<'a> {
    counters: &'a [Counters],
}

impl Here<'_> {
    /// Counts a call of the callback whose counters stand at `place`; says how many there were
    /// before it.
    #[inline]
    pub(crate) fn called(&self, place: usize) -> u64 {
        let Some(counters) = self.counters.get(place) else { return 0 };
        counters.called.fetch_add(1, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_many_threads_are_summed() {
        let stats = Stats::new(2, 64);
        std::thread::scope(|scope| {
            for _ in 0..2 * SHARDS {
                scope.spawn(|| {
                    for _ in 0..100 {
                        stats.here(record::thread()).called(Stats::place(1, 3));
                    }
                    stats.denied(1, 3);
                });
            }
        });
        let counts = stats.counts(1);
        assert_eq!(counts.len(), 1);
        let threads = 2 * SHARDS as u64;
        assert_eq!(
            counts[0].1,
            Counts { called: 100 * threads, denied: threads, ..Counts::default() }
        );
        assert!(stats.counts(0).is_empty());
    }
}
