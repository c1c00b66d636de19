//! What is counted of consent records.
//!
//! Every worker and the writer's thread count here, so these add atomically; a choice is rare beside a request.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// A number that any thread changes.
#[derive(Debug, Default)]
pub struct SharedCounter(AtomicU64);

impl SharedCounter {
    /// Adds so many.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// What it is from now on (gauges).
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counts of one gateway's records.
#[derive(Debug, Default)]
pub struct RecordCounters {
    /// Records that are durable.
    pub written: SharedCounter,
    /// Choices that were refused, since their record could not be made durable in time.
    pub refused: SharedCounter,
    /// Choices that were honoured and have no record.
    pub missing: SharedCounter,
    /// Signed heads exported.
    pub heads: SharedCounter,
    /// Records that wait now.
    pub queued: SharedCounter,
    /// 1 while the database takes no records.
    pub failing: SharedCounter,
}

type Row = (&'static str, &'static str, fn(&RecordCounters) -> &SharedCounter);

const COUNTERS: &[Row] = &[
    ("tamis_records_written", "Consent records that are durable", |c| &c.written),
    ("tamis_records_refused", "Choices refused since their record could not be made durable", |c| &c.refused),
    ("tamis_records_missing", "Choices honoured without a record", |c| &c.missing),
    ("tamis_records_heads", "Signed heads of the chain of records exported", |c| &c.heads),
];
const GAUGES: &[Row] = &[
    ("tamis_records_queued", "Consent records that wait to be written", |c| &c.queued),
    ("tamis_records_failing", "1 while the database takes no consent records", |c| &c.failing),
];

impl RecordCounters {
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, which) in COUNTERS {
            let counter = ConstCounter::new(which(self).value());
            let kind = prometheus_client::metrics::MetricType::Counter;
            counter.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        for (name, help, which) in GAUGES {
            let gauge = ConstGauge::new(i64::try_from(which(self).value()).unwrap_or(i64::MAX));
            let kind = prometheus_client::metrics::MetricType::Gauge;
            gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        Ok(())
    }
}
