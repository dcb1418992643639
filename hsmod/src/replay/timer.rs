//! How long calls take, of which a sample is timed.
//!
//! Rationale: to read the clock takes about as long as to ask a module, and a replay asks millions of
//! times; each sixteenth event tells the same.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// The first events of a room are all timed: most files are short.
const FIRST: u64 = 64;
/// Of the others, each so many.
const EVERY: u64 = 16;

/// Calls that were timed, and how long they took.
#[derive(Clone, Copy, Default)]
pub(super) struct Dispatched {
    pub(super) calls: u64,
    pub(super) time: Duration,
}

impl AddAssign for Dispatched {
    fn add_assign(&mut self, more: Self) {
        self.calls += more.calls;
        self.time += more.time;
    }
}

/// Times the calls about some of the events of a room.
#[derive(Default)]
pub(super) struct Timer {
    events: u64,
}

/// The calls about one event.
#[derive(Clone, Copy)]
pub(super) struct Timing(Option<Instant>);

impl Timer {
    /// The next event.
    pub(super) fn start(&mut self) -> Timing {
        self.events += 1;
        let timed = self.events <= FIRST || self.events.is_multiple_of(EVERY);
        Timing(timed.then(Instant::now))
    }
}

impl Timing {
    /// So many calls were made since it began; nothing if it is not timed.
    pub(super) fn calls(self, calls: u64) -> Dispatched {
        self.0.map_or_else(Dispatched::default, |start| Dispatched { calls, time: start.elapsed() })
    }

    /// More calls about the same event begin.
    pub(super) fn again(self) -> Self {
        Self(self.0.map(|_| Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_short_room_and_a_sample_of_a_long_one_are_timed() {
        let calls = |events: u64| {
            let mut timer = Timer::default();
            let mut all = Dispatched::default();
            (0..events).for_each(|_| all += timer.start().calls(2));
            all.calls
        };
        assert_eq!(calls(64), 128);
        assert_eq!(calls(64 + 160), 128 + 20);
    }
}
