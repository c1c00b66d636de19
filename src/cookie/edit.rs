//! Changes to one set-cookie-string that leave every other octet as it came.

use super::attribute::{MOST_OCTETS, max_age, same_site};
use super::octets::split_once;
use super::{Attribute, SameSite, SetCookie, date, imf_fixdate};

/// What is to become of a set-cookie-string. What is not named stays: order, case, spacing, unknown attributes, and the
/// value always. Where an attribute changes, all its duplicates do, since readers differ in which of them counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edit<'a> {
    /// Another cookie-name.
    pub name: Option<&'a [u8]>,
    /// `Secure`: there (`true`), or not there.
    pub secure: Option<bool>,
    /// `HttpOnly`.
    pub http_only: Option<bool>,
    /// `Partitioned` (CHIPS).
    pub partitioned: Option<bool>,
    /// `SameSite` with this value, or (`Some(None)`) without any.
    pub same_site: Option<Option<SameSite>>,
    /// At most as long as this.
    pub lifetime: Option<Lifetime>,
    /// No `Domain` and `Path=/`, as `__Host-` promises.
    pub host: bool,
}

/// How long a cookie may live at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the browser closes: neither `Max-Age` nor `Expires`.
    Session,
    /// At most so many `seconds` from `now` (Unix seconds); what ends sooner stays as it is.
    AtMost {
        /// The limit.
        seconds: i64,
        /// The time from which it counts.
        now: i64,
    },
}

/// What becomes of all attributes of one name.
struct Change {
    attribute: &'static str,
    becomes: Becomes,
    written: bool,
}

enum Becomes {
    /// None is left.
    Gone,
    /// One without a value.
    Flag,
    /// One with this value.
    Value(String),
}

impl Edit<'_> {
    /// The edited field value; `None` if it says already what it should, so that its own octets can be forwarded.
    pub fn apply(&self, cookie: &SetCookie<'_>) -> Option<Vec<u8>> {
        let mut changes = self.changes(cookie);
        let name = self.name.filter(|name| *name != cookie.name());
        if changes.is_empty() && name.is_none() {
            return None;
        }
        let mut field = Vec::with_capacity(cookie.raw().len() + 64);
        let (pair, _) = split_once(cookie.raw(), b';');
        match (name, split_once(pair, b'=')) {
            (Some(name), (_, Some(value))) => {
                field.extend_from_slice(name);
                field.push(b'=');
                field.extend_from_slice(value);
            }
            _ => field.extend_from_slice(pair),
        }
        for attribute in cookie.attributes() {
            match changes.iter_mut().find(|change| attribute.is(change.attribute)) {
                None => {
                    field.push(b';');
                    field.extend_from_slice(attribute.raw());
                }
                Some(change) => change.replace(&attribute, &mut field),
            }
        }
        for change in changes.iter().filter(|change| !change.written) {
            change.append(b" ", change.attribute.as_bytes(), &mut field);
        }
        Some(field)
    }

    /// The attributes that do not say yet what they should.
    fn changes(&self, cookie: &SetCookie<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut change = |attribute, becomes: Option<Becomes>| {
            changes.extend(becomes.map(|becomes| Change { attribute, becomes, written: false }));
        };
        change("Secure", flag(cookie, "Secure", self.secure, cookie.secure()));
        change("HttpOnly", flag(cookie, "HttpOnly", self.http_only, cookie.http_only()));
        change("Partitioned", flag(cookie, "Partitioned", self.partitioned, cookie.partitioned()));
        match self.same_site {
            None => {}
            Some(None) => change("SameSite", gone(cookie, "SameSite")),
            Some(Some(wanted)) => {
                let said = all_say(cookie, "SameSite", |value| same_site(value) == Some(wanted));
                change("SameSite", (!said).then(|| Becomes::Value(wanted.word().to_owned())));
            }
        }
        match self.lifetime {
            None => {}
            Some(Lifetime::Session) => {
                change("Max-Age", gone(cookie, "Max-Age"));
                change("Expires", gone(cookie, "Expires"));
            }
            Some(Lifetime::AtMost { seconds, now }) => {
                let end = now.saturating_add(seconds);
                let written = |seconds: i64| seconds.to_string();
                let (ends, ages) = cookie.lifetimes();
                let age = (ages, cookie.max_age(), seconds);
                change("Max-Age", limited(cookie, "Max-Age", generous, age, written));
                change(
                    "Expires",
                    limited(cookie, "Expires", date, (ends, cookie.expires(), end), imf_fixdate),
                );
            }
        }
        if self.host {
            change("Domain", gone(cookie, "Domain"));
            let said = all_say(cookie, "Path", |value| value == b"/");
            change("Path", (!said).then(|| Becomes::Value("/".to_owned())));
        }
        changes
    }
}

