//! Asking an origin server how it is (`health:`).

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::config::host;
use crate::config::schema;
use crate::config::units;
use crate::config::values::{self, Wrong, parsed};
use crate::document::{Document, Node, Value};

/// Requests of tamis's own that tell whether an address is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What is asked for: a path, perhaps with a query.
    pub path: String,
    /// The Host that is asked for; as written, or what the site's own requests have.
    pub host: String,
    /// From one probe to the next.
    pub every: Duration,
    /// For connection and answer together.
    pub within: Duration,
    /// The statuses that mean that all is well.
    pub status: RangeInclusive<u16>,
}

impl Probe {
    /// The section. `host` is left empty where it is not written.
    pub(super) fn read(document: &Document, node: &Node) -> Option<Self> {
        let mut fields = document.fields(node, &schema::HEALTH)?;
        let path = fields.required("path", "add the path to ask for: path: /healthz");
        let [every, within] = ["every", "within"].map(|key| (key, fields.optional(key)));
        let (status, host) = (fields.optional("status"), fields.optional("host"));
        fields.finish();
        let bounds = Duration::from_millis(100)..=Duration::from_secs(24 * 3600);
        let time = |(key, node): (&str, Option<&Node>), otherwise| {
            let read = node.and_then(|node| units::duration(document, node, &format!("`{key}`"), &bounds));
            read.unwrap_or(Duration::from_secs(otherwise))
        };
        let wanted = "a path such as /healthz";
        let path = path.and_then(|node| parsed(document, node, "bad-path", wanted, target));
        let status = status.map_or(Some(200..=399), |node| statuses(document, node));
        let wanted = "the host to ask for, such as origin.example.org";
        let host = host.map_or(Some(String::new()), |node| {
            parsed(document, node, "bad-host", wanted, |text| {
                let (name, port) = host::name_and_port(text)?;
                let name = host::bracketed(&name);
                Ok(port.map_or_else(|| name.clone(), |port| format!("{name}:{port}")))
            })
        });
        Some(Self {
            path: path?,
            host: host?,
            every: time(every, 10),
            within: time(within, 5),
            status: status?,
        })
    }
}

/// A path as user agents send it; a query may follow.
fn target(text: &str) -> Result<String, Wrong> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    values::path(path, "path")?;
    if query.contains('#') || query.bytes().any(|byte| !byte.is_ascii_graphic()) {
        let help = "write it percent-encoded and without a fragment, as user agents send it";
        return Err(Wrong::new(format!("`{text}` can't be asked for"), help));
    }
    Ok(text.to_owned())
}

/// `204`, or `200-399`.
fn statuses(document: &Document, node: &Node) -> Option<RangeInclusive<u16>> {
    if let Value::Integer(_) = node.value {
        let code = document.integer(node, "`status`", 100..=599)?;
        let code = u16::try_from(code).ok()?;
        return Some(code..=code);
    }
    parsed(document, node, "bad-status", "a status such as 200, or several such as 200-399", |text| {
        let code = |text: &str| text.parse::<u16>().ok().filter(|code| (100..=599).contains(code));
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        match (code(low), code(high)) {
            (Some(low), Some(high))
                if low <= high && text.bytes().all(|b| b.is_ascii_digit() || b == b'-') =>
            {
                Ok(low..=high)
            }
            _ => {
                let help = "write a status from 100 to 599, or the first and the last of several: 200-399";
                Err(Wrong::new(format!("`{text}` is no status"), help))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn read(yaml: &str) -> Result<Probe, Vec<&'static str>> {
        let document = Document::parse(Source::new("t", yaml)).expect("YAML");
        let probe = Probe::read(&document, document.root());
        let kinds: Vec<_> = document.into_faults().iter().map(|fault| fault.kind).collect();
        probe.filter(|_| kinds.is_empty()).ok_or(kinds)
    }

    #[test]
    fn what_is_not_written() {
        let probe = read("{path: /healthz}").expect("a probe");
        assert_eq!((probe.path.as_str(), probe.host.as_str(), probe.status), ("/healthz", "", 200..=399));
        assert_eq!((probe.every, probe.within), (Duration::from_secs(10), Duration::from_secs(5)));
    }

    #[test]
    fn what_is_written() {
        let probe = read("{path: \"/up?full=1\", every: 1s, within: 500ms, status: 204, host: \"X.org:81\"}");
        let probe = probe.expect("a probe");
        assert_eq!(
            (probe.path.as_str(), probe.host.as_str(), probe.status),
            ("/up?full=1", "x.org:81", 204..=204)
        );
        assert_eq!((probe.every, probe.within), (Duration::from_secs(1), Duration::from_millis(500)));
        assert_eq!(read("{path: /, status: 200-204}").expect("a probe").status, 200..=204);
        assert_eq!(read("{path: /, status: \"200\"}").expect("a probe").status, 200..=200);
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(read("{}"), Err(vec!["missing-key"]));
        for path in ["x", "/a b", "\"/a#b\"", "\"/a?b#c\"", "/../x"] {
            assert_eq!(read(&format!("{{path: {path}}}")), Err(vec!["bad-path"]), "{path}");
        }
        for status in ["ok", "399-200", "200-", "99-200", "200-600", "+200"] {
            assert_eq!(
                read(&format!("{{path: /, status: \"{status}\"}}")),
                Err(vec!["bad-status"]),
                "{status}"
            );
        }
        assert_eq!(read("{path: /, status: 600}"), Err(vec!["out-of-range"]));
    }
}
