//! What a visitor agreed to, remembered by the octets that said so: the same few choices come with every request.

use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::rc::Rc;

use foldhash::fast::RandomState;
use http::HeaderValue;

use crate::config::{Site, SiteId};
use crate::consent::{Companion, Consent};
use crate::cookie::CookiePair;

/// Choices remembered by a worker.
const SLOTS: usize = 256;
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

/// The choices that one worker has met of late, each in the place that its octets give it.
pub(super) struct Agreements {
    slots: RefCell<Vec<Option<Slot>>>,
    hasher: RandomState,
}

struct Slot {
    site: SiteId,
    gpc: bool,
    octets: Box<[u8]>,
    agreement: Rc<Agreement>,
}

impl Agreements {
    pub(super) fn new() -> Self {
        let slots = std::iter::repeat_with(|| None).take(SLOTS).collect();
        Self { slots: RefCell::new(slots), hasher: RandomState::default() }
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
        let place = self.hasher.hash_one((site.id.index(), gpc, octets)) % SLOTS as u64;
        let mut slots = self.slots.borrow_mut();
        let slot = usize::try_from(place).ok().and_then(|place| slots.get_mut(place));
        let known = slot.as_ref().and_then(|slot| slot.as_ref());
        if let Some(known) =
            known.filter(|known| (known.site, known.gpc, &*known.octets) == (site.id, gpc, octets))
        {
            return Rc::clone(&known.agreement);
        }
        let agreement = Agreement::read(site, pairs, gpc);
        if let Some(slot) = slot {
            *slot =
                Some(Slot { site: site.id, gpc, octets: octets.into(), agreement: Rc::clone(&agreement) });
        }
        agreement
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
