//! The browser model, as the targets ask it.

use crate::model::date::cookie_date;
use crate::model::parse::Received;
use crate::model::store::{self, Expiry, Ignored, Outcome, Store, Uri};
use tamis::cookie::{Refusal, SameSite, SetCookie};

/// The most that a browser gives a cookie (6265bis 5.5).
const LIMIT: i64 = 400 * 24 * 60 * 60;

/// The date of `Expires` in Unix seconds.
pub fn date(text: &[u8]) -> Option<i64> {
    cookie_date(text)
}

/// What tamis reads of a line is what a browser does; what tamis takes for a deletion no browser stores, and what it
/// takes for refused neither, but for a nameless cookie.
///
/// # Panics
/// If not.
pub fn agrees(cookie: &SetCookie<'_>, now: i64) {
    match (Received::parse(cookie.raw(), now), cookie.refusal()) {
        (Err(Ignored::Control), refusal) => assert_eq!(refusal, Some(Refusal::ControlCharacter)),
        (Err(Ignored::Size), Some(Refusal::TooLarge | Refusal::Nameless)) => {}
        (Err(ignored), refusal) => panic!("{ignored:?} for a browser, {refusal:?} for tamis"),
        (Ok(received), refusal) => {
            assert!(!matches!(refusal, Some(Refusal::ControlCharacter | Refusal::TooLarge)), "{refusal:?}");
            assert_eq!(
                (received.name.as_slice(), received.value.as_slice()),
                (cookie.name(), cookie.value())
            );
            attributes_agree(cookie, &received, now);
        }
    }
    let outcome = Store::default().receive(&Uri::standing(), cookie.raw(), now);
    if outcome == Outcome::Ignored(Ignored::Prefix) {
        assert!(matches!(cookie.refusal(), Some(Refusal::Prefix)), "{:?}", cookie.refusal());
    }
    if cookie.is_deletion(now) || cookie.refusal().is_some_and(|refusal| refusal != Refusal::Nameless) {
        assert_ne!(outcome, Outcome::Stored);
    }
}

fn attributes_agree(cookie: &SetCookie<'_>, received: &Received, now: i64) {
    let theirs = &received.attributes;
    assert_eq!(theirs.expires, cookie.expires().map(|time| time.min(now + LIMIT)));
    let end = |seconds: i64| if seconds <= 0 { i64::MIN } else { now + seconds.min(LIMIT) };
    assert_eq!(theirs.max_age, cookie.max_age().map(end));
    let domain = theirs.domain.as_ref().filter(|domain| !domain.is_empty());
    assert_eq!(domain, cookie.domain().map(<[u8]>::to_ascii_lowercase).as_ref());
    assert_eq!(theirs.path.clone().flatten().as_deref(), cookie.path());
    let flags = (theirs.secure, theirs.http_only, theirs.partitioned);
    assert_eq!(flags, (cookie.secure(), cookie.http_only(), cookie.partitioned()));
    let same_site = match theirs.same_site {
        store::SameSite::Default => None,
        store::SameSite::None => Some(SameSite::None),
        store::SameSite::Lax => Some(SameSite::Lax),
        store::SameSite::Strict => Some(SameSite::Strict),
    };
    assert_eq!(same_site, cookie.same_site());
}

/// A browser that visits one address of one site.
pub struct Browser {
    store: Store,
    uri: Uri,
    now: i64,
}

impl Browser {
    /// Without a cookie, at `https://site.example/dir/page` or the same over an insecure connection; `now` in Unix seconds.
    pub fn new(secure: bool, now: i64) -> Self {
        Self { store: Store::default(), uri: Uri { secure, ..Uri::standing() }, now }
    }

    /// Receives a `Set-Cookie` field value; whether it stores the cookie.
    pub fn receives(&mut self, line: &[u8]) -> bool {
        self.store.receive(&self.uri, line, self.now) == Outcome::Stored
    }

    /// Names, values and ends of its cookies, the end in Unix seconds.
    pub fn cookies(&self) -> impl Iterator<Item = (&[u8], &[u8], Option<i64>)> {
        self.store.cookies().into_iter().map(|cookie| {
            let end = match cookie.expiry {
                Expiry::Session => None,
                Expiry::At(time) => Some(time),
            };
            (cookie.name.as_slice(), cookie.value.as_slice(), end)
        })
    }

    /// The `Cookie` field that it sends.
    pub fn sends(&self) -> Vec<u8> {
        self.store.cookie_string(&self.uri)
    }
}
