//! A Cookie field as it was sifted, so that the same one needn't be read again.

use std::rc::Rc;

use super::agreement::Agreement;
use super::recent::{Beside, Recall, Recent};
use crate::policy::{Sifted, Verdict};

/// Cookie fields remembered by a worker.
pub(super) const PLACES: usize = 512;
/// Octets of a field that is remembered, and cookie-pairs of it; others are read each time.
const LONGEST: usize = 2048;
const MOST: usize = 64;

/// What the octets of one Cookie field come to, for one registry.
pub(super) struct Sifting {
    /// The visitor's choice in it.
    pub(super) agreement: Rc<Agreement>,
    /// What goes to the origin server.
    pub(super) sifted: Sifted,
    /// Whether a pair was withheld that a purge may be about.
    pub(super) withheld: bool,
    verdicts: Verdicts,
}

/// The names of a field's cookie-pairs and what was decided on each, in their order.
#[derive(Default)]
pub(super) struct Verdicts {
    names: Vec<u8>,
    /// Octets of the name, and the verdict.
    verdicts: Vec<(usize, Verdict)>,
}

impl Sifting {
    /// What is known of a field.
    pub(super) fn recall(siftings: &Recent<Self>, beside: Beside, field: &[u8]) -> Recall<Self> {
        if field.len() > LONGEST { Recall::New } else { siftings.recall(beside, field) }
    }

    /// What was found; `None` where it is too much to be kept.
    pub(super) fn of(
        agreement: &Rc<Agreement>,
        found: (&Sifted, bool),
        verdicts: Verdicts,
    ) -> Option<Rc<Self>> {
        let (sifted, withheld) = found;
        let agreement = Rc::clone(agreement);
        (verdicts.verdicts.len() <= MOST)
            .then(|| Rc::new(Self { agreement, sifted: sifted.clone(), withheld, verdicts }))
    }

    /// Tells each name and verdict again.
    pub(super) fn tell(&self, mut seen: impl FnMut(&[u8], Verdict)) {
        let mut names = self.verdicts.names.as_slice();
        for (length, verdict) in &self.verdicts.verdicts {
            let (name, rest) = names.split_at_checked(*length).unwrap_or_default();
            names = rest;
            seen(name, *verdict);
        }
    }
}

impl Verdicts {
    /// Notes one more.
    pub(super) fn note(&mut self, name: &[u8], verdict: Verdict) {
        if self.verdicts.len() <= MOST {
            self.names.extend_from_slice(name);
            self.verdicts.push((name.len(), verdict));
        }
    }
}
