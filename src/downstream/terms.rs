//! On what terms a listener takes connections: what a reload changes for those that come after it.

use std::cell::RefCell;
use std::rc::Rc;

use tokio_util::sync::CancellationToken;

use super::{Security, Settings};

/// The terms of one listener on one thread.
pub struct Terms(RefCell<(Security, Rc<Settings>)>);

impl Terms {
    /// The first.
    pub fn new(security: Security, settings: Rc<Settings>) -> Self {
        Self(RefCell::new((security, settings)))
    }

    /// Others from now on; connections that are open keep theirs. What stops the listener stays the same.
    pub fn change(&self, security: Security, settings: Rc<Settings>) {
        *self.0.borrow_mut() = (security, settings);
    }

    pub(super) fn now(&self) -> (Security, Rc<Settings>) {
        self.0.borrow().clone()
    }

    pub(super) fn stop(&self) -> CancellationToken {
        self.0.borrow().1.stop.clone()
    }
}