impl Change {
    /// Writes the first of the attributes anew, with its own spacing and spelling, and leaves the others out.
    fn replace(&mut self, attribute: &Attribute<'_>, field: &mut Vec<u8>) {
        if !self.written {
            let space = attribute.raw().iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
            let (space, _) = attribute.raw().split_at_checked(space).unwrap_or_default();
            self.append(space, attribute.name(), field);
            self.written = true;
        }
    }

    fn append(&self, space: &[u8], name: &[u8], field: &mut Vec<u8>) {
        let value = match &self.becomes {
            Becomes::Gone => return,
            Becomes::Flag => None,
            Becomes::Value(value) => Some(value),
        };
        field.push(b';');
        field.extend_from_slice(space);
        field.extend_from_slice(name);
        if let Some(value) = value {
            field.push(b'=');
            field.extend_from_slice(value.as_bytes());
        }
    }
}

/// An attribute without a value, set or taken out.
fn flag(cookie: &SetCookie<'_>, name: &str, wanted: Option<bool>, there: bool) -> Option<Becomes> {
    match wanted? {
        true => (!there).then_some(Becomes::Flag),
        false => gone(cookie, name),
    }
}

/// Takes an attribute out, if there is one to take out.
fn gone(cookie: &SetCookie<'_>, name: &str) -> Option<Becomes> {
    cookie.attributes().any(|attribute| attribute.is(name)).then_some(Becomes::Gone)
}

/// There is such an attribute, and each of them says it; one that browsers ignore for its length says nothing.
fn all_say(cookie: &SetCookie<'_>, name: &str, says: impl Fn(&[u8]) -> bool) -> bool {
    let mut values = values(cookie, name).peekable();
    values.peek().is_some() && values.all(says)
}

/// The values of all attributes of a name; empty where one is longer than browsers read.
fn values<'a>(cookie: &SetCookie<'a>, name: &str) -> impl Iterator<Item = &'a [u8]> {
    let named = cookie.attributes().filter(move |attribute| attribute.is(name));
    named.map(|attribute| attribute.value()).map(|value| if value.len() > MOST_OCTETS { b"" } else { value })
}

/// The limit if any of the `copies` exceeds it; less if the one that counts says less, and nothing if none counts, for a
/// limit never lengthens. One copy that counts, or none at all, is told without looking at the attributes again.
fn limited(
    cookie: &SetCookie<'_>,
    name: &str,
    read: fn(&[u8]) -> Option<i64>,
    (copies, counts, limit): (u32, Option<i64>, i64),
    written: impl Fn(i64) -> String,
) -> Option<Becomes> {
    match (copies, counts) {
        (0, _) => return None,
        (1, Some(counts)) => return (counts > limit).then(|| Becomes::Value(written(limit))),
        _ => {}
    }
    let exceeds = values(cookie, name).filter_map(read).any(|value| value > limit);
    exceeds.then(|| counts.map_or(Becomes::Gone, |counts| Becomes::Value(written(counts.min(limit)))))
}

