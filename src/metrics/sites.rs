//! What is counted by site and by row of its registry: as many rows as the configuration has, whatever visitors send.
//!
//! The counters belong to a generation of the configuration, in which sites and rows have their numbers. A site or row of
//! the next generation that has the name of one before goes on counting where that was.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Unit;

use super::histogram::Durations;
use super::{ByWord, Counter, Histogram, STATUS};

/// The names of one configuration's sites and rows, in its order.
#[derive(Debug, Default)]
pub struct Labels(Vec<SiteLabels>);

/// A site's.
#[derive(Debug, PartialEq, Eq)]
struct SiteLabels {
    name: String,
    rows: Vec<String>,
}

impl Labels {
    /// Of sites with their rows.
    pub fn new(sites: impl Iterator<Item = (String, Vec<String>)>) -> Arc<Self> {
        let (names, rows): (Vec<_>, Vec<_>) = sites.unzip();
        let sites = unique(names).into_iter().zip(rows);
        Arc::new(Self(sites.map(|(name, rows)| SiteLabels { name, rows: unique(rows) }).collect()))
    }
}

/// A name that was there before gets a number, since two series can't have the same labels.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let number = |name: String| {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    };
    names.into_iter().map(number).collect()
}

/// What one worker counts of one site.
#[derive(Debug)]
pub struct SiteCounters {
    /// Requests by the class of the status that was sent ([`STATUS`]).
    pub requests: ByWord,
    /// Octets of the requests' content.
    pub received: Counter,
    /// Octets of the responses' content.
    pub sent: Counter,
    /// From the request's head to the response's end.
    pub duration: Histogram,
    /// From sending the request to the origin server to the head of its answer.
    pub upstream: Histogram,
}

impl Default for SiteCounters {
    fn default() -> Self {
        Self {
            requests: ByWord::new(STATUS),
            received: Counter::default(),
            sent: Counter::default(),
            duration: Histogram::default(),
            upstream: Histogram::default(),
        }
    }
}

/// The verdicts that one worker counts of one row.
#[derive(Debug, Default)]
pub struct RowCounters {
    /// Cookie-pairs forwarded to the origin server.
    pub request_forwarded: Counter,
    /// Cookie-pairs forwarded to it under their own name again.
    pub request_rewritten: Counter,
    /// Cookie-pairs kept from it.
    pub request_stripped: Counter,
    /// Set-Cookie fields forwarded to the user agent.
    pub response_forwarded: Counter,
    /// Set-Cookie fields forwarded to it with changes.
    pub response_rewritten: Counter,
    /// Set-Cookie fields kept from it.
    pub response_stripped: Counter,
}

type Verdict = (&'static str, &'static str, fn(&RowCounters) -> &Counter);
const VERDICTS: [Verdict; 6] = [
    ("request", "forward", |row| &row.request_forwarded),
    ("request", "rewrite", |row| &row.request_rewritten),
    ("request", "strip", |row| &row.request_stripped),
    ("response", "forward", |row| &row.response_forwarded),
    ("response", "rewrite", |row| &row.response_rewritten),
    ("response", "strip", |row| &row.response_stripped),
];

/// What one worker counts while it serves one configuration.
#[derive(Debug, Default)]
pub struct Scope {
    labels: Arc<Labels>,
    sites: Box<[Scoped]>,
    /// Requests for hosts that no site takes.
    nowhere: Arc<SiteCounters>,
}

#[derive(Debug)]
struct Scoped {
    counters: Arc<SiteCounters>,
    rows: Arc<[Arc<RowCounters>]>,
}

impl Scope {
    /// The counters of the next configuration.
    pub(super) fn next(&self, labels: &Arc<Labels>) -> Self {
        let before: HashMap<&str, (&SiteLabels, &Scoped)> =
            self.labels.0.iter().zip(&self.sites).map(|pair| (pair.0.name.as_str(), pair)).collect();
        let site = |site: &SiteLabels| match before.get(site.name.as_str()) {
            Some((same, scoped)) if same.rows == site.rows => {
                Scoped { counters: Arc::clone(&scoped.counters), rows: Arc::clone(&scoped.rows) }
            }
            Some((other, scoped)) => Scoped {
                counters: Arc::clone(&scoped.counters),
                rows: rows(&site.rows, other.rows.iter().zip(&*scoped.rows)),
            },
            None => Scoped { counters: Arc::default(), rows: rows(&site.rows, std::iter::empty()) },
        };
        let sites = labels.0.iter().map(site).collect();
        Self { labels: Arc::clone(labels), sites, nowhere: Arc::clone(&self.nowhere) }
    }

    /// The counters of a site, by its place in the configuration; without one, those of requests for no site.
    pub fn site(&self, site: Option<usize>) -> &SiteCounters {
        let scoped = site.and_then(|site| self.sites.get(site));
        scoped.map_or(&*self.nowhere, |scoped| &*scoped.counters)
    }

    /// Requests of all sites that were answered so.
    pub(super) fn answered(&self, class: &str) -> u64 {
        let sites = self.sites.iter().map(|scoped| &scoped.counters).chain([&self.nowhere]);
        sites.map(|counters| counters.requests.value(class)).sum()
    }

