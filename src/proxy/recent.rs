//! What was made of octets that come again and again: a visitor's browser sends the same cookies with every request.

use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::rc::Rc;

use foldhash::fast::RandomState;

/// What was made of octets of late, each in the place that they give it. It is kept from the second time on that they come
/// there, so that what comes once costs no memory and displaces nothing.
pub(super) struct Recent<T> {
    slots: RefCell<Box<[Slot<T>]>>,
    hasher: RandomState,
}

/// What counts beside the octets: the site by its place, whether the user agent's connection is secure, whether
/// `Sec-GPC: 1` came.
pub(super) type Beside = (usize, bool, bool);

/// Whether something is known of octets.
pub(super) enum Recall<T> {
    Known(Rc<T>),
    /// Nothing, but they came before: what is made of them now is to be kept in this place.
    Keep(usize),
    /// Nothing, nor need anything be kept.
    New,
}

struct Slot<T> {
    /// The hash of what came here last without being known.
    came: u64,
    kept: Option<Kept<T>>,
}

struct Kept<T> {
    beside: Beside,
    octets: Box<[u8]>,
    made: Rc<T>,
}

impl<T> Recent<T> {
    /// Nothing yet, and room for so much.
    pub(super) fn new(places: usize) -> Self {
        let slots = std::iter::repeat_with(|| Slot { came: 0, kept: None }).take(places).collect();
        Self { slots: RefCell::new(slots), hasher: RandomState::default() }
    }

    /// What is known.
    pub(super) fn recall(&self, beside: Beside, octets: &[u8]) -> Recall<T> {
        let mut slots = self.slots.borrow_mut();
        let hash = self.hasher.hash_one((beside, octets));
        let Some(place) = usize::try_from(hash).ok().and_then(|hash| hash.checked_rem(slots.len())) else {
            return Recall::New;
        };
        let Some(slot) = slots.get_mut(place) else { return Recall::New };
        match &slot.kept {
            Some(kept) if kept.beside == beside && *kept.octets == *octets => {
                Recall::Known(Rc::clone(&kept.made))
            }
            _ if slot.came == hash => Recall::Keep(place),
            _ => {
                slot.came = hash;
                Recall::New
            }
        }
    }

    /// Keeps what was made of octets, in the place that [`recall`](Self::recall) gave for them.
    pub(super) fn keep(&self, place: usize, beside: Beside, octets: &[u8], made: Rc<T>) {
        if let Some(slot) = self.slots.borrow_mut().get_mut(place) {
            slot.kept = Some(Kept { beside, octets: octets.into(), made });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a memory of one place says of each, in turn; what it wants to keep is kept.
    fn recalled(all: &[(Beside, &str)]) -> String {
        let recent = Recent::new(1);
        let mut said = String::new();
        for (beside, octets) in all {
            said.push(match recent.recall(*beside, octets.as_bytes()) {
                Recall::Known(made) => {
                    assert_eq!(*made, (*beside, *octets), "another's");
                    'k'
                }
                Recall::Keep(place) => {
                    recent.keep(place, *beside, octets.as_bytes(), Rc::new((*beside, *octets)));
                    'c'
                }
                Recall::New => 'n',
            });
        }
        said
    }

    #[test]
    fn what_comes_twice_is_kept_until_something_else_comes_twice() {
        let plain = |octets| ((0, false, false), octets);
        assert_eq!(recalled(&["a", "a", "a", "b", "a", "c", "b", "a"].map(plain)), "ncknknnk");
        assert_eq!(recalled(&["a", "a", "b", "b", "b", "a", "a"].map(plain)), "ncncknc");
        assert_eq!(recalled(&["", "", "", "a=1", "a=1"].map(plain)), "ncknc");
    }

    #[test]
    fn what_stands_beside_the_octets_counts() {
        let (here, secure, gpc, there) =
            ((0, false, false), (0, true, false), (0, false, true), (1, false, false));
        for other in [secure, gpc, there] {
            assert_eq!(recalled(&[(here, "a"), (here, "a"), (other, "a"), (here, "a")]), "ncnk");
        }
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let recent: Recent<()> = Recent::new(0);
        for _ in 0..3 {
            assert!(matches!(recent.recall((0, false, false), b"a"), Recall::New));
        }
    }
}