/// A `Max-Age` as browsers read it that take `+60` for a number, though 6265bis does not.
fn generous(value: &[u8]) -> Option<i64> {
    max_age(value.strip_prefix(b"+").unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_795_392_000;

    fn edited(line: &str, edit: Edit<'_>) -> String {
        let cookie = SetCookie::parse(line.as_bytes());
        edit.apply(&cookie).map_or("-".to_owned(), |field| String::from_utf8(field).unwrap())
    }

    #[test]
    fn only_what_is_named_changes() {
        let secure = Edit { secure: Some(true), ..Edit::default() };
        assert_eq!(edited("a=1", secure), "a=1; Secure");
        assert_eq!(edited("a=1;", secure), "a=1;; Secure");
        assert_eq!(edited("a=1; sEcUrE=no", secure), "-");
        let long = format!("a=1;secure={};X", "x".repeat(1025));
        assert_eq!(edited(&long, secure), "a=1;secure;X", "what browsers ignore for its length is not there");
        let insecure = Edit { secure: Some(false), ..Edit::default() };
        assert_eq!(edited("a=1; Secure; Secured; secure=1 ;b", insecure), "a=1; Secured;b");
        assert_eq!(edited("a=1", insecure), "-");
        let name = Edit { name: Some(b"b"), ..Edit::default() };
        assert_eq!(edited("\t a =x=; a=2", name), "b=x=; a=2");
        assert_eq!(edited("b=1", name), "-");
    }

    #[test]
    fn copies_longer_than_browsers_read_say_nothing() {
        let week = Edit { lifetime: Some(Lifetime::AtMost { seconds: 7, now: NOW }), ..Edit::default() };
        let nine = |length: usize| format!("{}9", "0".repeat(length - 1));
        assert_eq!(edited(&format!("a=1; Max-Age=3; Max-Age={}", nine(1024)), week), "a=1; Max-Age=7");
        assert_eq!(edited(&format!("a=1; Max-Age=3; Max-Age=4; Max-Age={}", nine(1025)), week), "-");
    }

    #[test]
    fn no_date_is_later_than_the_limit() {
        let week = Edit { lifetime: Some(Lifetime::AtMost { seconds: 7, now: NOW }), ..Edit::default() };
        let (late, limit) = ("Thu, 01 Jan 2099 00:00:00 GMT", imf_fixdate(NOW + 7));
        assert_eq!(edited(&format!("a=1; Expires={late}"), week), format!("a=1; Expires={limit}"));
        assert_eq!(
            edited(&format!("a=1; expires={late};b;Expires=x"), week),
            format!("a=1; expires={limit};b")
        );
        assert_eq!(edited(&format!("a=1; Expires={limit}"), week), "-");
        assert_eq!(edited("a=1; Expires=x; Expires=y", week), "-");
    }

    #[test]
    fn all_duplicates_change() {
        let lax = Edit { same_site: Some(Some(SameSite::Lax)), ..Edit::default() };
        assert_eq!(edited("a=1; SameSite=None;b; samesite=Lax", lax), "a=1; SameSite=Lax;b");
        assert_eq!(edited("a=1;samesite=lax; SameSite = LAX", lax), "-");
        let host = Edit { host: true, ..Edit::default() };
        assert_eq!(edited("a=1; Domain=; Path=/; path=; domain=x", host), "a=1; Path=/");
        let week = Edit { lifetime: Some(Lifetime::AtMost { seconds: 7, now: NOW }), ..Edit::default() };
        assert_eq!(edited("a=1; Max-Age=8; Max-Age=3; Max-Age=x", week), "a=1; Max-Age=3");
        assert_eq!(edited("a=1; Max-Age=7; max-age=-5; Max-Age=+7", week), "-");
        assert_eq!(edited("a=1; Max-Age=7; max-age=-5; Max-Age=+9", week), "a=1; Max-Age=-5");
        assert_eq!(
            edited("a=1; Max-Age=+9; Path=/", week),
            "a=1; Path=/",
            "a session, as the standard reads it"
        );
        let session = Edit { lifetime: Some(Lifetime::Session), ..Edit::default() };
        assert_eq!(edited("a=1; Max-Age=8;Expires=x; Expire=y", session), "a=1; Expire=y");
    }

    proptest! {
        #[test]
        fn nothing_named_is_the_identity(line in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(Edit::default().apply(&SetCookie::parse(&line)), None);
        }

        #[test]
        fn any_octets_can_be_edited_and_then_say_what_they_should(
            line in prop::collection::vec(prop_oneof![4 => prop::sample::select(b"=;aSecurDomain-Pth/ 0".to_vec()), 1 => any::<u8>()], 0..60),
            flags in any::<[bool; 4]>(),
        ) {
            let [secure, http_only, partitioned, host] = flags;
            let edit = Edit {
                name: None,
                secure: Some(secure),
                http_only: Some(http_only),
                partitioned: Some(partitioned),
                same_site: Some(Some(SameSite::Strict)),
                lifetime: Some(Lifetime::AtMost { seconds: 60, now: NOW }),
                host,
            };
            let field = edit.apply(&SetCookie::parse(&line)).unwrap_or(line);
            let cookie = SetCookie::parse(&field);
            prop_assert_eq!((cookie.secure(), cookie.http_only(), cookie.partitioned()), (secure, http_only, partitioned));
            prop_assert_eq!(cookie.same_site(), Some(SameSite::Strict));
            prop_assert!(!host || (cookie.domain().is_none() && cookie.path() == Some(b"/")));
            prop_assert!(cookie.max_age().is_none_or(|seconds| seconds <= 60));
            prop_assert_eq!(edit.apply(&cookie), None);
        }

        #[test]
        fn dates_are_written_as_they_are_read(time in -11_644_473_600_i64..253_402_300_800) {
            prop_assert_eq!(date(imf_fixdate(time).as_bytes()), Some(time));
        }
    }

    #[test]
    fn dates_at_their_ends() {
        assert_eq!(imf_fixdate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(imf_fixdate(NOW), "Mon, 23 Nov 2026 00:00:00 GMT");
        assert_eq!(imf_fixdate(951_782_399), "Mon, 28 Feb 2000 23:59:59 GMT");
        assert_eq!(imf_fixdate(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(imf_fixdate(i64::MIN), "Mon, 01 Jan 1601 00:00:00 GMT");
        assert_eq!(imf_fixdate(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
