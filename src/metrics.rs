//! Counters, every name in one list.
//!
//! Each worker counts for itself: one writer, no lock, no shared cache line. Whoever reads adds the workers up.

mod counter;
mod handshakes;
mod histogram;
mod logs;
mod observations;
mod process;
mod records;
mod reloads;
mod sites;
mod upstreams;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tokio::runtime::RuntimeMetrics;

pub use counter::{ByWord, Counter};
pub use handshakes::{ALPN, Handshakes, TLS_VERSIONS};
pub use histogram::Histogram;
pub use logs::LogCounters;
pub use observations::ObservationCounters;
pub use records::{RecordCounters, SharedCounter};
pub use reloads::ReloadCounters;
pub use sites::{Labels, RowCounters, Scope, SiteCounters};
pub use upstreams::{AddressCounters, AddressRow, UpstreamCounters, Upstreams};

use sites::Sums;

/// The classes of a status code; `none` where the user agent left before one was sent.
pub const STATUS: &[&str] = &["2xx", "3xx", "4xx", "5xx", "1xx", "none"];

/// The status class of a code; 0 is none.
pub fn status_class(code: u16) -> &'static str {
    match code {
        0 => "none",
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// What one worker counts.
#[derive(Debug)]
pub struct Counters {
    /// Connections accepted.
    pub connections: Counter,
    /// Connections now open, by [`PROTOCOLS`].
    pub open: ByWord,
    /// Those of them that are idle and reduced to their sockets.
    pub parked: Counter,
    /// WebSockets now open.
    pub tunnels: Counter,
    /// Connections closed at once because there were too many.
    pub refused: Counter,
    /// Tries to accept a connection that failed.
    pub unaccepted: Counter,
    /// Connections that ended in a fault, by [`CONNECTION_FAULTS`].
    pub connection_faults: ByWord,
    /// TLS handshakes completed.
    pub handshakes: Handshakes,
    /// Exchanges that ended before the whole response was sent.
    pub aborted: Counter,
    /// Failures of an exchange, by the kinds that the proxy lists.
    pub failures: ByWord,
    /// Requests sent on a connection that was open already.
    pub upstream_reuses: Counter,
    /// Requests sent a second time.
    pub retries: Counter,
    /// Informational (1xx) responses of origin servers that were dropped.
    pub informational: Counter,
    /// Cookies forwarded in requests, by reason.
    pub request_forwarded: ByWord,
    /// Cookies forwarded in requests under their own name again, by reason.
    pub request_rewritten: ByWord,
    /// Cookies stripped from requests, by reason.
    pub request_stripped: ByWord,
    /// Cookies forwarded in responses, by reason.
    pub response_forwarded: ByWord,
    /// Cookies forwarded in responses with changes, by reason.
    pub response_rewritten: ByWord,
    /// Cookies stripped from responses, by reason.
    pub response_stripped: ByWord,
    /// Fields added to responses that expire a cookie, by reason; those that would have been where a site observes.
    pub purged: ByWord,
    /// Cookie fields found in trailers and removed.
    pub trailer_cookies: Counter,
    /// Requests by what was read of the visitor's choice.
    pub consent: ByWord,
    /// What is counted by site and row, while one configuration is served.
    scope: Mutex<Arc<Scope>>,
    runtime: OnceLock<RuntimeMetrics>,
}

/// What a connection speaks: `handshake` until that is known.
pub const PROTOCOLS: &[&str] = &["handshake", "http/1.1", "h2"];

/// How a connection may end badly.
pub const CONNECTION_FAULTS: &[&str] =
    &["proxy-protocol", "tls", "head-timeout", "idle-timeout", "write-timeout", "http", "panic"];

/// The lists of words that other rooms own.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Why a cookie was forwarded or stripped.
    pub reasons: &'static [&'static str],
    /// What can be said of a consent cookie.
    pub readings: &'static [&'static str],
    /// How an exchange can fail.
    pub failures: &'static [&'static str],
}

#[cfg(test)]
impl Words {
    pub(crate) const NONE: Self = Self { reasons: &[], readings: &[], failures: &[] };
}

impl Counters {
    /// All at zero.
    pub fn new(words: Words) -> Self {
        Self {
            connections: Counter::default(),
            open: ByWord::new(PROTOCOLS),
            parked: Counter::default(),
            tunnels: Counter::default(),
            refused: Counter::default(),
            unaccepted: Counter::default(),
            connection_faults: ByWord::new(CONNECTION_FAULTS),
            handshakes: Handshakes::default(),
            aborted: Counter::default(),
            failures: ByWord::new(words.failures),
            upstream_reuses: Counter::default(),
            retries: Counter::default(),
            informational: Counter::default(),
            request_forwarded: ByWord::new(words.reasons),
            request_rewritten: ByWord::new(words.reasons),
            request_stripped: ByWord::new(words.reasons),
            response_forwarded: ByWord::new(words.reasons),
            response_rewritten: ByWord::new(words.reasons),
            response_stripped: ByWord::new(words.reasons),
            purged: ByWord::new(words.reasons),
            trailer_cookies: Counter::default(),
            consent: ByWord::new(words.readings),
            scope: Mutex::default(),
            runtime: OnceLock::new(),
        }
    }

