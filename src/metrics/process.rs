//! The process as Linux sees it (proc(5)), under the names that Prometheus' own libraries use; and what was built.
//!
//! Where there is no `/proc`, what it would tell is left out.

use std::fmt;
use std::fs;
use std::sync::OnceLock;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Ticks of a second in `/proc`: USER_HZ, which is 100 on every architecture that Rust runs Linux on.
const TICKS: f64 = 100.0;

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let (help, gauge) = ("1, with what was built", MetricType::Gauge);
    let mut family = encoder.encode_descriptor("tamis_build_info", help, None, gauge)?;
    let labels = [("version", env!("CARGO_PKG_VERSION"))];
    ConstGauge::new(1_i64).encode(family.encode_family(&labels)?)?;
    if let Some(stat) = Stat::read() {
        let help = "Processor time spent, user's and system's";
        let spent = encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
        ConstCounter::new(stat.ticks / TICKS).encode(spent)?;
        if let Some(boot) = boot() {
            let help = "When the process began, since the beginning of 1970";
            let begun = encoder.encode_descriptor("process_start_time_seconds", help, None, gauge)?;
            ConstGauge::new(boot + stat.begun / TICKS).encode(begun)?;
        }
    }
    let gauges = [
        ("process_resident_memory_bytes", "Memory in use, as far as it is not swapped out", resident()),
        ("process_open_fds", "Descriptors now open", open_descriptors()),
        ("process_max_fds", "Descriptors that may be open at once", most_descriptors()),
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            let place: MetricEncoder<'_> = encoder.encode_descriptor(name, help, None, gauge)?;
            ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(place)?;
        }
    }
    Ok(())
}

/// What `/proc/self/stat` says, in ticks.
#[derive(Debug, PartialEq)]
struct Stat {
    ticks: f64,
    /// After the machine's start.
    begun: f64,
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the command in parentheses, which may hold anything; the third follows the last of them.
        let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
        let user: f64 = fields.nth(11)?.parse().ok()?;
        let system: f64 = fields.next()?.parse().ok()?;
        let begun = fields.nth(6)?.parse().ok()?;
        Some(Self { ticks: user + system, begun })
    }
}

/// When the machine started, in seconds since 1970.
fn boot() -> Option<f64> {
    static BOOT: OnceLock<Option<f64>> = OnceLock::new();
    let read = || {
        let text = fs::read_to_string("/proc/stat").ok()?;
        text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
    };
    *BOOT.get_or_init(read)
}

fn resident() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
    kibibytes.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn open_descriptors() -> Option<u64> {
    // One of them is the folder's own.
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(open).ok()?.checked_sub(1)
}

fn most_descriptors() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/limits").ok()?;
    let limits = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    limits.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_hold_anything() {
        let text = "7 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15 16 17 18 900 20 21";
        assert_eq!(Stat::parse(text), Some(Stat { ticks: 300.0, begun: 900.0 }));
        assert_eq!(Stat::parse("7 (a) S 1 2"), None);
    }

    #[test]
    fn this_process_is_alive() {
        assert!(Stat::read().unwrap().begun > 0.0 && boot().unwrap() > 1e9);
        assert!(resident().unwrap() > 100_000);
        assert!(open_descriptors().unwrap() >= 3 && most_descriptors().unwrap() >= 64);
    }
}
