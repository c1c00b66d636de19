//! Cookie on its way to the origin server.

use crate::kit::{Setup, answering, gateway, page, text};

const AGREED: &str = r#"cookies_preferences={"analytics":true,"marketing":true}"#;

/// The Cookie values that reach the origin server, of those that the user agent sent: the first time as any other time.
fn kept(sent: &[&str]) -> Vec<String> {
    let origin = answering(&page(&[]));
    let lines: Vec<String> = sent.iter().map(|value| format!("Cookie: {value}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let mut ask = || {
        assert_eq!(agent.get(&lines).status(), 200);
        origin.heard().values("cookie")
    };
    let kept = ask();
    for time in 2..5 {
        assert_eq!(ask(), kept, "time {time}: {sent:?}");
    }
    kept
}

/// One line comes as it was sent, octet by octet.
fn unchanged(sent: &str) {
    assert_eq!(kept(&[sent]), [sent]);
}

#[test]
fn what_is_declared_and_agreed_keeps_order_duplicates_and_octets() {
    unchanged("sessionid=m3; csrftoken=x; sessionid=m1; sessionid=m3");
    unchanged("django_language=fran\u{e7}ais; messages=\u{e2}\u{9c}\u{93}\u{ff}");
    unchanged("sessionid=\"a b\";csrftoken=a=b==;  messages=,;\tcart={\"a\":[1,2]}");
    unchanged(&format!("_ga=GA1.1; {AGREED}; _pk_id.1.c7ea=a|b+c&d$*~"));
    unchanged("csrftoken=1; csrftoken=2");
}

#[test]
fn what_is_not_agreed_or_not_declared_is_removed() {
    assert_eq!(kept(&["_ga=1; sessionid=2; unknown=3; csrftoken=4; _fbp=5"]), ["sessionid=2; csrftoken=4"]);
    assert_eq!(kept(&["sessionid=a=b ;_ga=1;csrftoken=\"x y\""]), ["sessionid=a=b; csrftoken=\"x y\""]);
    assert_eq!(
        kept(&["Sessionid=1; sessionid2=1; sessionid[]=1; sessionid%20=1; sessionid=2"]),
        ["sessionid=2"]
    );
    let part = r#"cookies_preferences={"analytics":true,"matomo":false}"#;
    assert_eq!(kept(&[&format!("_ga=1; _pk_id.1.c7ea=2; _fbp=3; {part}")]), [format!("_ga=1; {part}")]);
}

#[test]
fn white_space_that_servers_trim_disguises_no_name() {
    // Django reads UTF-8 and trims as Python's strip does; others read Latin-1.
    let sent = "_ga\u{c2}\u{a0}=1; \u{e2}\u{80}\u{83}_ga=1; _ga\u{a0}=1; \u{85}_ga=1; \u{ef}\u{bb}\u{bf}_ga=1; voil\u{c3}\u{a0}=1; sessionid=2";
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("undeclared: allow").start();
    gateway.agent().get(&[&format!("Cookie: {sent}")]);
    assert_eq!(origin.heard().values("cookie"), ["voil\u{c3}\u{a0}=1; sessionid=2"]);
    assert_eq!(gateway.count(|c| c.request_stripped.value("disguised")), 5);
}

#[test]
fn cookies_within_cookies_pass_only_where_they_would_by_themselves() {
    // Python's http.cookies reads two in the first, lua-resty-cookie in the second and CGI.pm in the third.
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let sent =
        "sessionid=a _ga=1; csrftoken=\"b _ga=1\"; cart=1,_ga=2; messages=hello world; cart=\"my name=Bob\"";
    gateway.agent().get(&[&format!("Cookie: {sent}")]);
    assert_eq!(origin.heard().values("cookie"), ["messages=hello world; cart=\"my name=Bob\""]);
    assert_eq!(gateway.count(|c| c.request_stripped.value("ambiguous")), 3);
    unchanged(&format!("sessionid=a _ga=1; {AGREED}"));
    for hidden in
        ["\" _ga=1", "\"\\\" _ga=1", "1\\ _ga=2", "1\u{80} _ga=2", ",\" _ga=1", "/,\"_ga=1", "\"x _ga =1"]
    {
        assert_eq!(kept(&[&format!("cart={hidden}; sessionid=2")]), ["sessionid=2"], "{hidden}");
    }
}

#[test]
fn an_emptied_field_is_absent() {
    for all in ["_ga=1", "_ga=1; unknown=2;", "=x", "justvalue", "a=1;;;"] {
        assert_eq!(kept(&[all]), [""; 0], "{all}");
    }
    assert_eq!(kept(&["_ga=1", "unknown=2"]), [""; 0]);
}

#[test]
fn several_lines_become_one() {
    // gunicorn joins two lines with a comma, and the session is lost.
    assert_eq!(kept(&["sessionid=1", "csrftoken=2"]), ["sessionid=1; csrftoken=2"]);
    assert_eq!(
        kept(&["sessionid=1; _ga=2", "_ga=3", "csrftoken=4;sessionid=5"]),
        ["sessionid=1; csrftoken=4; sessionid=5"]
    );
    assert_eq!(kept(&["", "sessionid=1", ""]), ["sessionid=1"]);
}

#[test]
fn nameless_pairs_are_removed() {
    assert_eq!(kept(&["sessionid; sessionid=1; =sessionid=evil; =; = x"]), ["sessionid=1"]);
}

#[test]
fn empty_segments_are_no_cookies() {
    unchanged("sessionid=1;; ;csrftoken=2;");
    assert_eq!(kept(&["; sessionid=1;;_ga=2; ; csrftoken=3;;"]), ["sessionid=1; csrftoken=3"]);
}

#[test]
fn cookie2_is_removed() {
    let origin = answering(&page(&[]));
    gateway(&origin).agent().get(&["Cookie2: $Version=1", "Cookie: sessionid=1"]);
    let heard = origin.heard();
    assert_eq!((heard.has("cookie2"), heard.value("cookie")), (false, "sessionid=1".to_owned()));
}

#[test]
fn the_consent_cookie_is_never_removed() {
    for value in ["", "garbage", "\"", "%", "{\"analytics\":", "all", "a=b"] {
        unchanged(&format!("cookies_preferences={value}"));
    }
    assert_eq!(
        kept(&["_ga=1; cookies_preferences=x; cookies_preferences=y"]),
        ["cookies_preferences=x; cookies_preferences=y"]
    );
}

#[test]
fn beyond_the_limit_pairs_are_stripped_and_the_consent_cookie_passes() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("limits: {cookies: 3}").start();
    let cookie =
        format!("Cookie: sessionid=1; csrftoken=2; _ga=3; messages=4; cart=5; {AGREED}; sessionid=6");
    assert_eq!(gateway.agent().get(&[&cookie]).status(), 200);
    assert_eq!(origin.heard().value("cookie"), format!("sessionid=1; csrftoken=2; _ga=3; {AGREED}"));
    assert_eq!(gateway.count(|c| c.request_stripped.value("too-many")), 3);
}

