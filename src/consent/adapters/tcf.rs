//! IAB Europe's Transparency and Consent Framework: segments of base64url between dots, the first of which holds the
//! choice bit by bit (IABTechLab, "Consent string and vendor list formats v2", The Core String).
//!
//! Words are `purpose:1` to `purpose:24` (1 = store or access information on a device), `special-feature:1` to
//! `special-feature:12`, and `vendor:<id>` for the vendors that the registry maps. Only consents count; legitimate
//! interests are no consent.
//!
//! Purpose 1 is what a cookie needs before any other (ePrivacy directive 5(3)): without it the rest grants nothing.

use super::heard::Heard;
use super::read::{Context, Read};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// Where the fields of the core segment begin, in bits.
const LAST_UPDATED: usize = 42;
const POLICY_VERSION: usize = 132;
const SPECIAL_FEATURES: usize = 140;
const PURPOSES: usize = 152;
const MAX_VENDOR: usize = 213;
const IS_RANGES: usize = 229;
const VENDORS: usize = 230;

pub(super) fn read(value: &[u8], context: &Context<'_>) -> Read {
    if value.is_empty() {
        return Err(Unreadable::Empty);
    }
    let core = Core(value.split(|octet| *octet == b'.').next().unwrap_or_default());
    if !core.0.iter().all(|character| sextet(*character).is_some()) {
        return Err(Unreadable::Encoding);
    }
    if core.number(0, 6) != Some(2) {
        return Err(Unreadable::Shape);
    }
    // The last field that every string has.
    core.number(IS_RANGES, 1).ok_or(Unreadable::Syntax)?;
    let device = core.bit(PURPOSES, 1);
    let choice = |consented: bool| if device && consented { Choice::Granted } else { Choice::Denied };
    let mut words = Words::default();
    for purpose in 1..=24 {
        words.say(&format!("purpose:{purpose}"), choice(core.bit(PURPOSES, purpose)));
    }
    for feature in 1..=12 {
        words.say(&format!("special-feature:{feature}"), choice(core.bit(SPECIAL_FEATURES, feature)));
    }
    for word in context.words() {
        let id = word.strip_prefix("vendor:").and_then(|id| id.parse().ok());
        if let Some(id) = id {
            words.say(word, choice(core.vendor(id)));
        }
    }
    let revision = core.number(POLICY_VERSION, 6);
    let time = core.number(LAST_UPDATED, 36).map(|deciseconds| deciseconds / 10);
    Ok(Some(Heard { revision, time, ..Heard::of(words) }))
}

/// The characters of the core segment: six bits each, the highest first.
struct Core<'a>(&'a [u8]);

impl Core<'_> {
    /// An unsigned number of at most 36 bits; `None` beyond the end.
    fn number(&self, from: usize, bits: usize) -> Option<i64> {
        (from..from + bits).try_fold(0, |number, at| {
            let sextet = sextet(*self.0.get(at / 6)?)?;
            Some(number << 1 | i64::from(sextet >> (5 - at % 6) & 1))
        })
    }

    /// One bit of a field that counts from 1; not set beyond the end.
    fn bit(&self, field: usize, which: usize) -> bool {
        self.number(field + which - 1, 1) == Some(1)
    }

    /// Whether a vendor has consent: a bit a vendor, or ranges of ids, up to `MaxVendorId`.
    fn vendor(&self, id: u16) -> bool {
        let known = self.number(MAX_VENDOR, 16).is_some_and(|most| (1..=most).contains(&i64::from(id)));
        match self.number(IS_RANGES, 1) {
            Some(0) => known && self.bit(VENDORS, usize::from(id)),
            Some(_) => known && self.in_ranges(i64::from(id)).unwrap_or(false),
            None => false,
        }
    }

    /// Whether one of the ranges holds an id; `None` if they end too early.
    fn in_ranges(&self, id: i64) -> Option<bool> {
        let mut at = VENDORS + 12;
        for _ in 0..self.number(VENDORS, 12)? {
            let is_range = self.number(at, 1)? == 1;
            let first = self.number(at + 1, 16)?;
            let last = if is_range { self.number(at + 17, 16)? } else { first };
            if (first..=last).contains(&id) {
                return Some(true);
            }
            at += if is_range { 33 } else { 17 };
        }
        Some(false)
    }
}

/// The value of a character of base64url (RFC 4648 5).
fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}
