//! One site's upstream, as all workers share it: where it is, how its addresses are, and who may go there now.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::sync::{Notify, watch};

use super::condition;
use super::gate::Gate;
use super::roster::{Endpoint, Learned, Roster};
use super::secure::{self, OriginError, Papers};
use crate::config::{self, Site};
use crate::metrics::UpstreamCounters;

/// A site's upstream, ready to be connected to.
///
/// It outlives a configuration: the next one that says the same of it goes on with it ([`Origin::new`]), and so with the
/// health of its addresses, its queue and its connections.
#[derive(Debug)]
pub struct Origin {
    pub(super) settings: config::Upstream,
    /// What the files hold that the settings name.
    papers: Papers,
    tls: Option<(Arc<ClientConfig>, Vec<ServerName<'static>>)>,
    pub(super) roster: watch::Sender<Roster>,
    /// Rung where somebody waits for the addresses of a name; one for each configured address.
    pub(super) wanted: Vec<Arc<Notify>>,
    pub(super) gate: Option<Gate>,
    pub(super) counters: Arc<UpstreamCounters>,
    /// Somebody asks for its names and probes it.
    pub(super) tended: AtomicBool,
    /// How many workers have begun with it, so that each begins with another address.
    begun: AtomicUsize,
}

impl Origin {
    /// Settles a site's upstream: certificates and TLS. Where one of `previous` is the same site's and has the same
    /// settings, to the content of the files that they name, it is that one.
    ///
    /// # Errors
    /// Files that can't be read, or a name that no certificate can hold.
    pub fn new(site: &Site, previous: &[Arc<Self>]) -> Result<Arc<Self>, OriginError> {
        let settings = &site.upstream;
        let papers = Papers::read(settings)?;
        let same = |origin: &&Arc<Self>| {
            origin.counters.site == site.name && origin.settings == *settings && origin.papers == papers
        };
        if let Some(same) = previous.iter().find(same) {
            return Ok(Arc::clone(same));
        }
        Self::fresh(site.name.clone(), settings.clone(), papers)
    }

    pub(super) fn fresh(
        site: String,
        settings: config::Upstream,
        papers: Papers,
    ) -> Result<Arc<Self>, OriginError> {
        let tls = match settings.tls() {
            true => Some((papers.client(&settings)?, secure::names(&settings)?)),
            false => None,
        };
        let urls = settings.addresses.iter().map(|address| address.url.clone());
        let counters = Arc::new(UpstreamCounters::new(site, urls));
        Ok(Arc::new(Self {
            papers,
            tls,
            roster: watch::Sender::new(Roster::new(&settings)),
            wanted: settings.addresses.iter().map(|_| Arc::default()).collect(),
            gate: settings.limit.as_ref().map(|limit| Gate::new(limit, &counters)),
            counters,
            tended: AtomicBool::new(false),
            begun: AtomicUsize::new(0),
            settings,
        }))
    }

    /// What is counted of it.
    pub fn counters(&self) -> &Arc<UpstreamCounters> {
        &self.counters
    }

    /// How TLS is spoken to an address, if it is.
    pub(super) fn tls(&self, endpoint: &Endpoint) -> Option<(&Arc<ClientConfig>, &ServerName<'static>)> {
        let (config, names) = self.tls.as_ref()?;
        Some((config, names.get(endpoint.of)?))
    }

    /// The place to begin with, another one for each that asks.
    pub(super) fn begin(&self) -> usize {
        self.begun.fetch_add(1, Relaxed)
    }

    /// Takes in what the name of a configured address resolves to. Who waits for it is woken, whatever it is.
    pub(super) fn learn(&self, of: usize, found: io::Result<Vec<SocketAddr>>) {
        let Some(address) = self.settings.addresses.get(of) else { return };
        let mut learned = Learned::Nothing;
        self.roster.send_if_modified(|roster| {
            learned = roster.learn(of, address, found);
            learned != Learned::Nothing || roster.endpoints.is_empty()
        });
        let (site, upstream) = (&self.counters.site, &address.url);
        let roster = self.roster.borrow();
        let places = roster.endpoints.iter().filter(|endpoint| endpoint.of == of).count();
        match learned {
            Learned::Nothing => return,
            Learned::Moved => tracing::info!(site, upstream, places, "the name has other addresses"),
            Learned::Found => tracing::info!(site, upstream, places, "the name has addresses again"),
            Learned::Lost => {
                let error =
                    roster.faults.get(of).cloned().flatten().map_or_else(String::new, |why| why.to_string());
                let then = if places > 0 { "; its last addresses are used on" } else { "" };
                tracing::warn!(site, upstream, "the name can't be resolved: {error}{then}");
            }
        }
        drop(roster);
        self.review(of);
    }

    /// Notes that a request to an address was answered.
    pub(super) fn answered(&self, endpoint: &Endpoint) {
        if endpoint.condition.answered() {
            self.welcome(endpoint);
        }
    }

    /// Notes that a connection or an answer failed; `word` is one of [`FAILURES`](super::FAILURES).
    pub(super) fn failed(&self, endpoint: &Endpoint, word: &str, why: &dyn std::fmt::Display) {
        let most = self.settings.failures;
        if let Some(pause) = endpoint.condition.failed(word, most, condition::now()) {
            let (site, address) = (&self.counters.site, &endpoint.label);
            tracing::warn!(
                site, address, kind = word, error = %why,
                "an address of the upstream has failed {most} times in a row; it is left out for {pause:?}, then longer, \
                 while there is another one"
            );
            self.review(endpoint.of);
        }
    }

    /// An address is given requests again.
    pub(super) fn welcome(&self, endpoint: &Endpoint) {
        let (site, address) = (&self.counters.site, &endpoint.label);
        tracing::info!(site, address, "an address of the upstream is in order again");
        self.review(endpoint.of);
    }

    /// States whether a configured address is up: one of its places is in, or none is known to be out.
    pub(super) fn review(&self, of: usize) {
        let Some(row) = self.counters.addresses.get(of) else { return };
        row.up.set(self.roster.borrow().is_up(of).into());
    }
}
