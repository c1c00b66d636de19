//! Shared caches are kept from responses whose cookies tamis changes.

use crate::kit::{Message, Setup, answering, page, status};

const NAVIGATES: &str = "Sec-Fetch-Mode: navigate";
const LINES: [&str; 4] = [
    "Cache-Control: public, max-age=60, X=\"a, b\"",
    "Cache-Control: s-maxage=600",
    "Surrogate-Control: max-age=600",
    "CDN-Cache-Control: max-age=600",
];

/// The answer to a page that a cache may store, with further lines, for a request with these fields.
fn answer(site: &str, lines: &[&str], fields: &[&str]) -> Message {
    let origin = answering(&page(&[&LINES[..], lines].concat()));
    Setup::new(&origin).site(site).start().agent().get(fields)
}

fn is_private(answer: &Message) -> bool {
    let private = answer.values("cache-control") == ["max-age=60, X=\"a, b\", private"]
        && !answer.has("surrogate-control")
        && !answer.has("cdn-cache-control");
    let untouched = answer.values("cache-control").len() == 2
        && answer.has("surrogate-control")
        && answer.has("cdn-cache-control");
    assert!(private != untouched, "{:?}", answer.fields());
    private
}

#[test]
fn what_adds_removes_or_changes_a_cookie_is_private() {
    assert!(is_private(&answer("", &["Set-Cookie: _ga=1"], &[])), "stripped");
    assert!(is_private(&answer("", &[], &[NAVIGATES, "Cookie: _ga=1"])), "purged");
    assert!(is_private(&answer("rewrite: {http_only: set}", &["Set-Cookie: sessionid=1"], &[])), "rewritten");
}

const AGREES: &str = r#"Cookie: cookies_preferences={"analytics":true}"#;

/// Out of a cache, those who refused would get it.
#[test]
fn what_passes_by_consent_alone_is_private_where_it_is_offered_to_caches() {
    assert!(is_private(&answer("", &["Set-Cookie: _ga=1"], &[AGREES])), "agreed");
    let choice = r#"Set-Cookie: cookies_preferences={"analytics":true}; Path=/"#;
    assert!(is_private(&answer("", &[choice], &[])), "the choice");
    assert!(!is_private(&answer("", &["Set-Cookie: sessionid=1"], &[AGREES])), "whoever asks gets it");
    for site in ["make_private: false", "mode: observe"] {
        assert!(!is_private(&answer(site, &["Set-Cookie: _ga=1"], &[AGREES])), "{site}");
    }
    for offered in ["Cache-Control: public", "Cache-Control: s-maxage=60", "CDN-Cache-Control: max-age=60"] {
        let origin = answering(&page(&["Set-Cookie: _ga=1", offered]));
        let told = Setup::new(&origin).start().agent().get(&[AGREES]);
        assert_eq!(told.values("cache-control"), ["private"], "{offered}");
    }
}

/// Caches store no Set-Cookie unasked.
#[test]
fn what_passes_by_consent_in_an_answer_that_is_not_offered_stays_as_it_came() {
    for (code, lines) in [
        ("302 Found", &["Location: /", "Set-Cookie: _ga=1"][..]),
        ("200 OK", &["Set-Cookie: _ga=1"]),
        ("200 OK", &["Cache-Control: no-cache, max-age=60", "Set-Cookie: _ga=1"]),
        ("200 OK", &["Cache-Control: no-store, public", "Set-Cookie: _ga=1"]),
        ("200 OK", &["Cache-Control: Private", "Set-Cookie: _ga=1"]),
    ] {
        let origin = answering(&status(code, lines, "page"));
        let told = Setup::new(&origin).start().agent().get(&[AGREES]);
        let came = lines.iter().filter_map(|line| line.strip_prefix("Cache-Control: ")).collect::<Vec<_>>();
        assert_eq!(
            (told.values("cache-control"), told.value("set-cookie")),
            (came.into_iter().map(str::to_owned).collect(), "_ga=1".into())
        );
    }
}

#[test]
fn what_changes_no_cookie_stays_as_it_came() {
    assert!(!is_private(&answer("", &[], &[])));
    assert!(!is_private(&answer("", &["Set-Cookie: sessionid=1"], &[])), "forwarded");
    assert!(!is_private(&answer("", &[], &["Cookie: _ga=1; sessionid=2"])), "filtered in the request alone");
    assert!(!is_private(&answer("mode: observe", &["Set-Cookie: _ga=1"], &[NAVIGATES, "Cookie: _ga=1"])));
}

#[test]
fn where_it_is_forbidden_nothing_is_added_for_a_cache_to_store() {
    let site = "make_private: false";
    let told = answer(site, &["Set-Cookie: _ga=1"], &[NAVIGATES, "Cookie: _ga=1"]);
    assert!(!is_private(&told) && !told.has("set-cookie"), "stripped all the same, and not purged");
    let origin = answering(&page(&["Cache-Control: private"]));
    let told = Setup::new(&origin).site(site).start().agent().get(&[NAVIGATES, "Cookie: _ga=1"]);
    assert!(told.value("set-cookie").starts_with("_ga=;") && told.value("cache-control") == "private");
}

#[test]
fn what_no_cache_may_store_is_left_alone() {
    let origin = answering(&page(&["Cache-Control: no-store, public", "Set-Cookie: _ga=1"]));
    let told = Setup::new(&origin).start().agent().get(&[NAVIGATES, "Cookie: _ga=1"]);
    assert_eq!(told.value("cache-control"), "no-store, public");
    assert!(told.value("set-cookie").starts_with("_ga=;"));
}
