//! First-run help: each undeclared cookie-name that was blocked is logged once, with the YAML to paste.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use foldhash::fast::FixedState;

use crate::config::{Site, SiteId};
use crate::policy::{Direction, declaration_yaml};

/// Names remembered; what comes after is counted, not hinted at, so that nobody floods the log.
const MOST: usize = 200;
/// A name longer than this is no cookie that somebody declares.
const LONGEST: usize = 128;

/// Names by site. Visitors choose them, but too few are kept for collisions to cost anything.
#[derive(Debug, Default)]
struct Seen {
    names: Vec<HashSet<Box<[u8]>, FixedState>>,
    /// Names of all sites.
    count: usize,
}

impl Seen {
    /// Whether the name is met for the first time, and there is room to remember it. Allocates only then.
    fn is_new(&mut self, site: SiteId, name: &[u8]) -> bool {
        if self.names.len() <= site.index() {
            self.names.resize_with(site.index() + 1, HashSet::default);
        }
        let Some(names) = self.names.get_mut(site.index()) else { return false };
        if self.count >= MOST || names.contains(name) {
            return false;
        }
        self.count += 1;
        names.insert(name.into())
    }
}

/// The names that any worker has hinted at.
#[derive(Clone, Debug, Default)]
pub struct Hinted(Arc<Mutex<Seen>>);

/// What one worker has hinted at; the workers share the full list, which they ask only about names new to them.
#[derive(Debug)]
pub struct Hints {
    here: RefCell<Seen>,
    everywhere: Hinted,
}

impl Hints {
    /// For one worker; all workers get the same `everywhere`.
    pub fn new(everywhere: Hinted) -> Self {
        Self { here: RefCell::default(), everywhere }
    }

    /// Logs a name the first time that it is met.
    pub fn undeclared(&self, site: &Site, name: &[u8], direction: Direction) {
        if name.len() > LONGEST || !self.here.borrow_mut().is_new(site.id, name) {
            return;
        }
        let Ok(mut everywhere) = self.everywhere.0.lock() else { return };
        if everywhere.is_new(site.id, name) {
            let last = everywhere.count == MOST;
            drop(everywhere);
            tracing::warn!(
                target: "tamis::undeclared",
                site = site.name,
                cookie = %name.escape_ascii(),
                direction = direction.word(),
                "an undeclared cookie was met; to let it pass, declare it in the registry under `cookies:`\n{}",
                declaration_yaml(site.policy.registry(), name, direction)
            );
            if last {
                tracing::warn!(
                    target: "tamis::undeclared",
                    names = MOST,
                    "no more undeclared cookies are told one by one; `tamis observed` reports those that come"
                );
            }
        }
    }
}
