//! The whole configuration: text in, one immutable snapshot or all its faults out.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use ipnet::IpNet;

use super::admin::Admin;
use super::limits::{Limits, Times};
use super::listener::{Listener, Listeners};
use super::log::Log;
use super::network;
use super::records::Records;
use super::registries::{Read, Registries};
use super::schema;
use super::site::Surroundings;
use super::sites::Sites;
use super::substitute::{self, Environment};
use super::values::{Wrong, parsed};
use crate::diagnostic::{Diagnostics, Source};
use crate::document::{Document, Node};

/// One compiled configuration.
#[derive(Debug)]
pub struct Snapshot {
    /// Its number among those that a gateway has served, from 1; 0 before it is served.
    pub generation: u64,
    /// How tamis names itself in Via: a token (RFC 9110 7.6.3).
    pub name: String,
    /// Worker threads; the machine's available parallelism where `None`.
    pub workers: Option<usize>,
    /// Where user agents connect; at least one.
    pub listeners: Vec<Listener>,
    /// Where the operator connects, if anywhere.
    pub admin: Option<Admin>,
    /// Whose Forwarded and X-Forwarded-* fields are believed; ask [`Self::trusts`].
    pub trusted: Vec<IpNet>,
    /// How much.
    pub limits: Limits,
    /// How long.
    pub times: Times,
    /// What is written about it.
    pub log: Log,
    /// Where choices are recorded; `None` where they are not.
    pub records: Option<Records>,
    /// The answer for a host that no site takes.
    pub unknown_host: UnknownHost,
    /// The sites; at least one.
    pub sites: Sites,
}

/// The answer for a host that no site takes, where no site is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownHost {
    /// 421 (Misdirected Request, RFC 9110 15.5.20).
    Reject,
    /// 404 (Not Found): says nothing of whose server this is.
    NotFound,
}

/// Compiles a configuration.
///
/// Paths in it are relative to `base`, the directory of its file. `environment` gives the variables of `${VAR}`,
/// `read` the text of a registry's file. The diagnostics are all faults and warnings of the configuration, then
/// those of its registries; there is a snapshot exactly if none of them is an error.
pub fn compile(
    source: Arc<Source>,
    base: &Path,
    environment: Environment<'_>,
    read: Read<'_>,
) -> (Option<Snapshot>, Diagnostics) {
    let mut document = match Document::parse(source) {
        Ok(document) => document,
        Err(faults) => return (None, faults),
    };
    substitute::all(&mut document, environment);
    let mut registries = Registries::new(base, read);
    let snapshot = Snapshot::read(&document, base, &mut registries);
    let mut faults = document.into_faults();
    faults.extend(registries.into_faults());
    (snapshot.filter(|_| faults.errors() == 0), faults)
}

impl Snapshot {
    /// Whether the word of a peer about the user agent is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        network::contain(&self.trusted, peer)
    }

    fn read(document: &Document, base: &Path, registries: &mut Registries<'_>) -> Option<Self> {
        let mut fields = document.fields(document.root(), &schema::SETTINGS)?;
        let name = fields.optional("name").and_then(|node| name(document, node));
        let workers =
            fields.optional("workers").and_then(|node| document.integer(node, "`workers`", 1..=1024));
        let listeners = fields.required("listeners", "add listeners: [{address: \"[::]:8080\"}]");
        let admin = fields.optional("admin");
        let Listeners { listeners, admin } = Listeners::read(document, listeners, admin, base);
        let trusted = network::read(document, fields.optional("trusted_proxies"));
        let limits = Limits::read(document, fields.optional("limits"));
        let times = Times::read(document, fields.optional("times"));
        let log = Log::read(document, fields.optional("log"));
        let records = Records::read(document, fields.optional("records"), base);
        let words = [("reject", UnknownHost::Reject), ("not_found", UnknownHost::NotFound)];
        let unknown_host = fields.optional("unknown_host");
        let unknown_host = unknown_host.and_then(|node| document.choice(node, "`unknown_host`", &words));
        let sites =
            fields.required("sites", "add sites: with the hosts, registry and upstream of at least one");
        let addresses: Vec<SocketAddr> = listeners.iter().map(|listener| listener.address).collect();
        let around = Surroundings { document, base, listeners: &addresses, most_pairs: limits.cookies };
        let sites = sites.and_then(|node| Sites::read(&around, node, registries));
        fields.finish();
        Some(Self {
            generation: 0,
            name: name.unwrap_or_else(|| "tamis".to_owned()),
            workers: workers.and_then(|number| usize::try_from(number).ok()),
            listeners,
            admin,
            trusted,
            limits,
            times,
            log,
            records,
            unknown_host: unknown_host.unwrap_or(UnknownHost::Reject),
            sites: sites?,
        })
    }
}

/// A token (RFC 9110 5.6.2).
fn name(document: &Document, node: &Node) -> Option<String> {
    parsed(document, node, "bad-name", "a name in quotes, such as \"tamis\"", |text| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !text.is_empty() && text.bytes().all(token) {
            return Ok(text.to_owned());
        }
        let help = "write a token: letters, digits, and hyphens or dots between them, such as tamis-1";
        Err(Wrong::new(format!("`{text}` can't stand in a Via field"), help))
    })
}