#[test]
fn a_field_of_16_kib_is_sifted() {
    let long = "x".repeat(4000);
    let sent = format!("sessionid={long}; _ga={long}; csrftoken={long}; cart={long}");
    assert_eq!(kept(&[&sent]), [format!("sessionid={long}; csrftoken={long}; cart={long}")]);
    unchanged(&format!("sessionid={}", "x".repeat(16 * 1024)));
}

#[test]
fn many_small_pairs_are_sifted() {
    let sent: Vec<String> =
        (0..250).map(|n| format!("{}={n}", if n % 5 == 0 { "sessionid" } else { "u" })).collect();
    let expected: Vec<String> = (0..50).map(|n| format!("sessionid={}", 5 * n)).collect();
    assert_eq!(kept(&[&sent.join("; ")]), [expected.join("; ")]);
}

#[test]
fn what_comes_again_is_counted_again() {
    let origin = answering(&page(&["Set-Cookie: _ga=2"]));
    let gateway = gateway(&origin);
    let cookie = "Cookie: sessionid=1; _ga=1; unknown=2; =n; \u{a0}_ga=3; cookies_preferences=x";
    for time in 1..5 {
        assert!(!gateway.agent().get(&[cookie]).has("set-cookie"));
        assert_eq!(origin.heard().value("cookie"), "sessionid=1; cookies_preferences=x");
        let stripped = |reason| gateway.count(|counters| counters.request_stripped.value(reason));
        let reasons = ["not-agreed", "undeclared", "nameless", "disguised"];
        assert_eq!(reasons.map(stripped), [time; 4]);
        let forwarded = |reason| gateway.count(|counters| counters.request_forwarded.value(reason));
        assert_eq!(["exempt", "consent-cookie"].map(forwarded), [time; 2]);
    }
}

