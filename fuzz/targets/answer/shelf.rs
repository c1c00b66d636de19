//! Where a connection goes when its answer was read: it is seen whether it would be kept.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Waker};

use super::codec::Connection;

pub(super) struct Seat(Rc<Cell<bool>>);

impl Seat {
    pub(super) fn new(kept: &Rc<Cell<bool>>) -> Self {
        Self(Rc::clone(kept))
    }

    /// Keeps a connection over which nothing comes, neither now nor with the next piece.
    pub(super) fn put(self, mut connection: Connection) {
        let mut cx = Context::from_waker(Waker::noop());
        let quiet = (0..2).all(|_| connection.is_quiet(&mut cx));
        self.0.set(quiet && connection.rests(&mut cx));
    }
}