    /// The counters of a row, by its place in the site's registry.
    pub fn row(&self, site: usize, row: usize) -> Option<&RowCounters> {
        self.sites.get(site)?.rows.get(row).map(|row| &**row)
    }
}

/// A counter for each row: that of the row of the same name, where there was one.
fn rows<'a>(
    names: &[String],
    before: impl Iterator<Item = (&'a String, &'a Arc<RowCounters>)>,
) -> Arc<[Arc<RowCounters>]> {
    let known: HashMap<&str, &Arc<RowCounters>> = before.map(|(name, row)| (name.as_str(), row)).collect();
    let row = |name: &String| known.get(name.as_str()).map_or_else(Arc::default, |row| Arc::clone(row));
    names.iter().map(row).collect()
}

/// The sums of several workers.
#[derive(Default)]
pub(super) struct Sums<'a> {
    sites: Vec<SiteSums<'a>>,
    places: HashMap<&'a str, usize>,
}

#[derive(Default)]
struct SiteSums<'a> {
    name: &'a str,
    requests: Vec<u64>,
    received: u64,
    sent: u64,
    duration: Durations,
    upstream: Durations,
    rows: Vec<(&'a str, [u64; VERDICTS.len()])>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Sums<'a> {
    /// Of these workers, which may not all have the same configuration for a moment.
    pub(super) fn of(scopes: impl Iterator<Item = &'a Scope>) -> Self {
        let mut sums = Self::default();
        for scope in scopes {
            sums.site("").add(&scope.nowhere);
            for (labels, scoped) in scope.labels.0.iter().zip(&scope.sites) {
                let site = sums.site(&labels.name);
                site.add(&scoped.counters);
                for (name, row) in labels.rows.iter().zip(&*scoped.rows) {
                    site.add_row(name, row);
                }
            }
        }
        sums
    }

    fn site(&mut self, name: &'a str) -> &mut SiteSums<'a> {
        let next = self.sites.len();
        let place = *self.places.entry(name).or_insert(next);
        if place == next {
            self.sites.push(SiteSums { name, requests: vec![0; STATUS.len()], ..SiteSums::default() });
        }
        &mut self.sites[place]
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let counter = MetricType::Counter;
        let mut family = encoder.encode_descriptor("tamis_requests", "Requests answered", None, counter)?;
        for site in &self.sites {
            for (class, count) in STATUS.iter().zip(&site.requests) {
                let labels = [("site", site.name), ("class", *class)];
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
        for (name, help, of) in OCTETS {
            let mut family = encoder.encode_descriptor(name, help, Some(&Unit::Bytes), counter)?;
            for site in &self.sites {
                ConstCounter::new(of(site)).encode(family.encode_family(&[("site", site.name)])?)?;
            }
        }
        for (name, help, of) in DURATIONS {
            let histogram = MetricType::Histogram;
            let mut family = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), histogram)?;
            // A site that nobody has asked for has none: they are many lines.
            for (site, durations) in self.sites.iter().map(|site| (site, of(site))) {
                if durations.count() > 0 {
                    let (seconds, count) = (durations.seconds(), durations.count());
                    let labels = [("site", site.name)];
                    let mut of_site = family.encode_family(&labels)?;
                    of_site.encode_histogram::<NoLabelSet>(seconds, count, &durations.buckets(), None)?;
                }
            }
        }
        self.encode_rows(encoder)
    }

    fn encode_rows(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (help, counter) = ("Cookies judged by a row of the registry", MetricType::Counter);
        let mut family = encoder.encode_descriptor("tamis_registry_cookies", help, None, counter)?;
        for site in &self.sites {
            for (row, counts) in &site.rows {
                // Most verdicts never come up for most rows: a registry of ten thousand would be sixty thousand lines.
                let counted = VERDICTS.iter().zip(counts).filter(|(_, count)| **count > 0);
                for ((direction, verdict, _), count) in counted {
                    let labels =
                        [("site", site.name), ("row", row), ("direction", direction), ("verdict", verdict)];
                    ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
                }
            }
        }
        Ok(())
    }
}

type Octets = (&'static str, &'static str, fn(&SiteSums<'_>) -> u64);
const OCTETS: [Octets; 2] = [
    ("tamis_received", "Octets of content that user agents sent", |site| site.received),
    ("tamis_sent", "Octets of content that user agents were sent", |site| site.sent),
];

type Times = (&'static str, &'static str, for<'s> fn(&'s SiteSums<'_>) -> &'s Durations);
const DURATIONS: [Times; 2] = [
    ("tamis_request_duration", "From a request's head to its response's end", |site| &site.duration),
    ("tamis_upstream_duration", "From sending a request to the head of the origin server's answer", |site| {
        &site.upstream
    }),
];

impl<'a> SiteSums<'a> {
    fn add(&mut self, counters: &SiteCounters) {
        for (sum, class) in self.requests.iter_mut().zip(STATUS) {
            *sum += counters.requests.value(class);
        }
        self.received += counters.received.value();
        self.sent += counters.sent.value();
        self.duration.add(&counters.duration);
        self.upstream.add(&counters.upstream);
    }

    fn add_row(&mut self, name: &'a str, row: &RowCounters) {
        let next = self.rows.len();
        let place = *self.places.entry(name).or_insert(next);
        if place == next {
            self.rows.push((name, [0; VERDICTS.len()]));
        }
        if let Some((_, sums)) = self.rows.get_mut(place) {
            for (sum, (.., of)) in sums.iter_mut().zip(VERDICTS) {
                *sum += of(row).value();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn labels(sites: &[(&str, &[&str])]) -> Arc<Labels> {
        let rows = |rows: &[&str]| rows.iter().map(|&row| row.to_owned()).collect();
        Labels::new(sites.iter().map(|(name, names)| ((*name).to_owned(), rows(names))))
    }

    /// A site, its requests, and its rows with what they stripped from responses.
    type Summed<'a> = (String, u64, Vec<(&'a str, u64)>);

    fn sums<'a>(scopes: &[&'a Scope]) -> Vec<Summed<'a>> {
        let of = Sums::of(scopes.iter().copied());
        let strips =
            |site: &SiteSums<'a>| site.rows.iter().map(|(name, counts)| (*name, counts[5])).collect();
        of.sites.iter().map(|site| (site.name.to_owned(), site.requests.iter().sum(), strips(site))).collect()
    }

    #[test]
    fn what_stays_goes_on_counting() {
        let first = Scope::default().next(&labels(&[("a", &["x", "y"]), ("b", &["x"])]));
        first.site(Some(0)).requests.increment("2xx");
        first.site(Some(1)).requests.increment("2xx");
        first.site(None).requests.increment("4xx");
        first.row(0, 0).unwrap().response_stripped.increment();
        first.row(0, 1).unwrap().response_stripped.add(2);
        let second = first.next(&labels(&[("c", &["x"]), ("a", &["new", "y"])]));
        // An exchange that began with the configuration before.
        first.row(0, 1).unwrap().response_stripped.increment();
        second.row(1, 0).unwrap().response_stripped.increment();
        let expected = [("", 1, vec![]), ("c", 0, vec![("x", 0)]), ("a", 1, vec![("new", 1), ("y", 3)])];
        assert_eq!(sums(&[&second]), expected.map(|(site, count, rows)| (site.to_owned(), count, rows)));
        let same = second.next(&labels(&[("c", &["x"]), ("a", &["new", "y"])]));
        assert!(Arc::ptr_eq(&same.sites[1].rows, &second.sites[1].rows), "nothing is made anew");
        assert!(second.row(2, 0).is_none() && second.row(1, 2).is_none());
    }

    #[test]
    fn workers_of_two_configurations_are_added_up() {
        let (old, new) = (labels(&[("a", &["x", "y"])]), labels(&[("a", &["y", "z"])]));
        let (slow, quick) = (Scope::default().next(&old), Scope::default().next(&new));
        slow.row(0, 1).unwrap().response_stripped.increment();
        quick.row(0, 0).unwrap().response_stripped.increment();
        let expected = vec![("x", 0), ("y", 2), ("z", 0)];
        assert_eq!(sums(&[&slow, &quick])[1], ("a".to_owned(), 0, expected));
    }

    #[test]
    fn no_two_series_have_the_same_labels() {
        let twins = labels(&[("a", &["x", "x"]), ("a", &[])]);
        assert_eq!((twins.0[0].name.as_str(), twins.0[1].name.as_str()), ("a", "a (2)"));
        assert_eq!(twins.0[0].rows, ["x", "x (2)"]);
    }

    #[test]
    fn rows_that_never_came_up_and_sites_nobody_asked_for_have_no_lines() {
        let scope = Scope::default().next(&labels(&[("a", &["x\"", "y"]), ("b", &[])]));
        scope.row(0, 0).unwrap().request_forwarded.increment();
        scope.site(Some(0)).duration.observe(Duration::from_millis(3));
        let worker = Arc::new(crate::metrics::Counters::new(crate::metrics::Words::NONE));
        *worker.scope.lock().unwrap() = Arc::new(scope);
        let text = Arc::new(crate::metrics::Metrics::new(vec![worker])).encode().unwrap();
        for line in [
            "tamis_registry_cookies_total{site=\"a\",row=\"x\\\"\",direction=\"request\",verdict=\"forward\"} 1",
            "tamis_request_duration_seconds_bucket{le=\"0.0025\",site=\"a\"} 0",
            "tamis_request_duration_seconds_bucket{le=\"0.005\",site=\"a\"} 1",
            "tamis_request_duration_seconds_count{site=\"a\"} 1",
            "tamis_requests_total{site=\"b\",class=\"2xx\"} 0",
            "tamis_sent_bytes_total{site=\"a\"} 0",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
        }
        assert!(!text.contains("row=\"y\"") && !text.contains("seconds_count{site=\"b\"}"), "{text}");
    }
}
