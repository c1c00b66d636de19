//! `/sites`: what is served, and by which registry.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::status::Served;
use crate::config::{Mode, Site, Sites};
use crate::consent::hex;

/// The sites in the order of the file.
pub(super) fn sites(served: &Served) -> Value {
    let sites = &served.snapshot.sites;
    let each: Vec<_> = sites.iter().map(|site| describe(sites, site)).collect();
    json!({ "generation": served.generation, "sites": each })
}

fn describe(sites: &Sites, site: &Site) -> Value {
    let registry = site.policy.registry();
    let urls: Vec<_> = site.upstream.addresses.iter().map(|address| address.url.as_str()).collect();
    json!({
        "site": site.name,
        "hosts": sites.hosts(site.id),
        "default": sites.is_default(site.id),
        "upstream": urls,
        "mode": word(site.mode("/")),
        "registry": {
            "file": registry.file(),
            "version": registry.version(),
            "digest": hex::encode(digest(&SHA256, registry.text().as_bytes()).as_ref()),
            "entries": registry.entries().len(),
        },
    })
}

/// A mode as configurations write it.
pub(super) fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Observe => "observe",
    }
}
