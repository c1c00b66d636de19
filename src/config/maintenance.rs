//! Answering for an origin server that is being worked on (`maintenance:`).

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;

use super::network;
use super::rule::Files;
use super::schema;
use super::units;
use super::values::{Wrong, parsed};
use crate::document::{Document, Node, Value};

/// The answer 503 (Service Unavailable) in place of the origin server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// When user agents may try again.
    pub retry: Retry,
    /// The operator's own page, HTML; tamis's where `None`.
    pub page: Option<String>,
    /// Whose requests go to the origin server all the same; ask [`Self::lets`].
    allow: Vec<IpNet>,
}

/// What `Retry-After` says (RFC 9110 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// So long after each answer.
    After(Duration),
    /// At this time, Unix seconds.
    At(i64),
}

/// Octets of a page's file: it is held for each answer.
const MOST_OCTETS: u64 = 1 << 20;
/// Seconds after which to try again where nothing better is known.
const SOON: u64 = 300;

impl Default for Maintenance {
    fn default() -> Self {
        Self { retry: Retry::After(Duration::from_secs(SOON)), page: None, allow: Vec::new() }
    }
}

impl Maintenance {
    /// Whether nobody passes.
    pub fn is_for_everyone(&self) -> bool {
        self.allow.is_empty()
    }

    /// In how many seconds to try again, at this time (Unix seconds). A maintenance that takes longer than announced is
    /// asked for soon.
    pub fn retry_after(&self, now: i64) -> u64 {
        match self.retry {
            Retry::After(time) => time.as_secs(),
            Retry::At(time) => u64::try_from(time - now).ok().filter(|left| *left > 0).unwrap_or(SOON),
        }
    }

    /// Whether whoever has this address passes.
    pub fn lets(&self, address: IpAddr) -> bool {
        network::contain(&self.allow, address)
    }

    /// The key of a site or a path: `Some(None)` where it is off.
    pub(super) fn read(document: &Document, node: &Node, files: Files<'_>) -> Option<Option<Self>> {
        if !matches!(node.value, Value::Map(_)) {
            let on = document.boolean(node, "`maintenance`")?;
            return Some(on.then(Self::default));
        }
        let mut fields = document.fields(node, &schema::MAINTENANCE)?;
        let retry = fields.optional("retry_after").and_then(|node| retry(document, node));
        let (page, allow) = (fields.optional("page"), fields.optional("allow"));
        fields.finish();
        let page = page.and_then(|node| file(document, node, files));
        let allow = allow.map(|node| network::list(document, node, "`allow`")).unwrap_or_default();
        let retry = retry.unwrap_or(Self::default().retry);
        Some(Some(Self { retry, page, allow: allow.into_iter().map(|(network, _)| network).collect() }))
    }
}

/// A duration, or a time: they are told by their fifth character.
fn retry(document: &Document, node: &Node) -> Option<Retry> {
    const BOUNDS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(7 * 24 * 3600);
    match &node.value {
        Value::String(text) if text.as_bytes().get(4) == Some(&b'-') => time(document, node).map(Retry::At),
        _ => units::duration(document, node, "`retry_after`", &BOUNDS).map(Retry::After),
    }
}

/// A day and a time with its offset (RFC 3339); Unix seconds.
fn time(document: &Document, node: &Node) -> Option<i64> {
    parsed(document, node, "bad-time", "a time such as 2027-01-15T06:00+01:00", |text| {
        let stamp = text.parse::<Timestamp>().ok().filter(|_| !text.starts_with(['+', '-']));
        stamp.map(Timestamp::as_second).ok_or_else(|| {
            let help = "write day, time and offset: 2027-01-15T06:00+01:00, or with Z for UTC";
            Wrong::new(format!("`{text}` is no time"), help)
        })
    })
}

fn file(document: &Document, node: &Node, files: Files<'_>) -> Option<String> {
    let path = files.base.join(document.string(node, "`page`")?);
    match (files.read)(&path, MOST_OCTETS) {
        Ok(text) => Some(text),
        Err(reason) => {
            let message = format!("the page {} can't be read: {reason}", path.display());
            let help = "write the path of an HTML file, relative to this file, that tamis may read";
            document.error(&node.span, "unreadable-page", message, help);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::diagnostic::Source;

    fn read(yaml: &str) -> (Option<Option<Maintenance>>, Vec<&'static str>) {
        let document = Document::parse(Source::new("t", yaml)).unwrap();
        let page = |path: &Path, most: u64| match path.to_str() {
            Some("/etc/page.html") if most == 1_048_576 => Ok("<p>Back soon.".to_owned()),
            _ => Err("there is no such file".to_owned()),
        };
        let files = Files { base: Path::new("/etc"), read: &page };
        let read = Maintenance::read(&document, document.root(), files);
        (read, document.into_faults().iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn on_off_and_in_detail() {
        assert_eq!(read("true"), (Some(Some(Maintenance::default())), vec![]));
        assert_eq!(read("false"), (Some(None), vec![]));
        assert_eq!(read("{}"), (Some(Some(Maintenance::default())), vec![]));
        let (read, faults) =
            read("{retry_after: 2027-01-15T06:00+01:00, page: page.html, allow: [10.0.0.0/8, '::1']}");
        let maintenance = read.unwrap().unwrap();
        assert_eq!((faults, maintenance.retry), (vec![], Retry::At(1_799_989_200)));
        assert_eq!(maintenance.page.as_deref(), Some("<p>Back soon."));
        assert_eq!(
            (maintenance.retry_after(1_799_989_100), maintenance.retry_after(1_800_000_000)),
            (100, 300)
        );
        assert_eq!(
            (maintenance.retry_after(1_799_989_199), maintenance.retry_after(1_799_989_200)),
            (1, 300)
        );
        assert!(Maintenance::default().is_for_everyone() && !maintenance.is_for_everyone());
        let lets = |address: &str| maintenance.lets(address.parse().unwrap());
        assert!(lets("10.1.2.3") && lets("::ffff:10.1.2.3") && lets("::1") && !lets("192.0.2.1"));
    }

    #[test]
    fn what_is_no_maintenance() {
        for (yaml, kinds) in [
            ("1", vec!["wrong-type"]),
            ("{on: true}", vec!["unknown-key"]),
            ("{until: 2027-01-15T06:00Z}", vec!["unknown-key"]),
            ("{retry_after: tomorrow}", vec!["bad-duration"]),
            ("{retry_after: 2027-01-15}", vec!["bad-time"]),
            ("{retry_after: 2027-01-15T06:00}", vec!["bad-time"]),
            ("{retry_after: -002027-01-15T06:00Z}", vec!["bad-duration"]),
            ("{retry_after: 0s}", vec!["out-of-range"]),
            ("{retry_after: 168h}", vec![]),
            ("{retry_after: 169h}", vec!["out-of-range"]),
            ("{page: gone.html}", vec!["unreadable-page"]),
            ("{allow: [10.0.0.1/8]}", vec!["bad-network"]),
        ] {
            assert_eq!(read(yaml).1, kinds, "{yaml}");
        }
    }
}
