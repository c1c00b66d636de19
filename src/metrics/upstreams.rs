//! What is counted of upstreams, by site and configured address: as many rows as the configuration has.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::{ByWord, Counter, SharedCounter};

/// What one worker counts of one configured address.
#[derive(Debug)]
pub struct AddressCounters {
    /// Connections opened, or tried to.
    pub connects: Counter,
    /// What failed, by the words that the upstream room lists.
    pub failures: ByWord,
    /// Requests that it has now.
    pub in_use: Counter,
    /// Connections that lie idle now.
    pub idle: Counter,
}

impl AddressCounters {
    /// All at zero; `failures` are the words.
    pub fn new(failures: &'static [&'static str]) -> Self {
        Self {
            connects: Counter::default(),
            failures: ByWord::new(failures),
            in_use: Counter::default(),
            idle: Counter::default(),
        }
    }
}

/// One configured address of a site's upstream.
#[derive(Debug)]
pub struct AddressRow {
    /// As configured; it holds no secret.
    pub url: String,
    /// 1 while it is given requests, 0 while it is left out (gauge).
    pub up: SharedCounter,
    /// One a worker, and one of whoever probes it.
    parts: Mutex<Vec<Arc<AddressCounters>>>,
}

impl AddressRow {
    /// Nothing is counted yet; it is up until it is known to be down.
    pub fn new(url: String) -> Self {
        let up = SharedCounter::default();
        up.set(1);
        Self { url, up, parts: Mutex::default() }
    }

    /// The counters of another worker.
    pub fn part(&self, failures: &'static [&'static str]) -> Arc<AddressCounters> {
        let part = Arc::new(AddressCounters::new(failures));
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&part));
        part
    }

    /// One number, all workers added up.
    pub fn sum(&self, of: impl Fn(&AddressCounters) -> u64) -> u64 {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        // A gauge of one worker is raised and lowered by that worker alone, so none is below zero.
        parts.iter().map(|part| of(part)).sum()
    }

    fn words(&self) -> &'static [&'static str] {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.first().map_or(&[], |part| part.failures.words())
    }
}

/// The upstream of one site.
#[derive(Debug)]
pub struct UpstreamCounters {
    /// The site's name.
    pub site: String,
    /// In their configured order.
    pub addresses: Vec<AddressRow>,
    /// Requests that wait for their turn now (gauge).
    pub waiting: SharedCounter,
    /// Requests that had to wait.
    pub queued: SharedCounter,
    /// Requests that were refused, since too many waited or for too long.
    pub busy: SharedCounter,
}

impl UpstreamCounters {
    /// All at zero.
    pub fn new(site: String, urls: impl Iterator<Item = String>) -> Self {
        Self {
            site,
            addresses: urls.map(AddressRow::new).collect(),
            waiting: SharedCounter::default(),
            queued: SharedCounter::default(),
            busy: SharedCounter::default(),
        }
    }
}

/// The upstreams of the configuration that holds now.
#[derive(Debug, Default)]
pub struct Upstreams(Mutex<Vec<Arc<UpstreamCounters>>>);

type OfAddress = (&'static str, &'static str, MetricType, fn(&AddressRow) -> u64);
type OfSite = (&'static str, &'static str, MetricType, fn(&UpstreamCounters) -> u64);

const OF_ADDRESS: &[OfAddress] = &[
    ("tamis_upstream_up", "1 while an address is given requests", MetricType::Gauge, |row| row.up.value()),
    ("tamis_upstream_in_use", "Requests that an address has now", MetricType::Gauge, |row| {
        row.sum(|part| part.in_use.value())
    }),
    ("tamis_upstream_idle", "Connections to an address that lie idle", MetricType::Gauge, |row| {
        row.sum(|part| part.idle.value())
    }),
    ("tamis_upstream_connects", "Connections opened to origin servers", MetricType::Counter, |row| {
        row.sum(|part| part.connects.value())
    }),
];
const OF_SITE: &[OfSite] = &[
    ("tamis_upstream_waiting", "Requests that wait for their turn", MetricType::Gauge, |site| {
        site.waiting.value()
    }),
    ("tamis_upstream_queued", "Requests that had to wait for their turn", MetricType::Counter, |site| {
        site.queued.value()
    }),
    (
        "tamis_upstream_busy",
        "Requests refused since the upstream had too many",
        MetricType::Counter,
        |site| site.busy.value(),
    ),
];
const FAILURES: (&str, &str) = ("tamis_upstream_failures", "Connections, answers and probes that failed");

