//! One site's upstream as one worker uses it: a lane for each address, and whose turn it is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::Origin;
use super::condition;
use super::connect::Error;
use super::fault::FAILURES;
use super::lane::Lane;
use super::roster::Roster;
use crate::config::Balance;
use crate::metrics::AddressCounters;

pub(super) struct Place<B> {
    pub(super) origin: Arc<Origin>,
    lanes: RefCell<Vec<Rc<Lane<B>>>>,
    news: RefCell<watch::Receiver<Roster>>,
    /// By configured address.
    tallies: Vec<Arc<AddressCounters>>,
    /// The lane to begin with when the next one is chosen.
    next: Cell<usize>,
    /// Idle connections that an address may have.
    most: Cell<usize>,
    sweeper: Arc<Notify>,
}

impl<B> Place<B> {
    pub(super) fn new(origin: Arc<Origin>, most: usize, sweeper: &Arc<Notify>) -> Rc<Self> {
        let mut news = origin.roster.subscribe();
        news.mark_changed();
        let place = Self {
            lanes: RefCell::default(),
            news: RefCell::new(news),
            tallies: origin.counters.addresses.iter().map(|row| row.part(FAILURES)).collect(),
            next: Cell::new(origin.begin()),
            most: Cell::new(most),
            sweeper: Arc::clone(sweeper),
            origin,
        };
        place.refresh();
        Rc::new(place)
    }

    /// Takes in where the upstream is now, if that has changed. Otherwise it costs a look at a word that is seldom written.
    pub(super) fn refresh(&self) {
        // It is closed by the origin's end alone, which this place holds.
        if !self.news.borrow().has_changed().unwrap_or(false) {
            return;
        }
        let mut news = self.news.borrow_mut();
        let roster = news.borrow_and_update();
        let mut before = std::mem::take(&mut *self.lanes.borrow_mut());
        let lanes = roster.endpoints.iter().filter_map(|endpoint| {
            let same = before.iter().position(|lane| Arc::ptr_eq(&lane.endpoint, endpoint));
            if let Some(same) = same {
                return Some(before.swap_remove(same));
            }
            let tally = Arc::clone(self.tallies.get(endpoint.of)?);
            Some(Lane::new(Arc::clone(endpoint), tally, self.most.get(), &self.sweeper))
        });
        let lanes = lanes.collect();
        *self.lanes.borrow_mut() = lanes;
        before.iter().for_each(|gone| gone.close());
    }

    /// How many addresses there are.
    pub(super) fn len(&self) -> usize {
        self.lanes.borrow().len()
    }

    /// The lane for the next request, none of those that were tried: one that is in, or whose time for a trial has come;
    /// if there is none, any.
    pub(super) fn choose(&self, tried: &[Rc<Lane<B>>]) -> Option<Rc<Lane<B>>> {
        let lanes = self.lanes.borrow();
        let untried = |lane: &Rc<Lane<B>>| !tried.iter().any(|other| Rc::ptr_eq(other, lane));
        if let [only] = lanes.as_slice() {
            return Some(only).filter(|only| untried(only)).cloned();
        }
        let in_turn = |n: usize| lanes.get((self.next.get() + n) % lanes.len()).filter(|lane| untried(lane));
        let in_turn = || (0..lanes.len()).filter_map(move |n| Some((n, in_turn(n)?)));
        let mut well = in_turn().filter(|(_, lane)| lane.endpoint.condition.is_in());
        let chosen = self.trial(in_turn()).or_else(|| match self.origin.settings.balance {
            Balance::RoundRobin => well.next(),
            Balance::LeastRequests => well.min_by_key(|(_, lane)| lane.shelf.busy()),
        });
        let (n, chosen) = chosen.or_else(|| in_turn().next())?;
        self.next.set((self.next.get() + n + 1) % lanes.len());
        Some(Rc::clone(chosen))
    }

    /// A lane that is left out and whose time for a trial has come. Where probes look after it, no visitor has to.
    fn trial<'l>(
        &self,
        mut lanes: impl Iterator<Item = (usize, &'l Rc<Lane<B>>)>,
    ) -> Option<(usize, &'l Rc<Lane<B>>)>
    where
        B: 'l,
    {
        if self.origin.settings.probe.is_some() {
            return None;
        }
        lanes.find(|(_, lane)| {
            !lane.endpoint.condition.is_in() && lane.endpoint.condition.admits(condition::now())
        })
    }

    /// Waits until the upstream is somewhere; asks for its names at once.
    ///
    /// # Errors
    /// The names can't be resolved, or not in time.
    pub(super) async fn resolved(&self, limit: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + limit;
        let mut news = self.news.borrow().clone();
        let addresses = &self.origin.settings.addresses;
        self.origin.wanted.iter().for_each(|wanted| wanted.notify_one());
        while self.len() == 0 {
            // Each attempt to resolve a name is news, whatever came of it.
            let changed = tokio::time::timeout_at(deadline, news.changed()).await;
            let host = |of: usize| {
                addresses.get(of).map_or_else(String::new, |address| address.authority().to_owned())
            };
            match changed {
                Err(_) => return Err(Error::SlowName { host: host(0), limit }),
                // The origin is held by this place.
                Ok(_) => self.refresh(),
            }
            if let Some((of, source)) = news.borrow_and_update().fault() {
                return Err(Error::Resolve { host: host(of), source });
            }
        }
        Ok(())
    }

    /// Another bound for idle connections from now on.
    pub(super) fn resize(&self, most: usize) {
        self.most.set(most);
        self.lanes.borrow().iter().for_each(|lane| lane.shelf.resize(most));
    }

    /// No further requests come. What is idle ends now; what is in use, with the request that uses it.
    pub(super) fn close(&self) {
        self.most.set(0);
        self.lanes.borrow().iter().for_each(|lane| lane.close());
    }

    /// Throws out idle connections that were closed.
    pub(super) fn answer_bell(&self) {
        self.lanes.borrow().iter().for_each(|lane| lane.shelf.answer_bell());
    }

    /// Throws out what has been idle for too long, or leads to where the upstream is no more.
    pub(super) fn sweep(&self, keep: Duration) {
        self.refresh();
        self.lanes.borrow().iter().for_each(|lane| lane.sweep(keep));
    }
}
