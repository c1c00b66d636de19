//! One site: the hosts it takes, where their requests go and what is done to their cookies.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

use super::cookies::Treatment;
use super::host::{self, Pattern};
use super::hsts;
use super::limits::Times;
use super::mode::Mode;
use super::pages::Pages;
use super::registries::Registries;
use super::rule::{Files, Rule, Rules};
use super::schema;
use super::upstream::{At, Upstream};
use super::values::{at_least_one, parsed};
use crate::document::{Document, Fields, Node, Value};
use crate::policy::{Policy, PurgeUndeclared, Undeclared};

/// Index of a site; valid for the snapshot that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub(super) usize);

impl SiteId {
    /// Its place in the file, from 0; below the number of sites. For tables of one row a site.
    pub fn index(self) -> usize {
        self.0
    }
}

/// One compiled site.
#[derive(Debug)]
pub struct Site {
    /// Its index.
    pub id: SiteId,
    /// Its first host as configured, or `default`: for logs and metrics.
    pub name: String,
    /// The origin servers.
    pub upstream: Upstream,
    /// The Host that the origin sees.
    pub host: HostField,
    /// Judges its cookies.
    pub policy: Policy,
    /// What its navigations purge, if anything.
    pub purge: Option<PurgeUndeclared>,
    /// Whether a response whose Set-Cookie fields tamis changes is kept from shared caches, and one that is offered to them with
    /// a cookie that passes by consent.
    pub make_private: bool,
    /// What becomes of a request body without a length.
    pub request_body: RequestBody,
    /// Where tamis answers by itself: its policy page and preference centre; nowhere where `None`.
    pub pages: Option<Pages>,
    /// Its `Strict-Transport-Security` (RFC 6797), the value; the origin server's own counts where `None`.
    pub hsts: Option<String>,
    rules: Rules,
}

/// The Host field sent to the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostField {
    /// As the user agent sent it.
    Keep,
    /// This `host` or `host:port`.
    Set(String),
}

/// What becomes of a request body that comes without a Content-Length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// It is held, up to [`Limits::measured_body`](super::Limits::measured_body), and sent with its length.
    Measure,
    /// It is sent as it comes, chunked.
    Stream,
}

impl Site {
    /// How the requests for a path are treated: the rule of the longest prefix, else the site's own settings.
    ///
    /// `path` is the path as the user agent sent it, without the query. It is compared octet by octet: nothing is
    /// decoded and no dot segment resolved, so `/%70review/` is not `/preview/`, and `/preview/../` is. Both can only
    /// be written on purpose, and the one who writes them changes the treatment of no requests but their own.
    pub fn rule(&self, path: &str) -> &Rule {
        self.rules.at(path)
    }

    /// Whether verdicts are carried out for a path.
    pub fn mode(&self, path: &str) -> Mode {
        self.rule(path).mode
    }
}

/// What a site's settings are checked against.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) document: &'a Document,
    /// The directory of the file.
    pub(super) base: &'a Path,
    /// Where tamis itself listens.
    pub(super) listeners: &'a [SocketAddr],
    /// [`Limits::cookies`](super::Limits::cookies).
    pub(super) most_pairs: usize,
    /// The gateway's.
    pub(super) times: &'a Times,
}

/// Which requests a site claims, with the places that say so.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) hosts: Vec<(Pattern, Range<usize>)>,
    pub(super) default: Option<Range<usize>>,
}

impl Site {
    /// One item of `sites:`. The claims are returned whatever else is wrong with the site.
    pub(super) fn read(
        around: &Surroundings<'_>,
        node: &Node,
        id: SiteId,
        registries: &mut Registries<'_>,
    ) -> (Claims, Option<Self>) {
        let document = around.document;
        let Some(mut fields) = document.fields(node, &schema::SITE) else { return (Claims::default(), None) };
        let claims = claims(document, node, &mut fields);
        let registry =
            fields.required("registry", "add the file of its declared cookies: registry: registry/site.yaml");
        let registry = registry.and_then(|node| registries.load(document, node, around.base));
        let upstream = fields.required("upstream", "add the origin server: upstream: http://127.0.0.1:8000");
        let upstream = upstream.and_then(|node| upstream_of(around, node));
        let host = fields.optional("host").map_or(Some(HostField::Keep), |node| host_field(document, node));
        let files = Files { base: around.base, read: registries.reader() };
        let rules = Rules::read(document, &mut fields, around.times, files);
        let hsts = hsts::read(document, fields.optional("hsts"));
        let (request, response) = undeclared(document, fields.optional("undeclared"));
        let Treatment { rewrite, purge, make_private } = Treatment::read(document, &mut fields);
        let bodies = [("measure", RequestBody::Measure), ("stream", RequestBody::Stream)];
        let body = fields.optional("request_body");
        let body = body.and_then(|node| document.choice(node, "`request_body`", &bodies));
        let pages = Pages::read(document, fields.optional("pages"));
        let honours_gpc = registry.as_ref().is_some_and(|registry| !registry.consent().gpc_denies.is_empty());
        let pages = pages.map(|pages| Pages { gpc: pages.gpc && honours_gpc, ..pages });
        fields.finish();
        let name = claims.hosts.first().map_or_else(|| "default".to_owned(), |(host, _)| host.to_string());
        let site = match (registry, upstream, host) {
            (Some(registry), Some(upstream), Some(host)) => Some(Self {
                id,
                name,
                upstream: probed(upstream, &host, &claims),
                host,
                policy: Policy::new(registry, request, response, around.most_pairs).rewriting(rewrite),
                purge,
                make_private,
                request_body: body.unwrap_or(RequestBody::Measure),
                pages,
                hsts,
                rules,
            }),
            _ => None,
        };
        (claims, site)
    }
}

