//! All sites, and which of them takes a host.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use super::host::{MOST_OCTETS, Pattern};
use super::registries::Registries;
use super::site::{Claims, Site, SiteId, Surroundings};
use super::site_files::SiteFiles;
use super::values::at_least_one;
use crate::diagnostic::{Related, Source};
use crate::document::{Document, Node};

/// The sites by their hosts. The maps hold configured names only: a visitor can ask, not fill them.
#[derive(Debug)]
pub struct Sites {
    sites: Vec<Site>,
    exact: HashMap<String, SiteId>,
    /// `example.net` for `*.example.net`.
    below: HashMap<String, SiteId>,
    default: Option<SiteId>,
}

impl Sites {
    /// The site of a host: the one that names it, else the one with the longest wildcard above it, else the default.
    ///
    /// `host` is a uri-host (RFC 3986 3.2.2) without port, IPv6 with or without brackets, in any case; a last dot is
    /// ignored. Nothing is allocated for a name in lower case.
    pub fn find(&self, host: &str) -> Option<&Site> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let named = if host.len() > MOST_OCTETS {
            // No configured name is that long, and looking at each label of it would take quadratic time.
            None
        } else if let Some(address) = ipv6(host) {
            self.exact.get(&address.to_string()).copied()
        } else if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.named(&host.to_ascii_lowercase())
        } else {
            self.named(host)
        };
        named.or(self.default).and_then(|id| self.get(id))
    }

    /// The site of an id.
    pub fn get(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id.index())
    }

    /// All sites: those of the file in its order, then those with files of their own.
    pub fn iter(&self) -> std::slice::Iter<'_, Site> {
        self.sites.iter()
    }

    /// The hosts of a site as configured, in the order of the alphabet; `*.` before one stands for names below it.
    pub fn hosts(&self, id: SiteId) -> Vec<String> {
        let of = |(host, site): (&String, &SiteId)| (*site == id).then(|| host.clone());
        let mut hosts: Vec<String> = self.exact.iter().filter_map(of).collect();
        hosts.extend(self.below.iter().filter_map(of).map(|host| format!("*.{host}")));
        hosts.sort_unstable();
        hosts
    }

    /// Whether a site takes the hosts that no site names.
    pub fn is_default(&self, id: SiteId) -> bool {
        self.default == Some(id)
    }

    fn named(&self, host: &str) -> Option<SiteId> {
        let exact = self.exact.get(host);
        if exact.is_some() || self.below.is_empty() {
            return exact.copied();
        }
        // From the left, so that the longest comes first. A wildcard stands for at least one octet.
        let mut parents =
            host.match_indices('.').filter(|(at, _)| *at > 0).filter_map(|(at, _)| host.get(at + 1..));
        parents.find_map(|parent| self.below.get(parent)).copied()
    }

    /// The section `sites:`, then the files of `sites_from:`; `None` if any site can't be used.
    pub(super) fn read(
        around: &Surroundings<'_>,
        node: Option<&Node>,
        files: &SiteFiles,
        registries: &mut Registries<'_>,
    ) -> Option<Self> {
        let help = "add one, with hosts, registry and upstream";
        let items = node.and_then(|node| at_least_one(around.document, node, "`sites`", help));
        let items = items.unwrap_or_default().iter().map(|item| (*around, item));
        let files = files.iter().filter_map(|file| {
            let document = file.document()?;
            Some((Surroundings { document, base: &file.base, ..*around }, document.root()))
        });
        let mut claimed = Claimed::default();
        let mut sites = Vec::new();
        for (index, (around, item)) in items.chain(files).enumerate() {
            let id = SiteId(index);
            let (claims, site) = Site::read(&around, item, id, registries);
            claimed.add(around.document, id, claims);
            sites.push(site);
        }
        let sites = sites.into_iter().collect::<Option<Vec<Site>>>()?;
        Some(claimed.sites(sites))
    }
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.contains(':')
        .then(|| host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host))?
        .parse()
        .ok()
}

/// Who claimed what so far, and where.
#[derive(Default)]
struct Claimed {
    hosts: BTreeMap<Pattern, (SiteId, Place)>,
    default: Option<(SiteId, Place)>,
}

/// Where a claim stands: two files may claim the same.
struct Place {
    source: Arc<Source>,
    span: Range<usize>,
}

impl Place {
    fn related(&self, label: &str) -> Related {
        Related { source: Arc::clone(&self.source), span: self.span.clone(), label: label.to_owned() }
    }
}

impl Claimed {
    fn add(&mut self, document: &Document, id: SiteId, claims: Claims) {
        let place = |span| Place { source: Arc::clone(document.source()), span };
        for (host, span) in claims.hosts {
            if let Some((_, first)) = self.hosts.get(&host) {
                let texts =
                    (format!("`{host}` is taken already"), "a host belongs to one site: keep one of the two");
                document.error_with(&span, "duplicate-host", texts, first.related("first taken here"));
            } else {
                self.hosts.insert(host, (id, place(span)));
            }
        }
        match (&self.default, claims.default) {
            (Some((_, first)), Some(span)) => {
                let help = "keep it for the one site that takes every host that no other site takes";
                let texts = ("two sites are the default", help);
                document.error_with(&span, "duplicate-default", texts, first.related("the first one"));
            }
            (None, Some(span)) => self.default = Some((id, place(span))),
            (_, None) => {}
        }
    }

    fn sites(self, sites: Vec<Site>) -> Sites {
        let (mut exact, mut below) = (HashMap::new(), HashMap::new());
        for (host, (id, _)) in self.hosts {
            match host {
                Pattern::Exact(name) => exact.insert(name, id),
                Pattern::Below(parent) => below.insert(parent, id),
            };
        }
        Sites { sites, exact, below, default: self.default.map(|(id, _)| id) }
    }
}
