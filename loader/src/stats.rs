//! What is counted: how often each module was asked what, how often it denied or failed, and how
//! long a sample of its answers took.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::policy::{POLICIES, Policy};

mod latency;

pub use latency::Latency;

/// How many threads count in memory of their own, which needs no locked instruction.
const OWN: usize = 16;

/// How many words keep the memory of two threads apart, wherever that begins: a cache line.
const APART: usize = 8;

/// The counters of one generation of modules: one for each callback that a module registered.
///
/// A call adds to memory of its own thread; reading sums up.
#[derive(Debug)]
pub(crate) struct Stats {
    counted: Vec<Counted>,
    /// How often each was called, in the order of `counted`: in memory of each of the first threads.
    own: [Box<[AtomicU64]>; OWN],
    /// The same of all others.
    common: Box<[AtomicU64]>,
    rare: Box<[Rare]>,
    /// Of each module, from the first one that was timed on.
    latencies: Box<[OnceLock<Box<Latency>>]>,
    /// One in how many calls is timed; a power of two, less one.
    sampling: u64,
}

/// What has a counter: a callback of a module, both by their place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) module: usize,
    pub(crate) callback: usize,
}

/// What seldom happens, so that all threads count it in one place.
#[derive(Debug, Default)]
struct Rare {
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
    pub(crate) fn new(modules: usize, counted: Vec<Counted>, sample_every: u64) -> Self {
        let words = |count| (0..count).map(|_| AtomicU64::new(0)).collect::<Box<[_]>>();
        Self {
            own: std::array::from_fn(|_| words(counted.len() + APART)),
            common: words(counted.len()),
            rare: counted.iter().map(|_| Rare::default()).collect(),
            latencies: (0..modules).map(|_| OnceLock::new()).collect(),
            sampling: sample_every.max(1).next_power_of_two() - 1,
            counted,
        }
    }

    /// One bit for each callback that has a counter.
    pub(crate) fn listening(&self) -> u64 {
        const { assert!(POLICIES.len() <= 64, "each callback has a bit") };
        self.counted.iter().fold(0, |bits, counted| bits | 1 << counted.callback)
    }

    /// Where the thread with this number counts.
    #[inline]
    pub(crate) fn here(&self, thread: usize) -> Here<'_> {
        let own = self.own.get(thread).map_or(&[][..], |own| own);
        Here { own, stats: self }
    }

    pub(crate) fn denied(&self, module: usize, callback: usize) {
        self.rare(module, callback, |rare| &rare.denied);
    }

    pub(crate) fn failed(&self, module: usize, callback: usize) {
        self.rare(module, callback, |rare| &rare.failed);
    }

    pub(crate) fn lost(&self, module: usize, callback: usize) {
        self.rare(module, callback, |rare| &rare.lost);
    }

    #[cold]
    pub(crate) fn took(&self, module: usize, time: Duration) {
        self.latencies[module].get_or_init(Box::default).record(time);
    }

    /// How long the answers of a module took, if any was timed.
    pub(crate) fn latency(&self, module: usize) -> Option<&Latency> {
        self.latencies[module].get().map(|latency| &**latency)
    }

    /// Counts a call of a thread that has no memory of its own.
    #[cold]
    #[inline(never)]
    fn called_in_common(&self, counter: usize) -> u64 {
        self.common.get(counter).map_or(0, |common| common.fetch_add(1, Ordering::Relaxed))
    }

    #[cold]
    fn rare(&self, module: usize, callback: usize, counter: fn(&Rare) -> &AtomicU64) {
        let counted = Counted { module, callback };
        let place = self.counted.iter().position(|own| *own == counted);
        if let Some(rare) = place.and_then(|place| self.rare.get(place)) {
            counter(rare).fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What a module did, by callback; those that were never called are left out.
    pub(crate) fn counts(&self, module: usize) -> Vec<(&'static Policy, Counts)> {
        let mut counts = vec![Counts::default(); POLICIES.len()];
        for (place, counted) in self.counted.iter().enumerate() {
            if counted.module == module {
                counts[counted.callback].add(&self.sum(place));
            }
        }
        let all = POLICIES.iter().zip(counts);
        all.filter(|(_, counts)| counts.called > 0 || counts.lost > 0).collect()
    }

    /// Of all threads.
    fn sum(&self, place: usize) -> Counts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let rare = &self.rare[place];
        Counts {
            called: load(&self.common[place])
                + self.own.iter().map(|own| load(&own[place])).sum::<u64>(),
            denied: load(&rare.denied),
            failed: load(&rare.failed),
            lost: load(&rare.lost),
        }
    }
}

impl Counts {
    const fn add(&mut self, other: &Self) {
        self.called += other.called;
        self.denied += other.denied;
        self.failed += other.failed;
        self.lost += other.lost;
    }
}

/// Where a thread counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here<'a> {
    /// No other thread does, so that no locked instruction is needed; empty if there is no such
    /// memory.
    own: &'a [AtomicU64],
    stats: &'a Stats,
}

impl Here<'_> {
    /// Counts a call, where its callback has this counter; whether it is to be timed.
    #[inline]
    pub(crate) fn called(&self, counter: usize) -> bool {
        let before = match self.own.get(counter) {
            Some(own) => {
                let before = own.load(Ordering::Relaxed);
                own.store(before.wrapping_add(1), Ordering::Relaxed);
                before
            }
            None => self.stats.called_in_common(counter),
        };
        before & self.stats.sampling == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    #[test]
    fn counts_of_many_threads_are_summed() {
        let counted = [(0, 3), (1, 7), (1, 3)];
        let counted = counted.map(|(module, callback)| Counted { module, callback });
        let stats = Stats::new(2, counted.to_vec(), 64);
        let threads = 2 * OWN as u64;
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..100 {
                        stats.here(record::stay().thread()).called(2);
                    }
                    stats.denied(1, 3);
                });
            }
        });
        let counts = stats.counts(1);
        assert_eq!(counts.len(), 1);
        assert_eq!(
            counts[0].1,
            Counts { called: 100 * threads, denied: threads, ..Counts::default() }
        );
        assert!(stats.counts(0).is_empty());
    }
}
