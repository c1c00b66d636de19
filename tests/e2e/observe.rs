//! `mode: observe`: nothing changes, everything is counted.

use crate::kit::{Setup, answering, page};

const SENT: [&str; 7] = [
    "_ga=1",
    "sessionid=2; X=\u{e9}",
    "unknown=3",
    "=nameless",
    "__Host-s=4",
    "  x = y ; Path=/",
    "_fbp=5; Max-Age=0",
];

#[test]
fn nothing_changes_and_everything_is_counted() {
    let lines = SENT.map(|value| format!("Set-Cookie: {value}"));
    let origin =
        answering(&page(&[&lines.each_ref().map(String::as_str)[..], &["Set-Cookie2: a=1"]].concat()));
    let gateway = Setup::new(&origin).site("mode: observe").start();
    let cookies =
        ["Cookie: _ga=1;;sessionid=\u{e9} ; =x; nameless", "Cookie: unknown=2", "Cookie2: $Version=1"];
    let answer = gateway.agent().get(&cookies);
    assert_eq!(answer.values("set-cookie"), SENT.map(str::trim_ascii));
    assert_eq!(answer.value("set-cookie2"), "a=1");
    let heard = origin.heard();
    assert_eq!(heard.values("cookie"), ["_ga=1;;sessionid=\u{e9} ; =x; nameless", "unknown=2"]);
    assert_eq!(heard.value("cookie2"), "$Version=1");
    assert!(!heard.has("x-consent"), "an origin server that goes by it would behave differently");
    let stripped =
        |word: &str| gateway.count(|c| c.response_stripped.value(word) * 10 + c.request_stripped.value(word));
    assert_eq!(
        [stripped("not-agreed"), stripped("undeclared"), stripped("nameless"), stripped("prefix")],
        [11, 21, 12, 10]
    );
}

#[test]
fn a_client_does_not_speak_in_our_name_even_then() {
    let origin = answering(&page(&[]));
    Setup::new(&origin)
        .site("mode: observe")
        .start()
        .agent()
        .get(&["X-Consent: all", "X_Forwarded_For: 1.2.3.4"]);
    let heard = origin.heard();
    assert!(!heard.has("x-consent") && !heard.has("x_forwarded_for"));
}

#[test]
fn the_longest_prefix_of_the_path_decides() {
    let origin = answering(&page(&["Set-Cookie: _ga=1"]));
    let paths = "paths: [{prefix: /preview/, mode: observe}, {prefix: /preview/public, mode: enforce}]";
    let gateway = Setup::new(&origin).site(paths).start();
    let mut agent = gateway.agent();
    for (path, passes) in [
        ("/", false),
        ("/preview", true),
        ("/preview/a?b=/x", true),
        ("/previews", false),
        ("/preview/public", false),
        ("/preview/public/a", false),
        ("/preview/publicity", true),
        ("/?x=/preview/", false),
        ("/%70review/", false),
    ] {
        let answer = agent.request(&format!("GET {path}"), &["Cookie: _ga=1"]);
        assert_eq!((answer.has("set-cookie"), origin.heard().has("cookie")), (passes, passes), "{path}");
    }
}

#[test]
fn one_part_of_a_site_may_be_enforced_first() {
    let origin = answering(&page(&["Set-Cookie: _ga=1"]));
    let gateway =
        Setup::new(&origin).site("mode: observe").site("paths: [{prefix: /blog, mode: enforce}]").start();
    let mut agent = gateway.agent();
    assert!(agent.get(&[]).has("set-cookie"));
    assert!(!agent.request("GET /blog/1", &[]).has("set-cookie"));
}
