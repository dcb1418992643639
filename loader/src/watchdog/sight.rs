//! What the watchdog has seen of one thread.

use std::time::Instant;

use crate::record::{Place, Reading};

/// One thread at the last look.
#[derive(Debug, Default)]
pub(super) struct Sight {
    reading: Option<Reading>,
    inside: Option<Inside>,
}

/// The module that the thread is inside of.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) module: usize,
    pub(super) place: Place,
    /// When the thread was first seen there.
    pub(super) since: Instant,
    pub(super) told: Alarm,
}

/// What was logged about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alarm {
    #[default]
    None,
    /// It has taken longer than `slow_poll`.
    Slow,
    /// It has missed its deadline.
    Late,
}

impl Sight {
    /// Notes the current state; returns what the thread has left, if something was logged about
    /// that.
    pub(super) fn see(&mut self, reading: Reading, now: Instant) -> Option<Inside> {
        if self.reading == Some(reading) {
            return None;
        }
        self.reading = Some(reading);
        let inside = reading.inside().map(|(module, place)| Inside {
            module,
            place,
            since: now,
            told: Alarm::None,
        });
        std::mem::replace(&mut self.inside, inside).filter(|left| left.told > Alarm::None)
    }

    /// What the thread is inside of.
    pub(super) fn inside(&mut self) -> Option<&mut Inside> {
        self.inside.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record;

    /// Looks at this thread's slot.
    fn look(sight: &mut Sight, now: Instant) -> Option<Inside> {
        sight.see(record::look_here(), now)
    }

    #[test]
    fn one_long_call_is_distinguished_from_several_short_ones() {
        let (mut sight, begun) = (Sight::default(), Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        for second in 0..3 {
            let _short = record::enter(7, Place::START);
            assert!(look(&mut sight, at(second)).is_none());
            assert_eq!(sight.inside().unwrap().since, at(second));
        }
        let _long = record::enter(7, Place::START);
        for second in 3..6 {
            assert!(look(&mut sight, at(second)).is_none());
            assert_eq!(sight.inside().unwrap().since, at(3));
        }
    }

    #[test]
    fn a_logged_entry_is_returned_when_it_is_left() {
        let (mut sight, now) = (Sight::default(), Instant::now());
        let outer = record::enter(7, Place::START);
        look(&mut sight, now);
        sight.inside().unwrap().told = Alarm::Slow;
        {
            let _inner = record::enter(8, Place::WEB);
            let left = look(&mut sight, now).unwrap();
            assert_eq!((left.module, left.place), (7, Place::START));
            assert_eq!(sight.inside().unwrap().module, 8);
        }
        // Nothing was logged about the inner one.
        assert!(look(&mut sight, now).is_none());
        assert_eq!(sight.inside().unwrap().module, 7);
        drop(outer);
        assert!(look(&mut sight, now).is_none());
        assert!(sight.inside().is_none());
    }
}
