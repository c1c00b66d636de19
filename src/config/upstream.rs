//! The origin servers of a site (`upstream:`): a URL, or a mapping with URLs and how they are reached.

mod address;
mod probe;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::schema;
use super::units;
use super::values::{at_least_one, parsed};
use super::{Certificate, host};
use crate::document::{Document, Fields, Node, Value};

pub use address::{Address, At};
pub use probe::Probe;

/// Where a site's requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// At least one, no two alike, in their written order; all of them `https` or none.
    pub addresses: Vec<Address>,
    /// Which of several is given a request.
    pub balance: Balance,
    /// PEM file of the certificates that may sign the origin's; the system's where `None`. `https` only.
    pub ca_file: Option<PathBuf>,
    /// The name that the origin's certificate must have, and SNI; the URL's host where `None`. `https` only.
    pub server_name: Option<String>,
    /// What is shown to an origin that asks who is there. `https` only.
    pub client: Option<Certificate>,
    /// HTTP/2 is spoken to the origin: by ALPN over TLS, by prior knowledge over plain TCP.
    pub h2: bool,
    /// So long the addresses of a name are good before they are asked for again.
    pub resolve: Duration,
    /// Failures in a row after which an address is left out for a while; at least 1.
    pub failures: u32,
    /// How many requests it is given at once; as many as come where `None`.
    pub limit: Option<Limit>,
    /// How it is asked whether all is well; not at all where `None`.
    pub probe: Option<Probe>,
}

/// Which of several addresses is given a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// Each in turn.
    RoundRobin,
    /// The one that has the fewest requests of this worker, in turn where several have.
    LeastRequests,
}

/// How many requests an upstream is given at once, all its addresses and all workers together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// At once, at least 1. Over HTTP/1.1 each has a connection of its own.
    pub most: usize,
    /// So many more wait for their turn.
    pub queue: usize,
    /// So long.
    pub time: Duration,
}

impl Upstream {
    /// The section; `base` is the directory of the file.
    pub(super) fn read(document: &Document, node: &Node, base: &Path) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            let address = address(document, node, base)?;
            return Some(Self::plain(vec![address]));
        }
        let mut fields = document.fields(node, &schema::UPSTREAM)?;
        let (url, urls) = (fields.optional("url"), fields.optional("urls"));
        if url.is_none() && urls.is_none() {
            let help = "add the origin's URL: url: http://127.0.0.1:8000";
            document.lacking(node, "missing-key", "`upstream` has no `url`", help);
        }
        let balances = [("round_robin", Balance::RoundRobin), ("least_requests", Balance::LeastRequests)];
        let balance = fields.optional("balance");
        let balance = balance.and_then(|node| document.choice(node, "`balance`", &balances));
        let secure = Secure::read(document, &mut fields, base);
        let h2 = fields.optional("h2").and_then(|node| document.boolean(node, "`h2`"));
        let times = Duration::from_millis(100)..=Duration::from_secs(24 * 3600);
        let resolve = fields.optional("resolve");
        let resolve = resolve.and_then(|node| units::duration(document, node, "`resolve`", &times));
        let failures = fields.optional("failures");
        let failures = failures.and_then(|node| document.integer(node, "`failures`", 1..=1000));
        let limit = limit(document, &mut fields);
        let probe = fields.optional("health").map(|node| Probe::read(document, node));
        fields.finish();
        let addresses = addresses(document, base, url, urls)?;
        secure.check(document, &addresses);
        let plain = Self::plain(addresses);
        Some(Self {
            balance: balance.unwrap_or(plain.balance),
            ca_file: secure.ca_file,
            server_name: secure.server_name,
            client: secure.client,
            h2: h2.unwrap_or(false),
            resolve: resolve.unwrap_or(plain.resolve),
            failures: failures.and_then(|count| u32::try_from(count).ok()).unwrap_or(plain.failures),
            limit,
            probe: probe.flatten(),
            ..plain
        })
    }

    /// Everything as shipped.
    fn plain(addresses: Vec<Address>) -> Self {
        Self {
            addresses,
            balance: Balance::RoundRobin,
            ca_file: None,
            server_name: None,
            client: None,
            h2: false,
            resolve: Duration::from_secs(10),
            failures: 3,
            limit: None,
            probe: None,
        }
    }

    /// `https`.
    pub fn tls(&self) -> bool {
        self.addresses.iter().any(|address| address.tls)
    }

    /// The address at which a request comes back to the listener on this one.
    pub(super) fn loops(&self, listener: SocketAddr) -> Option<&Address> {
        self.addresses.iter().find(|address| address.is(listener))
    }
}

/// What only TLS needs.
struct Secure<'d> {
    written: Vec<(&'static str, &'d Node)>,
    ca_file: Option<PathBuf>,
    server_name: Option<String>,
    client: Option<Certificate>,
}

