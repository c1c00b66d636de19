//! What the workers share, read-only.

use std::sync::Arc;

use super::{FAILURES, Local};
use crate::audit::Hinted;
use crate::config::{Site, Snapshot};
use crate::consent::Reading;
use crate::metrics::Words;
use crate::policy::Reason;
use crate::store::Store;
use crate::upstream::{Origin, OriginError};

/// One compiled configuration with its origin servers ready to be connected to.
pub struct Gateway {
    /// The configuration.
    pub snapshot: Arc<Snapshot>,
    /// One a site, in the sites' order.
    pub origins: Vec<Arc<Origin>>,
    /// The pages of each site, in the sites' order.
    locals: Vec<Option<Local>>,
    /// Where choices are recorded, unless they are not.
    pub(super) store: Option<Store>,
    /// The undeclared names that any worker has hinted at.
    pub(super) hinted: Hinted,
}

impl Gateway {
    /// Settles the upstreams of a configuration and renders its pages.
    ///
    /// # Errors
    /// A site's name and why its upstream can't be used.
    pub fn new(snapshot: Snapshot, store: Option<Store>) -> Result<Arc<Self>, (String, OriginError)> {
        Self::compile(snapshot, store, Hinted::default(), &[])
    }

    /// The same in the place of this one, with its records, and with those of its upstreams that are the same; what was hinted at is not repeated, unless other sites stand
    /// in the places of those that it was about.
    ///
    /// # Errors
    /// A site's name and why its upstream can't be used.
    pub fn next(&self, snapshot: Snapshot) -> Result<Arc<Self>, (String, OriginError)> {
        let names =
            |snapshot: &Snapshot| snapshot.sites.iter().map(|site| site.name.clone()).collect::<Vec<_>>();
        let same = names(&self.snapshot) == names(&snapshot);
        let hinted = if same { self.hinted.clone() } else { Hinted::default() };
        Self::compile(snapshot, self.store.clone(), hinted, &self.origins)
    }

    fn compile(
        snapshot: Snapshot,
        store: Option<Store>,
        hinted: Hinted,
        previous: &[Arc<Origin>],
    ) -> Result<Arc<Self>, (String, OriginError)> {
        let origin = |site: &Site| Origin::new(site, previous).map_err(|e| (site.name.clone(), e));
        let origins = snapshot.sites.iter().map(origin).collect::<Result<_, _>>()?;
        let locals = snapshot.sites.iter().map(|site| Local::compile(site, store.is_some())).collect();
        let snapshot = Arc::new(snapshot);
        Ok(Arc::new(Self { snapshot, origins, locals, store, hinted }))
    }

    /// The pages of a site, if this path, without the query, is one of theirs.
    pub(super) fn local(&self, site: &Site, path: &str) -> Option<&Local> {
        if !site.pages.as_ref().is_some_and(|pages| pages.take(path)) {
            return None;
        }
        self.locals.get(site.id.index())?.as_ref()
    }
}

/// The words that the counters know.
pub const WORDS: Words = Words { reasons: &Reason::WORDS, readings: &Reading::WORDS, failures: FAILURES };
