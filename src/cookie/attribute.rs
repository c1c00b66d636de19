//! The cookie-avs of a set-cookie-string.

use super::date::date;
use super::octets::{Segments, split_once, trim};

/// One cookie-av as it stands, known to browsers or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    raw: &'a [u8],
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Attribute<'a> {
    fn parse(raw: &'a [u8]) -> Self {
        let (name, value) = split_once(raw, b'=');
        Self { raw, name: trim(name), value: trim(value.unwrap_or_default()) }
    }

    /// Every octet between two semicolons, white space included: the pair and all raw attributes joined by `;` are
    /// the field value again.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The attribute-name; its case means nothing. Empty for an empty cookie-av (`; ;`).
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// The attribute-value; empty where there is no `=`.
    pub fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Whether the attribute has that name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The iterator of [`SetCookie::attributes`](super::SetCookie::attributes).
#[derive(Clone)]
pub struct Attributes<'a>(Segments<'a>);

impl<'a> Attributes<'a> {
    /// The attributes in what follows the first semicolon, if there is one.
    pub(super) fn of(unparsed: Option<&'a [u8]>) -> Self {
        Self(Segments::of(unparsed))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Attribute::parse)
    }
}

impl std::fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The values of `SameSite` that mean something (6265bis 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Cross-site requests carry the cookie.
    None,
    /// Of cross-site requests only top-level navigations by a safe method do.
    Lax,
    /// No cross-site request does.
    Strict,
}

impl SameSite {
    /// The value as the standard spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Lax => "Lax",
            Self::Strict => "Strict",
        }
    }
}

/// What browsers make of all attributes: the cookie-attribute-list, of which the last of a name counts
/// (6265bis 5.6 and 5.7).
#[derive(Clone, Copy, Default)]
pub(super) struct Settled<'a> {
    pub(super) expires: Option<i64>,
    pub(super) max_age: Option<i64>,
    pub(super) domain: Option<&'a [u8]>,
    pub(super) path: Option<&'a [u8]>,
    pub(super) same_site: Option<SameSite>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) partitioned: bool,
    /// How often `Expires` and `Max-Age` came, valid or not.
    pub(super) lifetimes: (u32, u32),
    /// The last `Expires` and the last `Max-Age` of all, and what they say: `Some(None)` is one that is not read.
    pub(super) last: (Option<Option<i64>>, Option<Option<i64>>),
}

/// Octets of an attribute-value; a longer one is as if the attribute were not there (6265bis 5.6, step 6).
pub(super) const MOST_OCTETS: usize = 1024;

impl<'a> Settled<'a> {
    /// Reads all attributes.
    pub(super) fn of(attributes: Attributes<'a>) -> Self {
        let mut settled = Self::default();
        for attribute in attributes {
            if attribute.value.len() <= MOST_OCTETS {
                settled.append(attribute);
            } else if attribute.is("Expires") {
                settled.last.0 = Some(None);
            } else if attribute.is("Max-Age") {
                settled.last.1 = Some(None);
            }
        }
        settled
    }

    /// Processes one attribute as 6265bis 5.6.1 to 5.6.7 say. An `Expires` or `Max-Age` that does not parse is never
    /// appended to the list, so an earlier valid one stays; any other replaces the one before, even by nothing.
    fn append(&mut self, attribute: Attribute<'a>) {
        let value = attribute.value;
        if attribute.is("Expires") {
            let time = date(value);
            self.lifetimes.0 += 1;
            self.last.0 = Some(time);
            self.expires = time.or(self.expires);
        } else if attribute.is("Max-Age") {
            let seconds = max_age(value);
            self.lifetimes.1 += 1;
            self.last.1 = Some(seconds);
            self.max_age = seconds.or(self.max_age);
        } else if attribute.is("Domain") {
            let domain = value.strip_prefix(b".").unwrap_or(value);
            self.domain = Some(domain).filter(|domain| !domain.is_empty());
        } else if attribute.is("Path") {
            self.path = Some(value).filter(|path| path.starts_with(b"/"));
        } else if attribute.is("SameSite") {
            self.same_site = same_site(value);
        } else if attribute.is("Secure") {
            self.secure = true;
        } else if attribute.is("HttpOnly") {
            self.http_only = true;
        } else if attribute.is("Partitioned") {
            self.partitioned = true;
        }
    }
}

/// The seconds of a `Max-Age`: digits, or `-` and digits; `None` for anything else (6265bis 5.6.2). A number beyond
/// 64 bits becomes the nearest that fits.
pub(super) fn max_age(value: &[u8]) -> Option<i64> {
    let (digits, sign) = match value.strip_prefix(b"-") {
        Some(digits) => (digits, -1),
        None => (value, 1),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |sum: i64, digit: &u8| sum.saturating_mul(10).saturating_add(sign * i64::from(digit - b'0'));
    Some(digits.iter().fold(0, append))
}

/// The enforcement asked for; `None` where the browser's default applies.
pub(super) fn same_site(value: &[u8]) -> Option<SameSite> {
    let known: [(&[u8], SameSite); 3] =
        [(b"Lax", SameSite::Lax), (b"Strict", SameSite::Strict), (b"None", SameSite::None)];
    known.into_iter().find(|(word, _)| value.eq_ignore_ascii_case(word)).map(|(_, same_site)| same_site)
}