#[test]
fn the_same_cookies_with_another_signal_are_judged_anew() {
    let origin = answering(&page(&["Set-Cookie: _ga=2"]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for _ in 0..4 {
        assert!(agent.get(&[&format!("Cookie: _ga=1; {AGREED}")]).has("set-cookie"));
        assert_eq!(origin.heard().value("cookie"), format!("_ga=1; {AGREED}"));
        assert!(!agent.get(&["Cookie: _ga=1"]).has("set-cookie"));
        assert!(!origin.heard().has("cookie"));
    }
    // What Global Privacy Control denies needn't be asked about.
    let mut asked = |lines: &[&str]| {
        for _ in 0..3 {
            agent.get(lines);
        }
        text(&agent.request("GET /.tamis/consent", lines).body)
            .contains(r#""asked":["statistical","third-party""#)
    };
    for _ in 0..2 {
        assert!(asked(&["Cookie: a=1"]));
        assert!(!asked(&["Cookie: a=1", "Sec-GPC: 1"]));
    }
}

#[test]
fn undeclared_ones_follow_the_setting_of_their_direction() {
    let origin = answering(&page(&["Set-Cookie: new=1"]));
    for (setting, request, response) in [
        ("undeclared: block", false, false),
        ("undeclared: report", true, true),
        ("undeclared: allow", true, true),
        ("undeclared: {request: allow}", true, false),
        ("undeclared: {response: report}", false, true),
    ] {
        let gateway = Setup::new(&origin).site(setting).start();
        let answer = gateway.agent().get(&["Cookie: old=1; =n; _ga=1"]);
        assert_eq!(answer.has("set-cookie"), response, "{setting}");
        let expected: &[&str] = if request { &["old=1"] } else { &[] };
        assert_eq!(origin.heard().values("cookie"), expected, "{setting}");
    }
}

#[test]
fn filtering_a_request_changes_nothing_else() {
    let cached = page(&["Cache-Control: public, max-age=600", "Vary: Accept-Encoding"]);
    let origin = answering(&cached);
    let gateway = gateway(&origin);
    let (with, without) = (gateway.agent().get(&["Cookie: _ga=1; sessionid=2"]), gateway.agent().get(&[]));
    for answer in [with, without] {
        assert_eq!(answer.value("cache-control"), "public, max-age=600");
        assert_eq!(answer.value("vary"), "Accept-Encoding");
    }
}

#[test]
fn what_the_origin_server_hears_is_what_was_said() {
    let origin = answering(&page(&[]));
    let lines = [
        "Accept: text/html, */*;q=0.1",
        "Accept: image/x",
        "Origin: http://x.test",
        "Referer: http://x.test/?q=%20&a=b",
        "User-Agent: caf\u{e9}/1.0  (x)",
        "Authorization: Basic YTpi",
        "X-Requested-With: XMLHttpRequest",
        "Range: bytes=0-3",
        "If-None-Match: \"a\", W/\"b\"",
        "X-Empty:",
        "api_key: stays",
    ];
    gateway(&origin).agent().request("GET /a%2Fb/../c?d=%C3%A9&e=[f]|g&&h", &lines);
    let heard = origin.heard();
    assert_eq!(heard.start(), "GET /a%2Fb/../c?d=%C3%A9&e=[f]|g&&h HTTP/1.1");
    assert_eq!(heard.values("accept"), ["text/html, */*;q=0.1", "image/x"]);
    for line in &lines[2..] {
        let (name, value) = line.split_once(':').unwrap();
        assert_eq!(heard.value(&name.to_ascii_lowercase()), value.trim_ascii(), "{}", text(&heard.head));
    }
}

#[test]
fn field_names_hide_nothing() {
    let origin = answering(&page(&[]));
    gateway(&origin).agent().get(&["COOKIE:_ga=1", "cookie:\tsessionid=1  ", "cOOkie:unknown=1"]);
    assert_eq!(origin.heard().value("cookie"), "sessionid=1");
}