fn claims(document: &Document, node: &Node, fields: &mut Fields<'_>) -> Claims {
    let (hosts, default) = (fields.optional("hosts"), fields.optional("default"));
    let help = "add a host, or write default: true";
    let items = hosts.and_then(|node| match &node.value {
        Value::List(_) => at_least_one(document, node, "`hosts`", help),
        _ => Some(document.one_or_more(node)),
    });
    let wanted = "a host in quotes, such as \"opendata.example.org\" or \"*.example.net\"";
    let hosts_read = items.unwrap_or_default().iter().filter_map(|item| {
        let pattern = parsed(document, item, "bad-host", wanted, Pattern::parse)?;
        Some((pattern, item.span.clone()))
    });
    let is_default = default.map(|node| (node, document.boolean(node, "`default`")));
    if hosts.is_none() && !matches!(is_default, Some((_, None | Some(true)))) {
        let help =
            "add hosts: [opendata.example.org], or default: true to take every host that no other site takes";
        document.lacking(node, "missing-key", "a site has neither `hosts` nor `default: true`", help);
    }
    let default = is_default.filter(|(_, value)| *value == Some(true)).map(|(node, _)| node.span.clone());
    Claims { hosts: hosts_read.collect(), default }
}

fn upstream_of(around: &Surroundings<'_>, node: &Node) -> Option<Upstream> {
    let upstream = Upstream::read(around.document, node, around.base)?;
    let found = around.listeners.iter().find_map(|listener| Some((listener, upstream.loops(*listener)?)));
    if let Some((listener, address)) = found {
        let message = format!("{} is tamis itself: it listens on {listener}", address.authority());
        let help = "write the address of the origin server, or let tamis listen on another port";
        around.document.error(&node.span, "upstream-loop", message, help);
    }
    Some(upstream)
}

/// The upstream, whose probes ask for the host of the site where they were told no other.
fn probed(mut upstream: Upstream, host: &HostField, claims: &Claims) -> Upstream {
    if let Some(probe) = upstream.probe.as_mut().filter(|probe| probe.host.is_empty()) {
        let exact = claims.hosts.iter().find_map(|(pattern, _)| match pattern {
            Pattern::Exact(name) => Some(host::bracketed(name)),
            Pattern::Below(_) => None,
        });
        probe.host = match (host, exact, upstream.addresses.first()) {
            (HostField::Set(host), ..) => host.clone(),
            (HostField::Keep, Some(host), _) => host,
            (HostField::Keep, None, Some(address)) if matches!(address.at, At::Tcp { .. }) => {
                address.authority().to_owned()
            }
            _ => "localhost".to_owned(),
        };
    }
    upstream
}

fn host_field(document: &Document, node: &Node) -> Option<HostField> {
    let wanted = "keep, or the host to send, such as origin.example.org";
    parsed(document, node, "bad-host", wanted, |text| {
        if text == "keep" {
            return Ok(HostField::Keep);
        }
        let (host, port) = host::name_and_port(text)?;
        let host = host::bracketed(&host);
        Ok(HostField::Set(port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))))
    })
}

/// For requests and for responses; `block` where nothing is said.
fn undeclared(document: &Document, node: Option<&Node>) -> (Undeclared, Undeclared) {
    let words = [("block", Undeclared::Block), ("report", Undeclared::Report), ("allow", Undeclared::Allow)];
    let word = |node: Option<&Node>, what: &str| {
        node.and_then(|node| document.choice(node, what, &words)).unwrap_or(Undeclared::Block)
    };
    match node {
        Some(section) if matches!(section.value, Value::Map(_)) => {
            let Some(mut fields) = document.fields(section, &schema::UNDECLARED) else {
                return (Undeclared::Block, Undeclared::Block);
            };
            let request = word(fields.optional("request"), "`request`");
            let response = word(fields.optional("response"), "`response`");
            fields.finish();
            (request, response)
        }
        _ => {
            let both = word(node, "`undeclared`");
            (both, both)
        }
    }
}
