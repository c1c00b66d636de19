//! How long something took, in buckets that never change.

use std::time::Duration;

use super::Counter;

/// The upper bounds of the buckets in microseconds; a last bucket has none. From an answer out of memory to one that the
/// usual time limits end.
const BOUNDS: [u64; 15] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000, 30_000_000, 60_000_000,
];
const BUCKETS: usize = BOUNDS.len() + 1;

/// The durations that one worker saw.
#[derive(Debug, Default)]
pub struct Histogram {
    /// How many fell between a bound and the one before; not added up.
    buckets: [Counter; BUCKETS],
    microseconds: Counter,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.partition_point(|bound| *bound < microseconds);
        if let Some(bucket) = self.buckets.get(place) {
            bucket.increment();
        }
        self.microseconds.add(microseconds);
    }
}

/// The durations of several workers.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations {
    buckets: [u64; BUCKETS],
    microseconds: u64,
}

impl Durations {
    pub(super) fn add(&mut self, histogram: &Histogram) {
        for (sum, bucket) in self.buckets.iter_mut().zip(&histogram.buckets) {
            *sum += bucket.value();
        }
        self.microseconds += histogram.microseconds.value();
    }

    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.microseconds as f64 / 1e6
    }

    /// Each bucket's upper bound in seconds, and how many it has.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        let bounds = BOUNDS.iter().map(|bound| *bound as f64 / 1e6).chain([f64::INFINITY]);
        bounds.zip(self.buckets).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        for milliseconds in [0, 1, 2, 60_000, 60_001, 1_000_000] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let mut durations = Durations::default();
        durations.add(&histogram);
        durations.add(&Histogram::default());
        let buckets = durations.buckets();
        assert_eq!((buckets[0], buckets[1]), ((0.001, 2), (0.0025, 1)));
        assert_eq!((buckets[14], buckets[15]), ((60.0, 1), (f64::INFINITY, 2)));
        assert_eq!(durations.count(), 6);
        assert!((durations.seconds() - 1_120.004).abs() < 1e-6, "{}", durations.seconds());
    }
}
