//! The cookie-avs of a set-cookie-string.

use super::date::date;
use super::octets::{trim, until};

/// One cookie-av as it stands, known to browsers or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    raw: &'a [u8],
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The first cookie-av of the octets, cut at its first `=`, and what follows its semicolon where there is one.
    fn cut(octets: &'a [u8]) -> (Self, Option<&'a [u8]>) {
        let (name, rest) = until(octets, |octet| matches!(octet, b';' | b'='));
        let (value, rest) = match rest.strip_prefix(b"=") {
            Some(rest) => until(rest, |octet| octet == b';'),
            None => (b"".as_slice(), rest),
        };
        let raw = octets.get(..octets.len() - rest.len()).unwrap_or(octets);
        (Self { raw, name: trim(name), value: trim(value) }, rest.strip_prefix(b";"))
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

    /// What browsers know it as.
    fn known(&self) -> Option<Known> {
        // As nearly everybody spells them, then as anybody may.
        match self.name {
            b"Path" => return Some(Known::Path),
            b"Max-Age" => return Some(Known::MaxAge),
            b"Expires" | b"expires" => return Some(Known::Expires),
            b"SameSite" => return Some(Known::SameSite),
            b"HttpOnly" => return Some(Known::HttpOnly),
            b"Secure" => return Some(Known::Secure),
            b"Domain" => return Some(Known::Domain),
            _ => {}
        }
        // No two of the same length begin with the same letter: one comparison tells.
        let (name, known) = match (self.name.len(), self.name.first()?.to_ascii_lowercase()) {
            (4, _) => ("Path", Known::Path),
            (6, b's') => ("Secure", Known::Secure),
            (6, _) => ("Domain", Known::Domain),
            (7, b'e') => ("Expires", Known::Expires),
            (7, _) => ("Max-Age", Known::MaxAge),
            (8, b's') => ("SameSite", Known::SameSite),
            (8, _) => ("HttpOnly", Known::HttpOnly),
            (11, _) => ("Partitioned", Known::Partitioned),
            _ => return None,
        };
        self.is(name).then_some(known)
    }
}

/// The attributes that mean something to browsers (6265bis 5.6.1 to 5.6.7, CHIPS).
#[derive(Clone, Copy)]
enum Known {
    Expires,
    MaxAge,
    Domain,
    Path,
    Secure,
    HttpOnly,
    SameSite,
    Partitioned,
}

/// The iterator of [`SetCookie::attributes`](super::SetCookie::attributes).
#[derive(Clone)]
pub struct Attributes<'a>(Option<&'a [u8]>);

impl<'a> Attributes<'a> {
    /// The attributes in what follows the first semicolon, if there is one.
    pub(super) fn of(unparsed: Option<&'a [u8]>) -> Self {
        Self(unparsed)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (attribute, rest) = Attribute::cut(self.0?);
        self.0 = rest;
        Some(attribute)
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

/// What a cookie-av is known as, its value, and what follows its semicolon where there is one.
type Usual<'a> = (Option<Known>, &'a [u8], Option<&'a [u8]>);

/// The first cookie-av and what follows it, where it is spelled as nearly every server spells it: told by one comparison
/// instead of a look at each octet. `None` where it is not, which says nothing about what it is.
fn usual(octets: &[u8]) -> Option<Usual<'_>> {
    let octets = octets.strip_prefix(b" ").unwrap_or(octets);
    let (known, rest) = match octets.first()? {
        b'P' => (Known::Path, octets.strip_prefix(b"Path=")?),
        b'M' => (Known::MaxAge, octets.strip_prefix(b"Max-Age=")?),
        b'D' => (Known::Domain, octets.strip_prefix(b"Domain=")?),
        b'H' => return flag(Known::HttpOnly, octets.strip_prefix(b"HttpOnly")?),
        b'S' => match octets.strip_prefix(b"SameSite=") {
            Some(rest) => (Known::SameSite, rest),
            None => return flag(Known::Secure, octets.strip_prefix(b"Secure")?),
        },
        _ => {
            let rest = octets.strip_prefix(b"expires=").or_else(|| octets.strip_prefix(b"Expires="))?;
            let (date, after) = rest.split_at_checked(FIXDATE).unwrap_or((rest, b""));
            // A semicolon within is no part of a date, so it is found here too.
            match after.first() {
                None | Some(b';') if !date.contains(&b';') => {
                    return Some((Some(Known::Expires), trim(date), after.get(1..)));
                }
                _ => (Known::Expires, rest),
            }
        }
    };
    let (value, rest) = until(rest, |octet| octet == b';');
    Some((Some(known), trim(value), rest.get(1..)))
}

/// The same for one without a value; what follows its name has to be its end.
fn flag(known: Known, rest: &[u8]) -> Option<Usual<'_>> {
    match rest.first() {
        None => Some((Some(known), b"", None)),
        Some(b';') => Some((Some(known), b"", rest.get(1..))),
        _ => None,
    }
}

/// Octets of the date that servers write.
const FIXDATE: usize = "Thu, 01 Jan 1970 00:00:00 GMT".len();

/// Octets of an attribute-value; a longer one is as if the attribute were not there (6265bis 5.6, step 6).
pub(super) const MOST_OCTETS: usize = 1024;

impl<'a> Settled<'a> {
    /// Reads all attributes in what follows the first semicolon.
    pub(super) fn of(mut unparsed: Option<&'a [u8]>) -> Self {
        let mut settled = Self::default();
        while let Some(octets) = unparsed {
            let (known, value, rest) = usual(octets).unwrap_or_else(|| {
                let (attribute, rest) = Attribute::cut(octets);
                (attribute.known(), attribute.value, rest)
            });
            unparsed = rest;
            match (known, value.len() <= MOST_OCTETS) {
                (Some(known), true) => settled.append(known, value),
                (Some(Known::Expires), false) => settled.last.0 = Some(None),
                (Some(Known::MaxAge), false) => settled.last.1 = Some(None),
                _ => {}
            }
        }
        settled
    }

    /// Processes one attribute as 6265bis 5.6.1 to 5.6.7 say. An `Expires` or `Max-Age` that does not parse is never
    /// appended to the list, so an earlier valid one stays; any other replaces the one before, even by nothing.
    fn append(&mut self, known: Known, value: &'a [u8]) {
        match known {
            Known::Expires => {
                let time = date(value);
                self.lifetimes.0 += 1;
                self.last.0 = Some(time);
                self.expires = time.or(self.expires);
            }
            Known::MaxAge => {
                let seconds = max_age(value);
                self.lifetimes.1 += 1;
                self.last.1 = Some(seconds);
                self.max_age = seconds.or(self.max_age);
            }
            Known::Domain => {
                let domain = value.strip_prefix(b".").unwrap_or(value);
                self.domain = Some(domain).filter(|domain| !domain.is_empty());
            }
            Known::Path => self.path = Some(value).filter(|path| path.starts_with(b"/")),
            Known::SameSite => self.same_site = same_site(value),
            Known::Secure => self.secure = true,
            Known::HttpOnly => self.http_only = true,
            Known::Partitioned => self.partitioned = true,
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
