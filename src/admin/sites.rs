//! `/sites`: what is served, and by which registry.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use super::status::Served;
use crate::config::{Mode, Site, Sites};
use crate::consent::hex;
use crate::upstream::{Health, Trouble};

/// The sites in the order of the file.
pub(super) fn sites(served: &Served) -> Value {
    let sites = &served.snapshot.sites;
    let each = sites.iter().zip(&served.origins);
    let each: Vec<_> = each.map(|(site, origin)| describe(sites, site, &origin.health())).collect();
    json!({ "generation": served.generation, "sites": each })
}

fn describe(sites: &Sites, site: &Site, health: &Health) -> Value {
    let registry = site.policy.registry();
    json!({
        "site": site.name,
        "hosts": sites.hosts(site.id),
        "default": sites.is_default(site.id),
        "upstream": upstream(health),
        "mode": word(site.mode("/")),
        "registry": {
            "file": registry.file(),
            "version": registry.version(),
            "digest": hex::encode(digest(&SHA256, registry.text().as_bytes()).as_ref()),
            "entries": registry.entries().len(),
        },
    })
}

/// In short, for readiness: each site, and whether some address of its upstream is given requests.
pub(super) fn upstreams(served: &Served) -> Value {
    let each = served.origins.iter().map(|origin| origin.health());
    each.map(|health| json!({ "site": health.site, "up": health.is_up() })).collect()
}

fn upstream(health: &Health) -> Value {
    let addresses = health.addresses.iter().map(|address| {
        let places = address.places.iter().map(|place| {
            let (since, last) = trouble(place.trouble.as_ref());
            json!({ "address": place.address, "up": place.up, "failing_since": since, "last_failure": last })
        });
        let (since, last) = trouble(address.trouble.as_ref());
        json!({
            "url": address.url,
            "up": address.up,
            "failing_since": since,
            "last_failure": last,
            "in_use": address.in_use,
            "idle": address.idle,
            "places": places.collect::<Value>(),
        })
    });
    json!({ "up": health.is_up(), "waiting": health.waiting, "addresses": addresses.collect::<Value>() })
}

/// Since when (RFC 3339), and the word of the last failure.
fn trouble(trouble: Option<&Trouble>) -> (Option<String>, Option<&'static str>) {
    let since = trouble.and_then(|trouble| Timestamp::try_from(trouble.since).ok());
    let since = since.and_then(|since| since.round(Unit::Second).ok());
    (since.map(|since| since.to_string()), trouble.map(|trouble| trouble.last))
}

/// A mode as configurations write it.
pub(super) fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Observe => "observe",
    }
}
