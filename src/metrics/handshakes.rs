//! TLS handshakes with user agents.

use std::fmt;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::ConstCounter;

use super::Counter;

/// The versions of TLS that tamis speaks.
pub const TLS_VERSIONS: [&str; 2] = ["1.2", "1.3"];
/// What ALPN can agree on (RFC 7301).
pub const ALPN: [&str; 3] = ["h2", "http/1.1", "none"];
const RESUMED: [&str; 2] = ["no", "yes"];
const KINDS: usize = TLS_VERSIONS.len() * ALPN.len() * RESUMED.len();

/// The handshakes that one worker completed.
#[derive(Debug, Default)]
pub struct Handshakes([Counter; KINDS]);

impl Handshakes {
    /// Counts one, by words of [`TLS_VERSIONS`] and [`ALPN`]; what is none of them is not counted.
    pub fn increment(&self, version: &str, alpn: &str, resumed: bool) {
        let version = TLS_VERSIONS.iter().position(|word| *word == version);
        let alpn = ALPN.iter().position(|word| *word == alpn);
        if let (Some(version), Some(alpn)) = (version, alpn)
            && let Some(counter) = self.0.get(place(version, alpn, usize::from(resumed)))
        {
            counter.increment();
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.iter().map(Counter::value).sum()
    }
}

fn place(version: usize, alpn: usize, resumed: usize) -> usize {
    (version * ALPN.len() + alpn) * RESUMED.len() + resumed
}

/// The sums of several workers, as a family of labels.
pub(super) fn encode(workers: &[&Handshakes], family: &mut MetricEncoder<'_>) -> fmt::Result {
    for (v, version) in TLS_VERSIONS.into_iter().enumerate() {
        for (a, alpn) in ALPN.into_iter().enumerate() {
            for (r, resumed) in RESUMED.into_iter().enumerate() {
                let of = |worker: &Handshakes| worker.0.get(place(v, a, r)).map_or(0, Counter::value);
                let labels = [("version", version), ("alpn", alpn), ("resumed", resumed)];
                let counter = ConstCounter::new(workers.iter().map(|worker| of(worker)).sum::<u64>());
                counter.encode(family.encode_family(&labels)?)?;
            }
        }
    }
    Ok(())
}
