//! A `Set-Cookie` field value of which only the pair was looked at.

use super::octets::holds_control;
use super::{CookiePair, Refusal};

/// One set-cookie-string cut at its first semicolon, its attributes unread: as much as tells it from others that a site
/// sends.
#[derive(Clone, Copy)]
pub struct Unread<'a> {
    raw: &'a [u8],
    pair: CookiePair<'a>,
    attributes: Option<&'a [u8]>,
    /// Nobody has seen yet that it holds no control character.
    unseen: bool,
}

impl<'a> Unread<'a> {
    /// Cuts one field value.
    pub fn cut(field_value: &'a [u8]) -> Self {
        let (pair, attributes) = CookiePair::cut(field_value);
        Self { raw: field_value, pair, attributes, unseen: true }
    }

    /// Cuts one field value that is known to hold no control character but HTAB (RFC 9110 5.5).
    pub fn of_value(field_value: &'a [u8]) -> Self {
        Self { unseen: false, ..Self::cut(field_value) }
    }

    /// The field value, every octet as it came.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The cookie-name, case-sensitive; empty for a nameless cookie.
    pub fn name(&self) -> &'a [u8] {
        self.pair.name()
    }

    /// The cookie-value with its quotes, if it has any.
    pub fn value(&self) -> &'a [u8] {
        self.pair.value()
    }

    /// What follows the first semicolon; `None` where there is none.
    pub fn attributes(&self) -> Option<&'a [u8]> {
        self.attributes
    }

    /// Every octet before the first semicolon, white space included.
    pub fn before_attributes(&self) -> &'a [u8] {
        let after = self.attributes.map_or(0, |attributes| attributes.len() + 1);
        self.raw.get(..self.raw.len() - after).unwrap_or(self.raw)
    }

    /// Whether the pair is one that browsers store, as far as it alone can tell: a name, no control character, no more
    /// octets than they take ([`Refusal`](super::Refusal)).
    pub fn has_plain_pair(&self) -> bool {
        !self.pair.is_nameless()
            && self.name().len() + self.value().len() <= Refusal::MOST_OCTETS
            && !(self.unseen && holds_control(self.before_attributes()))
    }
}
