//! What a visitor agreed to, remembered by the octets that said so: the same few choices come with every request.

use std::rc::Rc;

use http::HeaderValue;

use super::recent::{Recall, Recent};
use crate::config::Site;
use crate::consent::{Companion, Consent};
use crate::cookie::CookiePair;

/// Choices remembered by a worker.
const PLACES: usize = 256;
/// Octets of cookie-pairs that are remembered; longer ones are read each time.
const LONGEST: usize = 1024;

/// A choice as it was read.
pub(super) struct Agreement {
    pub(super) consent: Consent,
    /// The same for the origin server: the value of X-Consent.
    pub(super) header: Option<HeaderValue>,
}

impl Agreement {
    fn read<'a>(site: &Site, pairs: impl Iterator<Item = CookiePair<'a>> + Clone, gpc: bool) -> Rc<Self> {
        let registry = site.policy.registry();
        let consent = Consent::read(registry, pairs, gpc);
        let header = HeaderValue::try_from(consent.header(registry)).ok();
        Rc::new(Self { consent, header })
    }
}

/// The choices that one worker has met of late.
pub(super) struct Agreements(Recent<Agreement>);

impl Agreements {
    pub(super) fn new() -> Self {
        Self(Recent::new(PLACES))
    }

    /// What these cookie-pairs say, those that hold a choice, in their order; `gpc` whether `Sec-GPC: 1` came.
    pub(super) fn of<'a>(
        &self,
        site: &Site,
        pairs: impl Iterator<Item = CookiePair<'a>> + Clone,
        gpc: bool,
    ) -> Rc<Agreement> {
        let mut buffer = [0; LONGEST];
        let Some(octets) = gather(&mut buffer, pairs.clone()) else {
            return Agreement::read(site, pairs, gpc);
        };
        let beside = (site.id.index(), false, gpc);
        match self.0.recall(beside, octets) {
            Recall::Known(agreement) => agreement,
            Recall::New => Agreement::read(site, pairs, gpc),
            Recall::Keep(place) => {
                let agreement = Agreement::read(site, pairs, gpc);
                self.0.keep(place, beside, octets, Rc::clone(&agreement));
                agreement
            }
        }
    }
}

/// Stands for a companion: no field holds this octet (RFC 9110 5.5).
const COMPANION: u8 = 1;

/// The pairs one after the other, with what can't be in a pair between them; `None` where they are too long. A companion
/// is a visitor's own, so of it only what is read enters: that it is there, and what it says was asked.
fn gather<'b, 'a>(
    buffer: &'b mut [u8; LONGEST],
    pairs: impl Iterator<Item = CookiePair<'a>>,
) -> Option<&'b [u8]> {
    let mut length = 0;
    for pair in pairs {
        let (octets, end) = match pair.name() == Companion::COOKIE.as_bytes() {
            false => (pair.raw(), b';'),
            true => match Companion::asked_in(pair.value()) {
                Some(asked) => (asked.as_bytes(), COMPANION),
                None => continue,
            },
        };
        let place = buffer.get_mut(length..length + octets.len() + 1)?;
        let (last, room) = place.split_last_mut()?;
        room.copy_from_slice(octets);
        *last = end;
        length += octets.len() + 1;
    }
    buffer.get(..length)
}
