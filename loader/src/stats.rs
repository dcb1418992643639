//! Statistics: how often each module was called, how often it denied or failed, and how long a
//! sample of its answers took.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::policy::{POLICIES, Policy};

mod latency;

pub use latency::Latency;

/// How many threads have counters of their own, which need no locked instruction.
const OWN: usize = 16;

/// How many words separate the counters of two threads, wherever they begin: a cache line.
const APART: usize = 8;

/// The counters of one generation of modules: one for each callback that a module registered.
///
/// A call adds to its own thread's counter; reading sums them up.
#[derive(Debug)]
pub(crate) struct Stats {
    counted: Vec<Counted>,
    /// The numbers of calls, in the order of `counted`, for each of the first threads.
    own: [Box<[AtomicU64]>; OWN],
    /// The same for all other threads.
    common: Box<[AtomicU64]>,
    rare: Box<[Rare]>,
    /// For each module, created when its first answer is timed.
    latencies: Box<[OnceLock<Box<Latency>>]>,
    /// One less than how many calls there are for each timed one, which is a power of two.
    sampling: u64,
}

/// What a counter counts: a callback of a module, each by its number in the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) module: usize,
    pub(crate) callback: usize,
}

/// Events so rare that all threads share a counter.
#[derive(Debug, Default)]
struct Rare {
    denied: AtomicU64,
    failed: AtomicU64,
    lost: AtomicU64,
}

/// The counters of a module, for one of its callbacks or summed over several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// How often it was called.
    pub called: u64,
    /// How often it decided against the operation.
    pub denied: u64,
    /// How often it returned an error, panicked or did not answer in time.
    pub failed: u64,
    /// How many notifications were not queued, usually because too many were waiting already.
    pub lost: u64,
}

impl Stats {
    /// Counters for `modules` modules. One call in `sample_every` is timed (rounded up to a power
    /// of two).
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

    /// The counters of the thread with this number.
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

    /// How long the module's answers took, if any was timed.
    pub(crate) fn latency(&self, module: usize) -> Option<&Latency> {
        self.latencies[module].get().map(|latency| &**latency)
    }

    /// Counts a call on a thread that has no counters of its own.
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

    /// The counts of a module by callback, without those that were never called.
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

    /// The sum over all threads.
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

/// A thread's counters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here<'a> {
    /// Only this thread writes these, so no locked instruction is needed. Empty if the thread has
    /// none of its own.
    own: &'a [AtomicU64],
    stats: &'a Stats,
}

impl Here<'_> {
    /// Counts a call and returns whether it is to be timed.
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
