//! The time of a fake homeserver, which passes when the test says so, or follows the system's.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, and the futures that wait for a later time.
#[derive(Clone)]
pub(super) struct Clock(Arc<Mutex<State>>);

struct State {
    now: i64,
    /// Whether it follows the system's time.
    real: bool,
    latest: u64,
    /// By the time that they wait for, and a unique number.
    sleepers: BTreeMap<(i64, u64), Waker>,
}

impl Clock {
    pub(super) fn new(now: i64) -> Self {
        Self(Arc::new(Mutex::new(State { now, real: false, latest: 0, sleepers: BTreeMap::new() })))
    }

    pub(super) fn now(&self) -> i64 {
        let state = self.state();
        if state.real { system() } else { state.now }
    }

    /// Follows the system's time from now on; the clock does not wake sleepers then.
    pub(super) fn follow_system(&self) {
        self.state().real = true;
    }

    pub(super) fn is_real(&self) -> bool {
        self.state().real
    }

    /// The time after a duration; part of a millisecond counts as a whole one.
    pub(super) fn after(&self, duration: Duration) -> i64 {
        self.now().saturating_add(milliseconds(duration))
    }

    /// Advances the time to `now`, unless it is later already.
    pub(super) fn set(&self, now: i64) {
        let mut due = Vec::new();
        let mut state = self.state();
        let now = state.now.max(now);
        state.now = now;
        while let Some(first) = state.sleepers.first_entry() {
            if first.key().0 > now {
                break;
            }
            due.push(first.remove());
        }
        drop(state);
        due.into_iter().for_each(Waker::wake);
    }

    /// The earliest time that a sleeper waits for, up to `end`.
    pub(super) fn next(&self, end: i64) -> Option<i64> {
        self.state().sleepers.keys().map(|(at, _)| *at).next().filter(|at| *at <= end)
    }

    /// A future that is ready at this time.
    pub(super) fn sleep_until(&self, at: i64) -> Sleeping {
        Sleeping { clock: self.clone(), at, number: None }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The system's time.
fn system() -> i64 {
    // Before 1970, the system's clock has not been set.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

/// The milliseconds of a duration, rounded up.
pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let waiting = state.sleepers.len();
        f.debug_struct("Clock").field("now", &state.now).field("waiting", &waiting).finish()
    }
}

/// A future that waits for a time.
pub(super) struct Sleeping {
    clock: Clock,
    at: i64,
    number: Option<u64>,
}

impl Future for Sleeping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.clock.state();
        if state.now >= this.at {
            return Poll::Ready(());
        }
        let number = *this.number.get_or_insert_with(|| {
            state.latest += 1;
            state.latest
        });
        state.sleepers.insert((this.at, number), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleeping {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = self.clock.state().sleepers.remove(&(self.at, number));
            drop(waker);
        }
    }
}
