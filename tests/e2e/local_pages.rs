//! The pages that tamis serves by itself.

use crate::http2;
use crate::kit::{Setup, answering, gateway, logged, page, registry};

/// That registry in two languages.
fn bilingual() -> String {
    registry().replace("purposes: To work.", "purposes: {en: To work., fr: Fonctionner.}")
}

#[test]
fn the_policy_is_served_in_the_sites_place() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let answer = agent.request("GET /cookies-policy?utm=x", &[]);
    assert_eq!((answer.status(), answer.value("content-type").as_str()), (200, "text/html; charset=utf-8"));
    assert!(answer.text().contains("_pk_id.{id}.{id}") || answer.text().contains("_pk_id."));
    assert_eq!(answer.value("cache-control"), "private, no-cache");
    assert_eq!(answer.value("vary"), "Cookie, Accept-Language");
    assert_eq!(answer.value("content-language"), "en");
    assert_eq!(answer.value("x-content-type-options"), "nosniff");
    assert_eq!(answer.value("referrer-policy"), "same-origin");
    let policy = answer.value("content-security-policy");
    for part in ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!answer.has("set-cookie"));
    let fragment = agent.request("GET /cookies-policy?fragment=1", &[]).text();
    assert!(!fragment.contains("<html") && answer.text().contains(fragment.trim()), "{fragment}");
    assert!(origin.heard_nothing());
    for path in ["/cookies-policy/", "/Cookies-policy", "/%63ookies-policy", "//cookies-policy", "/.tamis"] {
        assert_eq!(agent.request(&format!("GET {path}"), &[]).text(), "page", "{path}");
        origin.heard();
    }
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for path in
        ["/cookies-policy", "/.tamis/preferences", "/.tamis/", "/.tamis/pages.css", "/.tamis/banner.js"]
    {
        let get = format!("GET {path}");
        let first = agent.request(&get, &[]);
        let tag = format!("If-None-Match: {}", first.value("etag"));
        let second = agent.request(&get, &[&tag]);
        assert_eq!((second.status(), second.value("etag")), (304, first.value("etag")), "{path}");
        assert_eq!(second.value("cache-control"), first.value("cache-control"));
        let head = agent.request(&format!("HEAD {path}"), &[]);
        assert_eq!((head.status(), head.value("etag")), (200, first.value("etag")));
        assert_eq!(head.value("content-length"), first.body.len().to_string());
        assert_eq!(agent.request(&format!("HEAD {path}"), &[&tag]).status(), 304);
    }
    let tag = format!("If-None-Match: {}", agent.request("GET /cookies-policy", &[]).value("etag"));
    let choice = r#"Cookie: cookies_preferences={"analytics":true}"#;
    for other in [choice, "Sec-GPC: 1"] {
        assert_eq!(agent.request("GET /cookies-policy", &[&tag, other]).status(), 200, "{other}");
    }
}

#[test]
fn the_language_is_the_addresss_then_the_cookies_then_the_browsers() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).registry(&bilingual()).start();
    let mut agent = gateway.agent();
    let (cookie, accept) = ("Cookie: django_language=fr", "Accept-Language: fr;q=0.9, en;q=0.5");
    for (path, fields, language) in [
        ("/cookies-policy", &[][..], "en"),
        ("/cookies-policy", &[accept], "fr"),
        ("/cookies-policy", &[cookie, "Accept-Language: en"], "fr"),
        ("/cookies-policy?lang=en", &[cookie, accept], "en"),
        ("/cookies-policy?lang=xx", &[cookie], "fr"),
        ("/.tamis/preferences?lang=fr", &[], "fr"),
        ("/.tamis/banner?language=fr", &[], "fr"),
    ] {
        let answer = agent.request(&format!("GET {path}"), fields);
        assert_eq!(answer.value("content-language"), language, "{path} {fields:?}");
        assert!(answer.text().contains(&format!("lang=\"{language}\"")), "{path}");
    }
}

