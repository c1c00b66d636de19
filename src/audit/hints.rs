//! First-run help: each undeclared cookie-name that was blocked is logged once, with the YAML to paste.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::config::{Site, SiteId};
use crate::policy::{Direction, declaration_yaml};

/// Names remembered; what comes after is counted, not hinted at, so that nobody floods the log.
const MOST: usize = 200;
/// A name longer than this is no cookie that somebody declares.
const LONGEST: usize = 128;

/// Sites and names.
type Seen = HashSet<(SiteId, Box<[u8]>)>;

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
        let mut here = self.here.borrow_mut();
        if name.len() > LONGEST || here.len() >= MOST {
            return;
        }
        let key = (site.id, Box::from(name));
        if here.contains(&key) {
            return;
        }
        here.insert(key.clone());
        let Ok(mut everywhere) = self.everywhere.0.lock() else { return };
        if everywhere.len() < MOST && everywhere.insert(key) {
            tracing::warn!(
                target: "tamis::undeclared",
                site = site.name,
                cookie = %name.escape_ascii(),
                direction = direction.word(),
                "an undeclared cookie was met; to let it pass, declare it in the registry under `cookies:`\n{}",
                declaration_yaml(site.policy.registry(), name, direction)
            );
        }
    }
}
