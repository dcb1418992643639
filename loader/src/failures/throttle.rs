//! Throttles repeated log lines.

use std::time::Duration;

use tokio::time::Instant;

/// How often a repeated line is logged.
const PERIOD: Duration = Duration::from_secs(60);

/// Lets the first lines through at once and later ones once a minute, and counts those left out.
/// After each quiet minute one more is let through at once, up to the initial number.
#[derive(Debug)]
pub(crate) struct Throttle {
    at_once: u32,
    left: u32,
    /// The start of the current minute.
    since: Option<Instant>,
    left_out: u64,
}

impl Throttle {
    /// A throttle that lets `at_once` lines through before it counts minutes.
    pub(crate) const fn new(at_once: u32) -> Self {
        Self { at_once, left: at_once, since: None, left_out: 0 }
    }

    /// Whether a line that comes now is let through; if so, how many were left out since the last
    /// one.
    pub(crate) fn admit(&mut self, now: Instant) -> Option<u64> {
        let since = *self.since.get_or_insert(now);
        let minutes = now.saturating_duration_since(since).as_secs() / PERIOD.as_secs();
        let missing = self.at_once - self.left;
        match u32::try_from(minutes) {
            Ok(minutes) if minutes < missing => {
                self.left += minutes;
                self.since = Some(since + PERIOD * minutes);
            }
            _ => {
                self.left = self.at_once;
                self.since = Some(now);
            }
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(self.rest())
            }
            None => {
                self.left_out += 1;
                None
            }
        }
    }

    /// How many were left out since this number was last reported; resets it.
    pub(crate) fn rest(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Which of the lines that come after these waits, in seconds, are let through, and when, each
    /// with the number left out before it; and how many are left to report at the end.
    fn logged(at_once: u32, waits: &[f64]) -> (Vec<(f64, u64)>, u64) {
        let (begun, mut now) = (Instant::now(), 0.0);
        let mut throttle = Throttle::new(at_once);
        let mut logged = Vec::new();
        for wait in waits {
            now += wait;
            if let Some(left_out) = throttle.admit(begun + Duration::from_secs_f64(now)) {
                logged.push((now, left_out));
            }
        }
        (logged, throttle.rest())
    }

    #[test]
    fn a_flood_is_logged_at_once_and_then_once_a_minute() {
        let flood = vec![1.0; 200];
        let shown = [(1.0, 0), (2.0, 0), (3.0, 0), (61.0, 57), (121.0, 59), (181.0, 59)];
        assert_eq!(logged(3, &flood), (shown.to_vec(), 19));
    }

    #[test]
    fn after_quiet_minutes_as_many_are_logged_at_once_again() {
        let waits = [&[0.0; 4][..], &[125.0], &[0.0; 3], &[3600.0], &[0.0; 4]].concat();
        let shown = [
            (0.0, 0),
            (0.0, 0),
            (0.0, 0),
            (125.0, 1),
            (125.0, 0),
            (3725.0, 2),
            (3725.0, 0),
            (3725.0, 0),
        ];
        assert_eq!(logged(3, &waits), (shown.to_vec(), 2));
    }

    proptest! {
        #[test]
        fn each_line_is_logged_or_counted(
            at_once in 1_u32..6,
            waits in prop::collection::vec(prop_oneof![Just(0.0), 0.0..3.0, 0.0..200.0], 0..200),
        ) {
            let (logged, rest) = logged(at_once, &waits);
            let left_out: u64 = logged.iter().map(|(_, left_out)| left_out).sum();
            prop_assert_eq!(logged.len() as u64 + left_out + rest, waits.len() as u64);
        }

        #[test]
        fn any_period_has_at_most_one_line_per_minute_and_the_initial_ones(
            at_once in 1_u32..6,
            waits in prop::collection::vec(prop_oneof![Just(0.0), 0.0..3.0, 0.0..200.0], 0..200),
        ) {
            let (logged, _) = logged(at_once, &waits);
            for (first, (from, _)) in logged.iter().enumerate() {
                for (many, (to, _)) in (1_u32..).zip(&logged[first..]) {
                    let most = f64::from(at_once) + ((to - from) / 60.0 + 1e-6).floor() + 1.0;
                    prop_assert!(f64::from(many) < most + 0.5, "{:?}", logged);
                }
            }
        }
    }
}
