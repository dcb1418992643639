//! Measures how long calls take, by sampling.
//!
//! Rationale: reading the clock takes about as long as calling a module, and a replay makes
//! millions of calls. Every sixteenth event is a sufficient sample.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// The number of first events of a room that are all timed, since most files are short.
const FIRST: u64 = 64;
/// The sampling interval for the other events.
const EVERY: u64 = 16;

/// The number of timed calls and their total time.
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

/// The timing of the calls about one event.
#[derive(Clone, Copy)]
pub(super) struct Timing(Option<Instant>);

impl Timer {
    /// Starts the next event.
    pub(super) fn start(&mut self) -> Timing {
        self.events += 1;
        let timed = self.events <= FIRST || self.events.is_multiple_of(EVERY);
        Timing(timed.then(Instant::now))
    }
}

impl Timing {
    /// Records `calls` calls since the start. Returns zeros if the event is not timed.
    pub(super) fn calls(self, calls: u64) -> Dispatched {
        self.0.map_or_else(Dispatched::default, |start| Dispatched { calls, time: start.elapsed() })
    }

    /// Restarts the clock for more calls about the same event.
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
