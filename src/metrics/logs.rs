//! What is counted of the log.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

use super::SharedCounter;

/// Lines that were dropped since nobody took them in time, by where they should have gone.
#[derive(Clone, Debug, Default)]
pub struct LogCounters {
    /// Standard output.
    pub stdout: Arc<SharedCounter>,
    /// The access log's own file.
    pub file: Arc<SharedCounter>,
}

impl LogCounters {
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (help, kind) = ("Lines of the log that nobody took in time", MetricType::Counter);
        let mut family = encoder.encode_descriptor("tamis_log_lines_dropped", help, None, kind)?;
        for (output, dropped) in [("stdout", &self.stdout), ("file", &self.file)] {
            let counter = ConstCounter::new(dropped.value());
            counter.encode(family.encode_family(&[("output", output)])?)?;
        }
        Ok(())
    }
}