#[test]
fn the_banner_is_there_while_something_is_to_be_asked() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let asks = agent.request("GET /.tamis/banner?back=%2Fa", &[]);
    assert_eq!((asks.status(), asks.value("cache-control").as_str()), (200, "private, no-store"));
    assert!(asks.text().contains("value=\"/a\"") && !asks.text().contains("<html"), "{}", asks.text());
    let hostile = agent.request("GET /.tamis/banner?back=%2F%2Fevil.test", &[]).text();
    assert!(!hostile.contains("evil.test"));
    // An include is asked for with the page's own Referer: the page before. The form's own Referer says it better.
    let included = agent.request("GET /.tamis/banner", &["Referer: http://x.test/before"]).text();
    assert!(included.contains("name=\"back\" value=\"\"") && !included.contains("before"), "{included}");
    let answered = r#"Cookie: cookies_preferences={"analytics":false,"marketing":false,"matomo":false}"#;
    let nothing = agent.request("GET /.tamis/banner", &[answered]);
    assert_eq!(
        (nothing.status(), nothing.body.len(), nothing.value("cache-control").as_str()),
        (204, 0, "private, no-store")
    );
    assert_eq!(agent.request("GET /.tamis/banner?open=1", &[answered]).status(), 200);
    // A registry that gained something asks for just that.
    let partly =
        agent.request("GET /.tamis/banner", &[r#"Cookie: cookies_preferences={"analytics":false}"#]).text();
    assert!(
        partly.contains("value=\"third-party\"") && !partly.contains("value=\"statistical\""),
        "{partly}"
    );
}

#[test]
fn the_centre_knows_the_way_back() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let back = |path: &str, fields: &[&str], agent: &mut crate::kit::Agent| {
        let text = agent.request(&format!("GET /.tamis/preferences{path}"), fields).text();
        let value = text.split("name=\"back\" value=\"").nth(1).expect("a way back");
        value.split('"').next().unwrap().to_owned()
    };
    assert_eq!(back("?back=%2Fa", &[], &mut agent), "/a");
    assert_eq!(back("?back=https%3A%2F%2Fevil.test", &[], &mut agent), "/");
    assert_eq!(back("", &["Referer: http://x.test/b?c"], &mut agent), "/b?c");
    assert_eq!(back("", &["Referer: http://evil.test/b?c"], &mut agent), "/");
    assert_eq!(back("", &[], &mut agent), "/");
}

#[test]
fn what_was_saved_is_said_once_and_only_if_it_was() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let says = |answer: crate::kit::Message| answer.text().contains("id=\"tamis-notice\"");
    assert!(!says(agent.request("GET /cookies-policy?notice=saved", &[])));
    let form = [
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 17",
    ];
    agent.ask("POST /.tamis/consent", &form);
    agent.send("action=refuse-all");
    let set = agent.answer().values("set-cookie");
    let pairs: Vec<&str> = set.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    let cookie = format!("Cookie: {}", pairs.join("; "));
    assert!(says(agent.request("GET /cookies-policy?notice=saved", &[&cookie])));
    assert!(!says(agent.request("GET /cookies-policy", &[&cookie])));
}

#[test]
fn files_are_the_same_for_everybody() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for (name, kind) in [
        ("pages.css", "text/css"),
        ("pages.js", "text/javascript"),
        ("banner.css", "text/css"),
        ("banner.js", "text/javascript"),
    ] {
        let answer = agent.request(&format!("GET /.tamis/{name}"), &[]);
        assert_eq!((answer.status(), answer.value("content-type")), (200, format!("{kind}; charset=utf-8")));
        assert_eq!(
            (answer.value("cache-control").as_str(), answer.has("vary")),
            ("public, max-age=3600", false)
        );
        assert!(!answer.body.is_empty());
    }
}

#[test]
fn what_is_not_there_is_not_asked_upstream() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for path in ["/.tamis/x", "/.tamis/consent/", "/.tamis/../", "/.tamis/banner/x"] {
        assert_eq!(agent.request(&format!("GET {path}"), &[]).status(), 404, "{path}");
    }
    for (line, allow) in [
        ("POST /cookies-policy", "GET, HEAD"),
        ("DELETE /.tamis/", "GET, HEAD"),
        ("PATCH /.tamis/consent", "GET, HEAD, POST, PUT, DELETE"),
    ] {
        let answer = agent.request(line, &["Content-Length: 0"]);
        assert_eq!((answer.status(), answer.value("allow").as_str()), (405, allow), "{line}");
    }
    assert!(origin.heard_nothing());
}

