//! What the tests of this room share.

mod names;
mod turns;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::Origin;
use super::secure::Papers;
use crate::config::{self, Outside, Upstream};
use crate::diagnostic::Source;
use crate::metrics::{Counters, Words};

/// An upstream of these URLs, everything else as shipped.
pub(super) fn upstream(urls: &[&str]) -> Upstream {
    written(&format!(
        "{{urls: [{}]}}",
        urls.iter().map(|url| format!("\"{url}\"")).collect::<Vec<_>>().join(", ")
    ))
}

/// An upstream as it is written in a configuration.
pub(super) fn written(yaml: &str) -> Upstream {
    let yaml = format!(
        "listeners: [{{address: \"127.0.0.1:0\"}}]\nsites: [{{default: true, registry: r.yaml, upstream: {yaml}}}]"
    );
    let registry = "version: \"1\"\ncookies: []\n";
    let read = |_: &Path, _| Ok(registry.to_owned());
    let compiled = config::compile(Source::new("t", yaml), Path::new("/"), Outside::of_files(&read));
    let faults = compiled.faults;
    let snapshot = compiled.snapshot.unwrap_or_else(|| panic!("{}", faults.render(false)));
    snapshot.sites.iter().next().map(|site| site.upstream.clone()).expect("a site")
}

/// What a resolver says that knows nothing.
pub(super) fn failing() -> io::Result<Vec<SocketAddr>> {
    Err(io::Error::other("no name server"))
}

/// An upstream that can be connected to.
pub(super) fn origin(upstream: Upstream) -> Arc<Origin> {
    Origin::fresh("x.test".to_owned(), upstream, Papers::default()).expect("no certificates")
}

pub(super) fn counters() -> Arc<Counters> {
    Arc::new(Counters::new(Words { reasons: &[], readings: &[], failures: &[] }))
}
