//! What the benches of the rooms work on: the request and the answer of the rig (benches/peers), and registries of any
//! size.

use std::fmt::Write as _;
use std::sync::Arc;

use tamis::consent::Consent;
use tamis::cookie::{SetCookie, Unread, pairs};
use tamis::diagnostic::Source;
use tamis::policy::{Familiar, Moment, Occasion, Policy, Undeclared};
use tamis::registry::Registry;

/// The policy of the rig.
pub const REFERENCE: &str = include_str!("../../peers/tamis/registry.yaml");
/// How many names it declares.
const DECLARED: usize = 10;
/// Unix seconds.
pub const NOW: i64 = 1_795_392_000;

/// The Cookie field of the rig.
pub const COOKIE: &[u8] = b"sessionid=b3f1c7d2e9a84f60917c5d2e8a4b6f03; csrftoken=tR5vXw8LqPz2NcKd7YbHs4JmFg9EuAa1; \
    _ga=GA1.2.1029384756.1767225600; _pk_id.1.abcd=fedcba9876543210.1767225600.; django_language=fr; undeclared=1; \
    messages=abc.def; cookies_preferences=%7B%22analytics%22%3Afalse%7D";

/// What its origin server sets.
pub const SET_COOKIES: [&[u8]; 6] = [
    b"sessionid=b3f1c7d2e9a84f60917c5d2e8a4b6f03; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax",
    b"csrftoken=tR5vXw8LqPz2NcKd7YbHs4JmFg9EuAa1; Path=/; Max-Age=31449600; SameSite=Lax",
    b"django_language=fr; Path=/; Max-Age=63072000; SameSite=Lax",
    b"_ga=GA1.2.1029384756.1767225600; Domain=example.org; Path=/; Max-Age=63072000",
    b"_pk_id.1.abcd=fedcba9876543210.1767225600.; Path=/; Max-Age=33955200; SameSite=Lax",
    b"undeclared=1; Path=/",
];

/// Names to look up: declared by itself, declared by a pattern, not declared.
pub const NAMES: [&[u8]; 3] = [b"sessionid", b"_pk_id.1.abcd", b"undeclared"];

/// The registry of the rig with further entries, so that it declares so many names.
///
/// # Panics
/// If it can't be compiled.
pub fn registry(entries: usize) -> Arc<Registry> {
    let mut text = REFERENCE.to_owned();
    for number in 0..entries.saturating_sub(DECLARED) {
        let name = match number % 10 {
            9 => format!("'set-{number:06}_*'"),
            _ => format!("cookie-{number:06}"),
        };
        let rest =
            "provider: Somebody, purposes: To be one among many, category: analytics, lifetime: 30 days";
        writeln!(text, "  - {{ names: {name}, {rest} }}").expect("a String takes what is written");
    }
    let (registry, faults) = Registry::compile(Source::new("registry.yaml", text));
    Arc::new(registry.unwrap_or_else(|| panic!("{}", faults.render(false))))
}

/// A policy as the gateway makes it of such a registry, and what the visitor of the rig agreed to.
pub struct Site {
    pub policy: Policy,
    pub consent: Consent,
    familiar: Familiar,
}

impl Site {
    /// A site with so many entries, whose lines have come before.
    pub fn new(entries: usize) -> Self {
        let policy = Policy::new(registry(entries), Undeclared::Block, Undeclared::Block, 256);
        let consent = Consent::read(policy.registry(), pairs(COOKIE), false);
        let mut site = Self { policy, consent, familiar: Familiar::default() };
        site.set_cookies();
        site
    }

    /// The registry's answer for each of [`NAMES`]: how many are declared.
    pub fn lookup(&self) -> usize {
        NAMES.iter().filter(|name| self.policy.registry().lookup(name).is_some()).count()
    }

    /// What the request's cookies say of consent.
    pub fn read_consent(&self) -> Consent {
        Consent::read(self.policy.registry(), pairs(COOKIE), false)
    }

    /// The Cookie field as the origin server gets it; how many pairs were stripped.
    pub fn request(&self) -> usize {
        let mut stripped = 0;
        let fields = [COOKIE].into_iter();
        let sifted = self.policy.filter_request(fields, &self.consent, true, |_, verdict| {
            stripped += usize::from(!verdict.forwards());
        });
        std::hint::black_box(sifted);
        stripped
    }

    /// The six Set-Cookie fields, each read as a whole; how many pass.
    pub fn set_cookies_anew(&self) -> usize {
        let occasion = Occasion { consent: &self.consent, now: NOW, secure: true };
        let sifted = SET_COOKIES
            .map(|line| self.policy.sift_set_cookie(&SetCookie::parse(line), occasion, |_, _| false).0);
        sifted.iter().filter(|verdict| verdict.forwards()).count()
    }

    /// The same from memory of such lines, as the gateway does it.
    pub fn set_cookies(&mut self) -> usize {
        let moment = Moment { consent: &self.consent, secure: true, now: || NOW };
        let sifted =
            SET_COOKIES.map(|line| self.familiar.sift((0, &self.policy), &Unread::cut(line), &moment));
        sifted.iter().flatten().filter(|(verdict, _)| verdict.forwards()).count()
    }
}

/// The cookie-pairs of the Cookie field: how many.
pub fn cookie_field(field: &[u8]) -> usize {
    pairs(field).map(std::hint::black_box).count()
}