    /// The worker runs its tasks here.
    pub fn runs_on(&self, runtime: RuntimeMetrics) {
        // A worker has one, and says so once.
        let _ = self.runtime.set(runtime);
    }

    fn tasks(&self) -> u64 {
        let tasks = self.runtime.get().map_or(0, RuntimeMetrics::num_alive_tasks);
        u64::try_from(tasks).unwrap_or(u64::MAX)
    }

    /// The counters of the configuration with these sites and rows, which is served from now on. The worker keeps them;
    /// whoever reads comes by a lock that no request takes.
    pub fn serve(&self, labels: &Arc<Labels>) -> Arc<Scope> {
        let mut scope = self.scope.lock().unwrap_or_else(PoisonError::into_inner);
        *scope = Arc::new(scope.next(labels));
        Arc::clone(&scope)
    }

    /// Requests that were answered so, by a class of [`STATUS`].
    pub fn answered(&self, class: &str) -> u64 {
        self.scope().answered(class)
    }

    fn scope(&self) -> Arc<Scope> {
        Arc::clone(&self.scope.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The counters of all workers, as Prometheus reads them.
#[derive(Debug)]
pub struct Metrics {
    workers: Vec<Arc<Counters>>,
    records: Arc<RecordCounters>,
    upstreams: Arc<Upstreams>,
    observations: Arc<ObservationCounters>,
    reloads: Arc<ReloadCounters>,
    logs: LogCounters,
}

type Plain = (&'static str, &'static str, fn(&Counters) -> &Counter);
type Labelled = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)], ByWordOf);
type ByWordOf = fn(&Counters) -> &ByWord;

/// Counters without a label: name, help, which.
const PLAIN: &[Plain] = &[
    ("tamis_connections", "Connections accepted", |c| &c.connections),
    ("tamis_connections_refused", "Connections closed at once at the limit", |c| &c.refused),
    ("tamis_accepts_failed", "Tries to accept a connection that failed", |c| &c.unaccepted),
    ("tamis_exchanges_aborted", "Exchanges that ended before the whole response was sent", |c| &c.aborted),
    ("tamis_upstream_reuses", "Requests sent on an open connection", |c| &c.upstream_reuses),
    ("tamis_upstream_retries", "Requests sent a second time", |c| &c.retries),
    ("tamis_upstream_informational", "1xx responses of origin servers dropped", |c| &c.informational),
    ("tamis_trailer_cookies", "Cookie fields removed from trailers", |c| &c.trailer_cookies),
];

/// Counters by one word: name, help, the word's label, further labels, which.
const LABELLED: &[Labelled] = &[
    ("tamis_connection_faults", "Connections that ended in a fault", "fault", &[], |c| &c.connection_faults),
    ("tamis_failures", "Exchanges that failed", "kind", &[], |c| &c.failures),
    ("tamis_consent", "Requests by what was read of the visitor's choice", "reading", &[], |c| &c.consent),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "request"), ("verdict", "forward")], |c| {
        &c.request_forwarded
    }),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "request"), ("verdict", "rewrite")], |c| {
        &c.request_rewritten
    }),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "request"), ("verdict", "strip")], |c| {
        &c.request_stripped
    }),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "response"), ("verdict", "forward")], |c| {
        &c.response_forwarded
    }),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "response"), ("verdict", "rewrite")], |c| {
        &c.response_rewritten
    }),
    ("tamis_cookies", COOKIES, "reason", &[("direction", "response"), ("verdict", "strip")], |c| {
        &c.response_stripped
    }),
    ("tamis_cookies_purged", PURGED, "reason", &[], |c| &c.purged),
];
const PURGED: &str = "Fields that expire a cookie, added to responses";
const COOKIES: &str = "Cookies judged";

impl Metrics {
    /// Over the counters of these workers.
    pub fn new(workers: Vec<Arc<Counters>>) -> Self {
        Self {
            workers,
            records: Arc::default(),
            upstreams: Arc::default(),
            observations: Arc::default(),
            reloads: Arc::default(),
            logs: LogCounters::default(),
        }
    }

    /// These, with the counts of a store; without one they stay at zero.
    #[must_use]
    pub fn with_records(self, records: Arc<RecordCounters>) -> Self {
        Self { records, ..self }
    }

    /// These, with the counts of upstreams; without them there are none.
    #[must_use]
    pub fn with_upstreams(self, upstreams: Arc<Upstreams>) -> Self {
        Self { upstreams, ..self }
    }

    /// These, with the counts of observations; without them they stay at zero.
    #[must_use]
    pub fn with_observations(self, observations: Arc<ObservationCounters>) -> Self {
        Self { observations, ..self }
    }

