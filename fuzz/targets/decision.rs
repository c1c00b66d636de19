//! The decision from end to end: what a site sets, by lines that no two readers need agree on, reaches a browser through a
//! policy; the browser holds nothing that the visitor did not agree to, what it was agreed to hold it holds unchanged, and what it
//! sends back is let through.
//!
//! The first octet says which policy, the second what was agreed to, and each line after them is a `Set-Cookie` field.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamis::consent::{Choices, Consent};
use tamis::cookie::{SetCookie, Unread, is_disguised, pairs, reads_alike};
use tamis::policy::{
    Direction, Familiar, Moment, Occasion, Policy, Purge, PurgeUndeclared, Sifted, Undeclared, Verdict,
};
use tamis_fuzz::browser::Browser;
use tamis_fuzz::sites::{MOST_PAIRS, policy};

const NOW: i64 = 1_795_392_000;

/// One visit.
struct Visit {
    policy: Policy,
    rewrites: bool,
    consent: Consent,
    secure: bool,
}

fuzz_target!(|data: &[u8]| {
    let Some(([flags, choice], rest)) = data.split_first_chunk::<2>() else { return };
    let undeclared = if flags & 4 == 0 { Undeclared::Block } else { Undeclared::Allow };
    let rewrites = flags & 1 != 0;
    let policy = policy(rewrites, undeclared);
    let asked = policy.registry().asked().iter().enumerate();
    let choices: Choices = asked.map(|(at, target)| (*target, choice >> (at % 8) & 1 == 1)).collect();
    let visit = Visit { consent: choices.consent(), policy, rewrites, secure: flags & 2 == 0 };
    let lines: Vec<&[u8]> = rest.split(|octet| *octet == b'\n').take(MOST_PAIRS).collect();
    visit.response(&lines);
    visit.purge(&lines);
});

impl Visit {
    /// Whether a cookie of that name may be held.
    fn permits(&self, name: &[u8]) -> bool {
        let registry = self.policy.registry();
        let declared = match registry.lookup(name) {
            Some(row) => self.consent.allows(registry, row),
            None => self.policy.undeclared(Direction::Response) == Undeclared::Allow,
        };
        registry.consent().reads(name) || !name.is_empty() && !is_disguised(name) && declared
    }

    /// Each line through the policy into a browser, and what that sends back.
    fn response(&self, lines: &[&[u8]]) {
        let mut browser = Browser::new(self.secure, NOW);
        let mut familiar = Familiar::default();
        for line in lines {
            if let Some(line) = self.judged(&mut familiar, line) {
                browser.receives(&line);
            }
        }
        let held: Vec<_> = browser.cookies().collect();
        for (name, ..) in &held {
            assert!(self.permits(name), "holds {}", name.escape_ascii());
        }
        let field = browser.sends();
        let sent: Vec<&[u8]> = pairs(&field).map(|pair| pair.name()).collect();
        assert!(sent.iter().all(|name| self.permits(name)), "sends {}", field.escape_ascii());
        let sifted = self.policy.filter_request(
            [field.as_slice()].into_iter(),
            &self.consent,
            self.secure,
            |name, verdict| {
                assert!(
                    verdict.forwards() || self.rewrites || !reads_alike(&field),
                    "{} does not come back: {verdict:?}",
                    name.escape_ascii()
                );
            },
        );
        assert!(sifted == Sifted::Unchanged || self.rewrites || !reads_alike(&field), "{sifted:?}");
    }

    /// What is forwarded of a line. Memory of lines like it changes nothing.
    fn judged(&self, familiar: &mut Familiar, line: &[u8]) -> Option<Vec<u8>> {
        let occasion = Occasion { consent: &self.consent, now: NOW, secure: self.secure };
        let cookie = SetCookie::parse(line);
        let (verdict, field) = self.policy.sift_set_cookie(&cookie, occasion, |_, _| false);
        let moment = Moment { consent: &self.consent, secure: self.secure, now: || NOW };
        for _ in 0..2 {
            if let Some(known) = familiar.sift((0, &self.policy), &Unread::cut(line), &moment) {
                assert_eq!(known, (verdict, field.clone()), "{}", line.escape_ascii());
            }
        }
        let alone = Browser::new(self.secure, NOW).receives(line);
        if alone && self.permits(cookie.name()) {
            // A longer name may make a cookie too large.
            let fits = !self.rewrites || line.len() < 4000;
            assert!(verdict.forwards() || !fits, "{verdict:?} of {}", line.escape_ascii());
            assert!(self.rewrites || matches!(verdict, Verdict::Forward(_)), "{verdict:?}");
        }
        match verdict {
            Verdict::Forward(_) => Some(line.to_vec()),
            Verdict::Rewrite(_) => {
                assert_ne!(field.as_deref(), Some(line), "rewritten as what it was");
                assert!(field.is_some());
                field
            }
            Verdict::Strip(_) => None,
        }
    }

    /// What a browser held before tamis came is kept from the origin server, and expired.
    fn purge(&self, lines: &[&[u8]]) {
        let mut browser = Browser::new(self.secure, NOW);
        for line in lines {
            browser.receives(line);
        }
        let field = browser.sends();
        let sifted =
            self.policy.filter_request([field.as_slice()].into_iter(), &self.consent, self.secure, |_, _| {});
        let kept = match sifted {
            Sifted::Unchanged => field.clone(),
            Sifted::Fewer(kept) => kept,
            Sifted::Empty => Vec::new(),
        };
        assert!(pairs(&kept).all(|pair| self.permits(pair.name())), "passes {}", kept.escape_ascii());
        let purge = Purge {
            consent: &self.consent,
            host: "site.example",
            secure: self.secure,
            undeclared: PurgeUndeclared::HostOnly,
            now: NOW,
        };
        let expiries = self.policy.purge(pairs(&field), purge, |_| false);
        assert!(expiries.len() <= Policy::MOST_EXPIRIES);
        for expiry in expiries {
            let cookie = SetCookie::parse(&expiry.field);
            assert!(cookie.is_deletion(0) && !self.permits(cookie.name()), "{}", expiry.field.escape_ascii());
            assert!(!browser.receives(&expiry.field), "{}", expiry.field.escape_ascii());
        }
    }
}
