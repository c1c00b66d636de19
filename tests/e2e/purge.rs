//! Cookies without the consent that they need are expired by the response to the next page.

use crate::kit::{Gateway, Message, Origin, Setup, answering, page, status};

const NAVIGATES: &str = "Sec-Fetch-Mode: navigate";
const EXPIRED: &str = "=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/";

/// Names and fields that expire them.
fn expired(answer: &Message) -> Vec<String> {
    let all = answer.values("set-cookie").into_iter().filter(|value| value.contains(EXPIRED));
    all.map(|value| value.replace(EXPIRED, "")).collect()
}

fn started(origin: &Origin, site: &str) -> Gateway {
    Setup::new(origin).site(site).start()
}

#[test]
fn what_is_not_agreed_is_withheld_and_expired() {
    let origin = answering(&page(&["Set-Cookie: sessionid=1", "X-Kept: yes"]));
    let gateway = started(&origin, "");
    let mut agent = gateway.agent();
    let cookie = "Cookie: sessionid=1; _ga=2; _pk_id.1.a=3; unknown=4; _ga=5";
    let answer = agent.get(&[NAVIGATES, cookie]);
    assert_eq!(answer.values("set-cookie").first().map(String::as_str), Some("sessionid=1"));
    assert_eq!(expired(&answer), ["_ga", "_pk_id.1.a"]);
    assert_eq!(origin.heard().value("cookie"), "sessionid=1");
    assert_eq!(gateway.count(|c| c.purged.value("not-agreed")), 2);
    // The browser has done so, and there is nothing more to do.
    assert_eq!(
        agent.get(&[NAVIGATES, "Cookie: sessionid=1; unknown=4"]).values("set-cookie"),
        ["sessionid=1"]
    );
}

#[test]
fn pages_only() {
    let origin = answering(&page(&[]));
    let gateway = started(&origin, "");
    let mut agent = gateway.agent();
    for (fields, page) in [
        (&["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: empty"][..], true),
        (&["Sec-Fetch-Mode: cors", "Accept: text/html"], false),
        (&["Accept: text/html,*/*;q=0.8"], true),
        (&["Accept: */*"], false),
        (&["Upgrade-Insecure-Requests: 1"], true),
        (&[], false),
    ] {
        let answer = agent.get(&[fields, &["Cookie: _ga=1"]].concat());
        assert_eq!(expired(&answer).len(), usize::from(page), "{fields:?}");
    }
}

#[test]
fn every_status_of_a_page_counts() {
    for of in ["302 Found", "404 Not Found", "500 Broken"] {
        let origin = answering(&status(of, &["Location: /"], "page"));
        let answer = started(&origin, "").agent().get(&[NAVIGATES, "Cookie: _ga=1"]);
        assert_eq!(expired(&answer), ["_ga"], "{of}");
    }
}

#[test]
fn a_response_that_withdraws_is_judged_by_the_withdrawal() {
    let refusal = r#"Set-Cookie: cookies_preferences={"analytics":false}; Path=/"#;
    let origin = answering(&page(&["Set-Cookie: _ga=new", refusal]));
    let cookie = r#"Cookie: cookies_preferences={"analytics":true}; _ga=1"#;
    let answer = started(&origin, "").agent().get(&[NAVIGATES, cookie]);
    assert_eq!(answer.values("set-cookie").len(), 2);
    assert_eq!(answer.values("set-cookie")[0], r#"cookies_preferences={"analytics":false}; Path=/"#);
    assert_eq!(expired(&answer), ["_ga"]);
    let heard = origin.heard().value("cookie");
    assert!(heard.contains("_ga=1"), "the visitor agreed when the request was sent: {heard}");
}

#[test]
fn a_response_that_grants_counts_from_the_next_request() {
    let grant = r#"cookies_preferences={"analytics":true}; Path=/"#;
    let origin = answering(&page(&["Set-Cookie: _ga=new", &format!("Set-Cookie: {grant}")]));
    let answer = started(&origin, "").agent().get(&[NAVIGATES]);
    assert_eq!(answer.values("set-cookie"), [grant]);
}

#[test]
fn a_deleted_choice_is_no_choice() {
    let origin = answering(&page(&["Set-Cookie: cookies_preferences=; Max-Age=0", "Set-Cookie: _ga=new"]));
    let cookie = r#"Cookie: cookies_preferences={"analytics":true}; _ga=1"#;
    let answer = started(&origin, "").agent().get(&[NAVIGATES, cookie]);
    assert_eq!(answer.values("set-cookie").len(), 2);
    assert_eq!(expired(&answer), ["_ga"]);
}

#[test]
fn a_response_carries_sixteen_at_most() {
    let origin = answering(&page(&[]));
    let gateway = started(&origin, "");
    let mut agent = gateway.agent();
    let mut left: Vec<String> = (0..20).map(|number| format!("_ga_{number}")).collect();
    for count in [16, 4, 0] {
        let cookie = left.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("; ");
        let gone = expired(&agent.get(&[NAVIGATES, &format!("Cookie: x=1; {cookie}")]));
        assert_eq!(gone.len(), count);
        left.retain(|name| !gone.contains(name));
    }
}

#[test]
fn undeclared_cookies_go_where_the_site_says_so() {
    let origin = answering(&page(&[]));
    let cookie = "Cookie: sessionid=1; unknown=2";
    let gateway = started(&origin, "purge_undeclared: host-only");
    assert_eq!(expired(&gateway.agent().get(&[NAVIGATES, cookie])), ["unknown"]);
    assert_eq!(gateway.count(|c| c.purged.value("undeclared")), 1);
    let gateway = Setup::new(&origin).site("purge_undeclared: host-only").site("undeclared: report").start();
    assert!(!gateway.agent().get(&[NAVIGATES, cookie]).has("set-cookie"));
}

#[test]
fn a_purge_can_be_off_and_is_only_counted_where_a_site_observes() {
    let origin = answering(&page(&["Cache-Control: public"]));
    for (site, counted) in [("purge: off", 0), ("mode: observe", 1)] {
        let gateway = started(&origin, site);
        let answer = gateway.agent().get(&[NAVIGATES, "Cookie: _ga=1"]);
        assert_eq!(
            (answer.has("set-cookie"), answer.value("cache-control")),
            (false, "public".into()),
            "{site}"
        );
        assert_eq!(gateway.count(|c| c.purged.value("not-agreed")), counted, "{site}");
    }
}

#[test]
fn our_own_error_pages_set_nothing() {
    let gateway = Setup::to("http://127.0.0.1:1").start();
    let answer = gateway.agent().get(&[NAVIGATES, "Cookie: _ga=1"]);
    assert_eq!((answer.status(), answer.has("set-cookie")), (503, false));
}