    /// These, with the counts of where the log goes; what is not written to stays at zero.
    #[must_use]
    pub fn with_logs(self, logs: LogCounters) -> Self {
        Self { logs, ..self }
    }

    /// What is counted of consent records.
    pub fn records(&self) -> &RecordCounters {
        &self.records
    }

    /// These, with the counts of reloads.
    #[must_use]
    pub fn with_reloads(self, reloads: Arc<ReloadCounters>) -> Self {
        Self { reloads, ..self }
    }

    /// One counter, added up.
    pub fn sum(&self, of: impl Fn(&Counters) -> u64) -> u64 {
        self.workers.iter().map(|worker| of(worker)).sum()
    }

    /// The OpenMetrics text.
    ///
    /// # Errors
    /// None in practice: writing to a string does not fail.
    pub fn encode(self: &Arc<Self>) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Arc::clone(self)));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.encode_open(&mut encoder)?;
        for (name, help, which) in PLAIN {
            let counter = ConstCounter::new(self.sum(|c| which(c).value()));
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        let mut rest = LABELLED;
        while let Some((name, help, ..)) = rest.first() {
            let same = rest.iter().take_while(|row| row.0 == *name).count();
            let (family, others) = rest.split_at(same);
            self.encode_family(&mut encoder, name, help, family)?;
            rest = others;
        }
        let (help, kind) = ("TLS handshakes with user agents", MetricType::Counter);
        let mut family = encoder.encode_descriptor("tamis_tls_handshakes", help, None, kind)?;
        let made: Vec<_> = self.workers.iter().map(|worker| &worker.handshakes).collect();
        handshakes::encode(&made, &mut family)?;
        let scopes: Vec<Arc<Scope>> = self.workers.iter().map(|worker| worker.scope()).collect();
        Sums::of(scopes.iter().map(|scope| &**scope)).encode(&mut encoder)?;
        self.upstreams.encode(&mut encoder)?;
        self.records.encode(&mut encoder)?;
        self.observations.encode(&mut encoder)?;
        self.reloads.encode(&mut encoder)?;
        self.logs.encode(&mut encoder)?;
        process::encode(&mut encoder)
    }
}

impl Metrics {
    fn encode_open(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let kind = MetricType::Gauge;
        let gauge = |value| ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
        let mut family =
            encoder.encode_descriptor("tamis_connections_open", "Connections now open", None, kind)?;
        for protocol in PROTOCOLS {
            let open = gauge(self.sum(|c| c.open.value(protocol)));
            open.encode(family.encode_family(&[("protocol", *protocol)])?)?;
        }
        let rows = [
            (
                "tamis_connections_parked",
                "Idle connections reduced to their sockets",
                self.sum(|c| c.parked.value()),
            ),
            ("tamis_tunnels_open", "WebSockets now open", self.sum(|c| c.tunnels.value())),
            ("tamis_tasks", "Tasks of the workers, now", self.sum(Counters::tasks)),
        ];
        for (name, help, value) in rows {
            gauge(value).encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        Ok(())
    }

    fn encode_family(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        rows: &[Labelled],
    ) -> fmt::Result {
        let kind = MetricType::Counter;
        let mut family = encoder.encode_descriptor(name, help, None, kind)?;
        for (_, _, label, further, which) in rows {
            let Some(first) = self.workers.first() else { continue };
            for word in which(first).words() {
                let counter = ConstCounter::new(self.sum(|c| which(c).value(word)));
                let labels: Vec<(&str, &str)> = further.iter().copied().chain([(*label, *word)]).collect();
                counter.encode(family.encode_family(&labels.as_slice())?)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words =
        Words { reasons: &["exempt", "undeclared"], readings: &["absent"], failures: &["upstream"] };

    #[test]
    fn records_are_counted_with_or_without_a_store() {
        let records = Arc::new(RecordCounters::default());
        records.missing.add(3);
        records.queued.set(7);
        let text = Arc::new(Metrics::new(Vec::new()).with_records(records)).encode().unwrap();
        assert!(text.contains("tamis_records_missing_total 3\n"), "{text}");
        assert!(text.contains("tamis_records_queued 7\n"), "{text}");
        let without = Arc::new(Metrics::new(Vec::new())).encode().unwrap();
        assert!(without.contains("tamis_records_missing_total 0\n"), "{without}");
    }

    #[test]
    fn workers_are_added_up_under_their_labels() {
        let workers: Vec<_> = (0..2).map(|_| Arc::new(Counters::new(WORDS))).collect();
        for worker in &workers {
            worker.response_stripped.increment("undeclared");
            worker.connections.increment();
        }
        let text = Arc::new(Metrics::new(workers)).encode().unwrap();
        let line = "tamis_cookies_total{direction=\"response\",verdict=\"strip\",reason=\"undeclared\"} 2\n";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("tamis_connections_total 2\n"), "{text}");
        assert_eq!(text.matches("# TYPE tamis_cookies ").count(), 1, "{text}");
    }
}
