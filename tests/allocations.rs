//! A policy asks for no memory where it changes nothing: most requests and answers of a site are such.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use allocation_counter::measure;
use tamis::consent::Choices;
use tamis::cookie::SetCookie;
use tamis::diagnostic::Source;
use tamis::policy::{Occasion, Policy, Sifted, Undeclared, Verdict};
use tamis::registry::Registry;

const REGISTRY: &str = include_str!("../config/registry/lille-analytics.yaml");
const COOKIES: &[u8] = b"sessionid=b3f1c7d2; csrftoken=tR5vXw8L; _ga=GA1.2.1029; django_language=fr";
const SET_COOKIES: [&[u8]; 3] = [
    b"sessionid=b3f1c7d2; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax",
    b"_ga=GA1.2.1029; Domain=example.org; expires=Wed, 25 Nov 2026 00:00:00 GMT; Path=/",
    b"csrftoken=tR5vXw8L; unknown; Path=/",
];

#[test]
fn what_changes_nothing_asks_for_no_memory() {
    let registry = Registry::compile(Source::new("r.yaml", REGISTRY)).0.unwrap();
    let consent = Choices::all(&registry, true).consent();
    let policy = Policy::new(registry.into(), Undeclared::Block, Undeclared::Block, 180);
    let mut judged = 0;
    let mut request =
        |field: &[u8]| policy.filter_request([field].into_iter(), &consent, true, |_, _| judged += 1);
    // What is settled once for all.
    assert_eq!(request(COOKIES), Sifted::Unchanged);
    let asked = measure(|| assert_eq!(request(COOKIES), Sifted::Unchanged));
    assert_eq!(asked.count_total, 0, "a request");
    let changed = measure(|| assert!(matches!(request(b"sessionid=1; undeclared=2"), Sifted::Fewer(_))));
    assert!(changed.count_total > 0, "nothing is counted");
    assert_eq!(judged, 10);
    for line in SET_COOKIES {
        let occasion = Occasion { consent: &consent, now: 1_795_000_000, secure: true };
        let sift = || policy.sift_set_cookie(&SetCookie::parse(line), occasion, |_, _| false);
        let asked = measure(|| assert!(matches!(sift(), (Verdict::Forward(_), None))));
        assert_eq!(asked.count_total, 0, "{}", line.escape_ascii());
    }
}
