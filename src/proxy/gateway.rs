//! What the workers share, read-only.

use std::sync::Arc;

use super::{FAILURES, Local};
use crate::audit::{AccessLog, Hinted, Sink};
use crate::config::{Site, Snapshot};
use crate::consent::Reading;
use crate::metrics::{Labels, Words};
use crate::policy::Reason;
use crate::registry::Entry;
use crate::store::Store;
use crate::upstream::{Origin, OriginError};

/// One compiled configuration with its origin servers ready to be connected to.
pub struct Gateway {
    /// The configuration.
    pub snapshot: Arc<Snapshot>,
    /// One a site, in the sites' order.
    pub origins: Vec<Arc<Origin>>,
    /// The names of its sites and of the rows of their registries, for the metrics.
    pub(super) labels: Arc<Labels>,
    /// The pages of each site, in the sites' order.
    locals: Vec<Option<Local>>,
    pub(super) outlets: Outlets,
    /// Where the line of an exchange goes, unless there is none.
    pub(super) access: Option<AccessLog>,
    /// The undeclared names that any worker has hinted at.
    pub(super) hinted: Hinted,
}

/// Where what a gateway has to say goes, whatever its configuration.
#[derive(Clone, Default)]
pub struct Outlets {
    /// Where choices are recorded, unless they are not.
    pub store: Option<Store>,
    /// Where the lines of exchanges go; each is an event where there is none.
    pub access: Option<Arc<Sink>>,
}

impl Gateway {
    /// Settles the upstreams of a configuration and renders its pages.
    ///
    /// # Errors
    /// The name of each site whose upstream can't be used, and why.
    pub fn new(snapshot: Snapshot, outlets: Outlets) -> Result<Arc<Self>, Vec<(String, OriginError)>> {
        Self::compile(snapshot, outlets, Hinted::default(), &[])
    }

    /// The same in the place of this one, with its outlets and those of its upstreams that are the same; what was hinted
    /// at is not repeated, unless other sites stand in the places of those that it was about.
    ///
    /// # Errors
    /// The name of each site whose upstream can't be used, and why.
    pub fn next(&self, snapshot: Snapshot) -> Result<Arc<Self>, Vec<(String, OriginError)>> {
        let names =
            |snapshot: &Snapshot| snapshot.sites.iter().map(|site| site.name.clone()).collect::<Vec<_>>();
        let same = names(&self.snapshot) == names(&snapshot);
        let hinted = if same { self.hinted.clone() } else { Hinted::default() };
        Self::compile(snapshot, self.outlets.clone(), hinted, &self.origins)
    }

    fn compile(
        snapshot: Snapshot,
        outlets: Outlets,
        hinted: Hinted,
        previous: &[Arc<Origin>],
    ) -> Result<Arc<Self>, Vec<(String, OriginError)>> {
        let (mut origins, mut faults) = (Vec::new(), Vec::new());
        for site in snapshot.sites.iter() {
            match Origin::new(site, previous) {
                Ok(origin) => origins.push(origin),
                Err(fault) => faults.push((site.name.clone(), fault)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let locals =
            snapshot.sites.iter().map(|site| Local::compile(site, outlets.store.is_some())).collect();
        let access = snapshot.log.access.as_ref();
        let access = access.map(|settings| AccessLog::new(settings, outlets.access.clone()));
        let labels = Labels::new(snapshot.sites.iter().map(labels));
        let snapshot = Arc::new(snapshot);
        Ok(Arc::new(Self { snapshot, origins, labels, locals, outlets, access, hinted }))
    }

    /// Has the database of consent records opened, where visitors are asked for their choice.
    pub fn keep_records(&self) {
        if let (Some(store), true) = (&self.outlets.store, self.snapshot.asks_visitors()) {
            store.begin();
        }
    }

    /// The pages of a site, if this path, without the query, is one of theirs.
    pub(super) fn local(&self, site: &Site, path: &str) -> Option<&Local> {
        if !site.pages.as_ref().is_some_and(|pages| pages.take(path)) {
            return None;
        }
        self.pages(site)
    }

    /// The pages of a site, if it has any.
    pub(super) fn pages(&self, site: &Site) -> Option<&Local> {
        self.locals.get(site.id.index())?.as_ref()
    }
}

/// The name of a site, and those of its rows: the first that each declares.
fn labels(site: &Site) -> (String, Vec<String>) {
    let name = |entry: &Entry| entry.names.first().map(|name| name.pattern.clone()).unwrap_or_default();
    (site.name.clone(), site.policy.registry().entries().iter().map(name).collect())
}

/// The words that the counters know.
pub const WORDS: Words = Words { reasons: &Reason::WORDS, readings: &Reading::WORDS, failures: FAILURES };
