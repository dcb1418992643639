//! Logs which module blocks a thread of the homeserver.
//!
//! A callback that blocks cannot be interrupted, and its deadline is checked only once it returns.
//! So a thread of the loader reads the [record] of all threads a few times in each `slow_poll`: a
//! thread that has not entered anything else meanwhile is still inside the same module. Calls do
//! not read a clock for this.

use std::collections::HashMap;
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::record;

mod pack;
mod sight;

use self::pack::Pack;
pub(crate) use self::pack::Subject;
use self::sight::Sight;

/// How many times the thread looks in each `slow_poll`.
const LOOKS: u32 = 4;

/// The shortest and the longest time between two looks.
const PERIODS: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(250)];

static WATCHDOG: Watchdog = Watchdog::new();

#[derive(Debug)]
struct Watchdog {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Modules that were loaded together, by number; created when first needed.
    packs: Option<HashMap<u64, Arc<Pack>>>,
    /// Packs that are no longer watched, which may still need a last log line.
    leaving: Vec<Arc<Pack>>,
    latest: u64,
    /// The process that has the thread, if there is one: threads do not survive a fork.
    thread_of: Option<u32>,
}

impl State {
    /// Whether the thread is running in this process.
    fn runs(&self) -> bool {
        self.thread_of == Some(process::id())
    }
}

/// Watches modules until dropped; the thread ends with the last of these.
#[derive(Debug)]
pub(crate) struct Watched(Option<(&'static Watchdog, u64)>);

/// Starts to watch some modules, and logs to the caller's current subscriber. Does nothing without
/// a `slow_poll`.
pub(crate) fn watch(slow_poll: Option<Duration>, subjects: Vec<Subject>) -> Watched {
    match slow_poll.filter(|_| !subjects.is_empty()) {
        Some(slow_poll) => WATCHDOG.watch(Pack::new(slow_poll, subjects)),
        None => Watched(None),
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some((watchdog, number)) = self.0 {
            watchdog.leave(number);
        }
    }
}

impl Watchdog {
    const fn new() -> Self {
        let state = State { packs: None, leaving: Vec::new(), latest: 0, thread_of: None };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn watch(&'static self, pack: Pack) -> Watched {
        let mut state = self.state();
        state.latest += 1;
        let number = state.latest;
        state.packs.get_or_insert_default().insert(number, Arc::new(pack));
        if state.runs() {
            // The new period may be shorter.
            self.changed.notify_one();
        } else {
            let thread = std::thread::Builder::new().name("hsmod watchdog".to_owned());
            match thread.spawn(|| self.run()) {
                Ok(_) => state.thread_of = Some(process::id()),
                Err(error) => tracing::warn!(
                    "modules that block are not reported: no thread can be started to watch them: \
                     {error}; raise this process's limit on threads or memory"
                ),
            }
        }
        Watched(Some((self, number)))
    }

    fn leave(&self, number: u64) {
        let mut state = self.state();
        let pack = state.packs.as_mut().and_then(|packs| packs.remove(&number));
        if state.runs() {
            state.leaving.extend(pack);
            self.changed.notify_one();
        } else {
            // Drop it without the lock: the pack holds a subscriber, whose destructor may run any
            // code.
            drop(state);
            drop(pack);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks until there is nothing left to watch.
    fn run(&self) {
        let mut sights: Vec<Sight> = Vec::new();
        loop {
            let mut state = self.state();
            let packs = state.packs.iter().flat_map(HashMap::values);
            let period = packs.map(|pack| period(pack.slow_poll)).min();
            if state.leaving.is_empty() {
                let Some(period) = period else {
                    state.thread_of = None;
                    return;
                };
                let waited = self.changed.wait_timeout(state, period);
                (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            }
            let mut packs = std::mem::take(&mut state.leaving);
            packs.extend(state.packs.iter().flat_map(HashMap::values).cloned());
            // Logging may drop modules.
            drop(state);
            look(&mut sights, &packs, Instant::now());
        }
    }
}

/// The time between two looks.
fn period(slow_poll: Duration) -> Duration {
    (slow_poll / LOOKS).clamp(PERIODS[0], PERIODS[1])
}

/// Looks at each thread once.
fn look(sights: &mut Vec<Sight>, packs: &[Arc<Pack>], now: Instant) {
    let slots = record::all();
    sights.resize_with(slots.len(), Sight::default);
    let pack = |module: usize| packs.iter().find(|pack| pack.has(module));
    for (slot, sight) in slots.into_iter().zip(sights) {
        if let Some(left) = sight.see(record::look(slot), now)
            && let Some(pack) = pack(left.module)
        {
            pack.tell_that_it_came_back(&left, now);
        }
        if let Some(inside) = sight.inside()
            && let Some(pack) = pack(inside.module)
        {
            pack.look(inside, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn it_looks_several_times_in_each_slow_poll() {
        let of = |millis| period(Duration::from_millis(millis)).as_millis();
        assert_eq!([1, 100, 1_000, 60_000].map(of), [5, 25, 250, 250]);
    }

    #[test]
    fn the_thread_ends_with_the_last_modules_and_begins_again() {
        static OWN: Watchdog = Watchdog::new();
        let pack = || Pack::new(Duration::from_secs(1), Vec::new());
        for _ in 0..3 {
            let watched = [pack(), pack()].map(|pack| OWN.watch(pack));
            assert!(OWN.state().runs());
            let [first, last] = watched;
            drop(first);
            assert!(OWN.state().runs());
            drop(last);
            while OWN.state().runs() {
                std::thread::yield_now();
            }
            let state = OWN.state();
            assert!(state.leaving.is_empty() && state.packs.iter().all(HashMap::is_empty));
        }
    }

    #[test]
    fn a_thread_that_was_left_behind_by_a_fork_is_replaced() {
        static OWN: Watchdog = Watchdog::new();
        OWN.state().thread_of = Some(process::id() + 1);
        assert!(!OWN.state().runs());
        let watched = OWN.watch(Pack::new(Duration::from_secs(1), Vec::new()));
        assert!(OWN.state().runs());
        drop(watched);
        while OWN.state().runs() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn nothing_is_watched_without_a_slow_poll() {
        let subject = || Subject::new(0, "m".into(), Limits::default());
        assert!(watch(None, vec![subject()]).0.is_none());
        assert!(watch(Some(Duration::from_secs(1)), vec![]).0.is_none());
        assert!(watch(Some(Duration::from_secs(1)), vec![subject()]).0.is_some());
    }
}
