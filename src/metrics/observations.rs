//! What is counted of the keeping of observations.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::SharedCounter;

/// The counts of one gateway's observations; the thread that keeps them counts.
#[derive(Debug, Default)]
pub struct ObservationCounters {
    /// Rows now kept.
    pub rows: SharedCounter,
    /// Cookies without a row of their own.
    pub unlisted: SharedCounter,
    /// 1 while they can't be written where they should be.
    pub failing: SharedCounter,
}

impl ObservationCounters {
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let unlisted = ConstCounter::new(self.unlisted.value());
        let help = "Cookies observed without a row of their own, since there were too many names";
        let kind = prometheus_client::metrics::MetricType::Counter;
        unlisted.encode(encoder.encode_descriptor("tamis_observations_unlisted", help, None, kind)?)?;
        let gauges = [
            ("tamis_observations_rows", "Cookie-names observed that have a row", &self.rows),
            (
                "tamis_observations_failing",
                "1 while observations can't be written to their file",
                &self.failing,
            ),
        ];
        for (name, help, which) in gauges {
            let gauge = ConstGauge::new(i64::try_from(which.value()).unwrap_or(i64::MAX));
            let kind = prometheus_client::metrics::MetricType::Gauge;
            gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        Ok(())
    }
}
