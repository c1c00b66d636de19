//! The whole configuration as one immutable snapshot, and the reader of its top.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use ipnet::IpNet;

use super::admin::Admin;
use super::limits::{Limits, Times};
use super::listener::{Listener, Listeners};
use super::log::Log;
use super::network;
use super::observations::Observations;
use super::records::Records;
use super::registries::Registries;
use super::schema;
use super::site::Surroundings;
use super::site_files::SiteFiles;
use super::sites::Sites;
use super::values::{Wrong, parsed};
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
    /// What becomes of a request that belongs to no trace.
    pub trace_context: TraceContext,
    /// Where choices are recorded; `None` where they are not.
    pub records: Option<Records>,
    /// How the cookies that were seen are kept; `None` where they are not.
    pub observations: Option<Observations>,
    /// The answer for a host that no site takes.
    pub unknown_host: UnknownHost,
    /// The sites; at least one.
    pub sites: Sites,
}

/// What becomes of a request without a valid `traceparent` (W3C Trace Context).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceContext {
    /// It is passed on as it came.
    #[default]
    Pass,
    /// A trace begins with it.
    Generate,
}

/// The answer for a host that no site takes, where no site is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownHost {
    /// 421 (Misdirected Request, RFC 9110 15.5.20).
    Reject,
    /// 404 (Not Found): says nothing of whose server this is.
    NotFound,
}

impl Snapshot {
    /// Whether the word of a peer about the user agent is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        network::contain(&self.trusted, peer)
    }

    /// Whether any of the sites asks visitors for their choice.
    pub fn asks_visitors(&self) -> bool {
        self.sites.iter().any(|site| site.pages.is_some())
    }

    /// The file, and those of its sites.
    pub(super) fn read(
        document: &Document,
        base: &Path,
        site_files: &SiteFiles,
        registries: &mut Registries<'_>,
    ) -> Option<Self> {
        let mut fields = document.fields(document.root(), &schema::SETTINGS)?;
        let name = fields.optional("name").and_then(|node| name(document, node));
        let workers =
            fields.optional("workers").and_then(|node| document.integer(node, "`workers`", 1..=1024));
        let listeners = fields.required("listeners", "add listeners: [{address: \"[::]:8080\"}]");
        let admin = fields.optional("admin");
        let Listeners { listeners, admin } = Listeners::read(document, listeners, admin, base);
        let trusted = fields.optional("trusted_proxies");
        let trusted = trusted.map(|node| network::trusted(document, node, "`trusted_proxies`"));
        let limits = Limits::read(document, fields.optional("limits"));
        let times = Times::read(document, fields.optional("times"));
        let log = Log::read(document, fields.optional("log"), base);
        let contexts = [("pass", TraceContext::Pass), ("generate", TraceContext::Generate)];
        let trace_context = fields.optional("trace_context");
        let trace_context =
            trace_context.and_then(|node| document.choice(node, "`trace_context`", &contexts));
        let records = Records::read(document, fields.optional("records"), base);
        let observations = Observations::read(document, fields.optional("observations"), base);
        let words = [("reject", UnknownHost::Reject), ("not_found", UnknownHost::NotFound)];
        let unknown_host = fields.optional("unknown_host");
        let unknown_host = unknown_host.and_then(|node| document.choice(node, "`unknown_host`", &words));
        let sites = fields.optional("sites");
        if fields.optional("sites_from").is_none() && sites.is_none() {
            let help = "add sites: with the hosts, registry and upstream of at least one";
            let message = "the configuration has neither `sites` nor `sites_from`";
            document.lacking(document.root(), "missing-key", message, help);
        }
        let addresses: Vec<SocketAddr> = listeners.iter().map(|listener| listener.address).collect();
        let around =
            Surroundings { document, base, listeners: &addresses, most_pairs: limits.cookies, times: &times };
        let sites = Sites::read(&around, sites, site_files, registries);
        fields.finish();
        Some(Self {
            generation: 0,
            name: name.unwrap_or_else(|| "tamis".to_owned()),
            workers: workers.and_then(|number| usize::try_from(number).ok()),
            listeners,
            admin,
            trusted: trusted.unwrap_or_default(),
            limits,
            times,
            log,
            trace_context: trace_context.unwrap_or_default(),
            records,
            observations,
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