#[test]
fn global_privacy_control_is_stated_where_it_is_honoured() {
    let origin = answering(&page(&[]));
    let answer = gateway(&origin).agent().request("GET /.well-known/gpc.json", &[]);
    assert_eq!((answer.status(), answer.value("content-type").as_str()), (200, "application/json"));
    assert_eq!(answer.text(), r#"{"gpc":true,"lastUpdate":"2026-11-23"}"#);
    let denies_nothing = registry().replace("gpc_denies: [third-party]", "gpc_denies: []");
    for gateway in [
        Setup::new(&origin).registry(&denies_nothing).start(),
        Setup::new(&origin).site("pages: {gpc: off}").start(),
        Setup::new(&origin).site("pages: off").start(),
    ] {
        assert_eq!(gateway.agent().request("GET /.well-known/gpc.json", &[]).text(), "page");
    }
}

#[test]
fn paths_are_the_sites_to_choose() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("pages: {policy: /a/cookies/, prefix: /.choice/}").start();
    let mut agent = gateway.agent();
    for ours in ["/a/cookies/", "/.choice/", "/.choice/banner", "/.choice/consent"] {
        assert_eq!(agent.request(&format!("GET {ours}"), &[]).status(), 200, "{ours}");
    }
    assert!(agent.request("GET /a/cookies/", &[]).text().contains("action=\"/.choice/consent\""));
    assert!(origin.heard_nothing());
    for theirs in ["/cookies-policy", "/.tamis/", "/.tamis/consent"] {
        assert_eq!(agent.request(&format!("GET {theirs}"), &[]).text(), "page", "{theirs}");
    }
    let gateway = Setup::new(&origin).site("pages: {policy: off}").start();
    let mut agent = gateway.agent();
    assert_eq!(agent.request("GET /cookies-policy", &[]).text(), "page");
    assert_eq!(agent.request("GET /.tamis/", &[]).status(), 200);
    let gateway = Setup::new(&origin).site("pages: off").start();
    assert_eq!(gateway.agent().request("GET /.tamis/", &[]).text(), "page");
}

#[test]
fn a_site_that_observes_serves_them_too() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("mode: observe").start();
    assert_eq!(gateway.agent().request("GET /cookies-policy", &[]).status(), 200);
    assert!(origin.heard_nothing());
}

#[test]
fn over_http_2_as_over_http_1() {
    let origin = answering(&page(&[]));
    let gateway = http2::plain(&origin).start();
    let builder = h2::client::Builder::new();
    http2::agent(gateway.address(), &builder, async |mut sender| {
        let (answer, body) = http2::answered(&mut sender, http2::get("/cookies-policy", &[])).await;
        assert_eq!((answer.status().as_u16(), body.is_empty()), (200, false));
        let tag = http2::values(&answer, "etag");
        let (answer, body) =
            http2::answered(&mut sender, http2::get("/cookies-policy", &[("if-none-match", &tag[0])])).await;
        assert_eq!((answer.status().as_u16(), body.len()), (304, 0));
        let form = http::Request::post("http://x.test/.tamis/consent")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(())
            .unwrap();
        let (answer, mut body) = sender.send_request(form, false).unwrap();
        body.send_data("action=refuse-all&back=%2F".into(), true).unwrap();
        let answer = answer.await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/"));
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    });
    assert!(origin.heard_nothing());
}

#[test]
fn each_is_one_line_of_the_log_and_one_count() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let mark = "/.tamis/one-line-of-the-log";
    agent.request(&format!("GET {mark}?secret=value"), &["Cookie: _ga=secret-value"]);
    let text = logged(mark);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(mark)).collect();
    assert!(lines.len() == 1 && lines[0].contains("404") && !lines[0].contains("secret"), "{lines:?}");
    agent.request("HEAD /cookies-policy", &[]);
    agent.request("GET /cookies-policy", &[]);
    drop(agent);
    let (_, metrics) = gateway.stop();
    assert_eq!(metrics.sum(|c| c.answered("2xx")), 2);
    assert_eq!(metrics.sum(|c| c.aborted.value()), 0);
}