impl Upstreams {
    /// Those of another configuration from now on.
    pub fn set(&self, upstreams: Vec<Arc<UpstreamCounters>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = upstreams;
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let sites = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (name, help, kind, of) in OF_ADDRESS {
            let mut family = encoder.encode_descriptor(name, help, None, *kind)?;
            for (site, row) in rows(&sites) {
                let labels = [("site", site), ("upstream", row.url.as_str())];
                value(*kind, of(row), family.encode_family(&labels.as_slice())?)?;
            }
        }
        for (name, help, kind, of) in OF_SITE {
            let mut family = encoder.encode_descriptor(name, help, None, *kind)?;
            for site in &sites {
                let labels = [("site", site.site.as_str())];
                value(*kind, of(site), family.encode_family(&labels.as_slice())?)?;
            }
        }
        let mut family = encoder.encode_descriptor(FAILURES.0, FAILURES.1, None, MetricType::Counter)?;
        for (site, row) in rows(&sites) {
            for word in row.words() {
                let labels = [("site", site), ("upstream", row.url.as_str()), ("kind", word)];
                let count = row.sum(|part| part.failures.value(word));
                value(MetricType::Counter, count, family.encode_family(&labels.as_slice())?)?;
            }
        }
        Ok(())
    }
}

fn rows(sites: &[Arc<UpstreamCounters>]) -> impl Iterator<Item = (&str, &AddressRow)> {
    sites.iter().flat_map(|site| site.addresses.iter().map(|row| (site.site.as_str(), row)))
}

fn value(
    kind: MetricType,
    value: u64,
    encoder: prometheus_client::encoding::MetricEncoder<'_>,
) -> fmt::Result {
    match kind {
        MetricType::Gauge => ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(encoder),
        _ => ConstCounter::new(value).encode(encoder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn the_parts_of_an_address_are_added_up_under_its_site_and_url() {
        let urls = ["http://a".to_owned(), "unix:/run/b.sock".to_owned()];
        let site = Arc::new(UpstreamCounters::new("x.test".to_owned(), urls.into_iter()));
        for _ in 0..2 {
            let part = site.addresses[1].part(&["connect", "no-answer"]);
            part.connects.increment();
            part.failures.increment("connect");
            part.in_use.increment();
        }
        site.addresses[1].up.set(0);
        site.busy.add(3);
        let upstreams = Arc::new(Upstreams::default());
        let metrics = Arc::new(Metrics::new(Vec::new()).with_upstreams(Arc::clone(&upstreams)));
        upstreams.set(vec![site]);
        let text = metrics.encode().unwrap();
        let of_b = "site=\"x.test\",upstream=\"unix:/run/b.sock\"";
        for line in [
            "tamis_upstream_up{site=\"x.test\",upstream=\"http://a\"} 1".to_owned(),
            format!("tamis_upstream_up{{{of_b}}} 0"),
            format!("tamis_upstream_in_use{{{of_b}}} 2"),
            format!("tamis_upstream_connects_total{{{of_b}}} 2"),
            format!("tamis_upstream_failures_total{{{of_b},kind=\"connect\"}} 2"),
            format!("tamis_upstream_failures_total{{{of_b},kind=\"no-answer\"}} 0"),
            "tamis_upstream_busy_total{site=\"x.test\"} 3".to_owned(),
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
        upstreams.set(Vec::new());
        assert!(!metrics.encode().unwrap().contains("x.test"));
    }
}