impl<'d> Secure<'d> {
    fn read(document: &'d Document, fields: &mut Fields<'d>, base: &Path) -> Self {
        let keys = ["ca_file", "server_name", "client_certificate", "client_key"];
        let nodes = keys.map(|key| (key, fields.optional(key)));
        let file = |(key, node): (&str, Option<&'d Node>)| {
            node.and_then(|node| document.string(node, &format!("`{key}`"))).map(|path| base.join(path))
        };
        let [ca_file, (_, server_name), certificate, key] = nodes;
        let wanted = "the name in the origin's certificate, such as origin.example.org";
        let server_name = server_name.and_then(|node| parsed(document, node, "bad-host", wanted, host::name));
        // One PEM file may hold both.
        let client = match (file(certificate), file(key)) {
            (Some(certificate), Some(key)) => Some(Certificate { certificate, key }),
            (Some(both), None) | (None, Some(both)) => {
                Some(Certificate { certificate: both.clone(), key: both })
            }
            (None, None) => None,
        };
        let written = nodes.into_iter().filter_map(|(key, node)| Some((key, node?))).collect();
        Self { written, ca_file: file(ca_file), server_name, client }
    }

    fn check(&self, document: &Document, addresses: &[Address]) {
        if addresses.iter().any(|address| address.tls) {
            return;
        }
        for (key, node) in &self.written {
            let message = format!("`{key}` is for https, and the origin's URL is not");
            let help = format!("write https:// in the URL, or remove `{key}`");
            document.error(&node.span, "needs-https", message, help);
        }
    }
}

fn address(document: &Document, node: &Node, base: &Path) -> Option<Address> {
    parsed(document, node, "bad-url", address::WANTED, |text| Address::parse(text, base))
}

/// Those of `url` and `urls` together.
fn addresses(
    document: &Document,
    base: &Path,
    url: Option<&Node>,
    urls: Option<&Node>,
) -> Option<Vec<Address>> {
    let help = "add one, such as http://127.0.0.1:8000";
    let urls = match urls {
        Some(node) => at_least_one(document, node, "`urls`", help)?,
        None => &[],
    };
    let nodes: Vec<&Node> = url.into_iter().chain(urls).collect();
    let mut read: Vec<(Address, &Node)> = Vec::new();
    let mut faulty = nodes.is_empty();
    for node in nodes {
        let Some(address) = address(document, node, base) else {
            faulty = true;
            continue;
        };
        if let Some((_, first)) = read.iter().find(|(other, _)| other.at == address.at) {
            let texts = (format!("{} is there already", address.url), "keep one of the two");
            document.error_at_two(&node.span, "duplicate-url", texts, (&first.span, "first written here"));
        } else if let Some((_, first)) = read.first().filter(|(first, _)| first.tls != address.tls) {
            let help = "write all URLs of an upstream with https://, or none";
            let texts = ("TLS is spoken to one address of the upstream and not to another", help);
            document.error_at_two(&node.span, "mixed-schemes", texts, (&first.span, "the first one"));
        } else {
            read.push((address, node));
        }
    }
    (!faulty).then(|| read.into_iter().map(|(address, _)| address).collect())
}

/// Requests that wait.
const QUEUE: usize = 100;
/// How long.
const QUEUE_TIME: Duration = Duration::from_secs(5);

fn limit(document: &Document, fields: &mut Fields<'_>) -> Option<Limit> {
    let connections = fields.optional("connections");
    let (queue, time) = (fields.optional("queue"), fields.optional("queue_time"));
    let count = |node: Option<&Node>, what, bounds| {
        let read = node.and_then(|node| document.integer(node, what, bounds));
        read.and_then(|count| usize::try_from(count).ok())
    };
    let most = count(connections, "`connections`", 1..=1_000_000);
    let places = count(queue, "`queue`", 0..=1_000_000).unwrap_or(QUEUE);
    let bounds = Duration::from_millis(1)..=Duration::from_secs(24 * 3600);
    let read = time.and_then(|node| units::duration(document, node, "`queue_time`", &bounds));
    let patience = read.unwrap_or(QUEUE_TIME);
    // What is there anyway may be written out.
    let others = [("queue", queue, places != QUEUE), ("queue_time", time, patience != QUEUE_TIME)];
    for (key, node, other) in others {
        if let (Some(node), None, true) = (node, connections, other) {
            let message = format!("`{key}` says nothing without `connections`: nobody has to wait");
            let help = format!("add how many requests go at once: connections: 32; or remove `{key}`");
            document.warning(&node.span, "without-effect", message, help);
        }
    }
    Some(Limit { most: most?, queue: places, time: patience })
}
