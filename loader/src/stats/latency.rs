//! How long answers take: a histogram whose buckets are powers of two, each divided into four.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const PARTS: usize = 4;
const BUCKETS: usize = 64 * PARTS;

/// The times of a sample of a module's answers.
#[derive(Debug)]
pub struct Latency {
    buckets: Box<[AtomicU64]>,
}

impl Default for Latency {
    fn default() -> Self {
        Self { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Latency {
    pub(super) fn record(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanos)].fetch_add(1, Ordering::Relaxed);
    }

    /// The time below which `share` (0 to 1) of the sample lies, accurate to a fifth; `None` if the
    /// sample is empty.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let counts: Vec<u64> =
            self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank within a sample"
        )]
        let rank = (total as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(Duration::from_nanos(upper_end(found)))
    }
}

/// The index of the bucket for a time.
fn bucket(nanos: u64) -> usize {
    let nanos = nanos.max(PARTS as u64);
    let power = nanos.ilog2() as usize;
    // The two bits after the highest one.
    let part = (nanos >> (power - 2)) & 3;
    power * PARTS + usize::try_from(part).unwrap_or(0)
}

/// The longest time in a bucket.
fn upper_end(bucket: usize) -> u64 {
    let (power, part) = (bucket / PARTS, bucket as u64 % PARTS as u64);
    if power < 2 {
        return PARTS as u64;
    }
    let quarter = 1u64 << (power - 2);
    (quarter * 4).saturating_add(quarter.saturating_mul(part + 1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_a_fifth() {
        let latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        for micros in 1..=1000 {
            latency.record(Duration::from_micros(micros));
        }
        for (share, exact) in [(0.5, 500.0), (0.99, 990.0)] {
            let found = latency.quantile(share).unwrap().as_secs_f64() * 1e6;
            assert!((found / exact - 1.0).abs() < 0.26, "{share}: {found}");
        }
        latency.record(Duration::ZERO);
        latency.record(Duration::MAX);
        assert!(latency.quantile(1.0).unwrap() > Duration::from_secs(1 << 30));
    }
}
