//! What is counted of reloads. One thread reloads, whoever scrapes reads.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::SharedCounter;

/// The counts of one gateway's reloads.
#[derive(Debug, Default)]
pub struct ReloadCounters {
    /// Configurations that took the place of the one before.
    pub applied: SharedCounter,
    /// Reloads that found nothing changed.
    pub unchanged: SharedCounter,
    /// Reloads of files that couldn't be used.
    pub refused: SharedCounter,
    /// 1 unless the last reload was refused.
    pub successful: SharedCounter,
    /// The number of the configuration that is served.
    generation: SharedCounter,
    /// When the files last said what is served: milliseconds since 1970.
    served: AtomicU64,
}

impl ReloadCounters {
    /// The files say now what is served: the configuration of this number.
    pub fn serving(&self, generation: u64, now: SystemTime) {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.served.store(u64::try_from(since.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.generation.set(generation);
        self.successful.set(1);
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut family =
            encoder.encode_descriptor("tamis_reloads", "Reloads, by result", None, MetricType::Counter)?;
        let results =
            [("applied", &self.applied), ("unchanged", &self.unchanged), ("refused", &self.refused)];
        for (result, counter) in results {
            let counter = ConstCounter::new(counter.value());
            counter.encode(family.encode_family(&[("result", result)])?)?;
        }
        for (name, help, gauge) in [
            ("tamis_config_generation", "The number of the configuration that is served", &self.generation),
            (
                "tamis_config_last_reload_successful",
                "0 if the files can't be used and what was served before still is",
                &self.successful,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(gauge.value()).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        let help = "When the files last said what is served, seconds since 1970";
        let name = "tamis_config_last_reload_success_timestamp_seconds";
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium are exact")]
        let seconds = ConstGauge::new(self.served.load(Ordering::Relaxed) as f64 / 1000.0);
        seconds.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }
}
