//! Set-Cookie on its way to the user agent.

use crate::kit::{Gate, Message, Setup, answering, gateway, octets, origin, page, status};

/// The choices of a visitor who agreed to everything that the test's site asks for.
const AGREED: &str = r#"Cookie: cookies_preferences={"analytics":true,"marketing":true}"#;

/// The Set-Cookie values that reach a visitor with this Cookie line, of those that the origin server sent.
fn kept(cookie: &[&str], sent: &[&str]) -> Vec<String> {
    let lines: Vec<String> = sent.iter().map(|value| format!("Set-Cookie: {value}")).collect();
    let origin = answering(&page(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    gateway(&origin).agent().get(cookie).values("set-cookie")
}

/// All of them reach a visitor, octet by octet and in their order.
fn all_kept(cookie: &[&str], sent: &[&str]) {
    assert_eq!(kept(cookie, sent), sent);
}

#[test]
fn every_status_is_sifted() {
    for of in [
        "200 OK",
        "201 Created",
        "202 Accepted",
        "206 Partial Content",
        "300 Multiple Choices",
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "410 Gone",
        "418 Teapot",
        "429 Slow Down",
        "500 Broken",
        "503 Busy",
        "599 Odd",
    ] {
        let origin = answering(&status(of, &["Set-Cookie: _ga=1", "Set-Cookie: sessionid=1"], "page"));
        let answer = gateway(&origin).agent().get(&[]);
        assert_eq!(answer.start(), format!("HTTP/1.1 {of}"), "the reason phrase is the origin server's");
        assert_eq!(answer.values("set-cookie"), ["sessionid=1"], "{of}");
        assert_eq!(answer.text(), "page");
    }
    for of in ["204 No Content", "304 Not Modified"] {
        let origin =
            answering(&format!("HTTP/1.1 {of}\r\nSet-Cookie: _ga=1\r\nSet-Cookie: sessionid=1\r\n\r\n"));
        let gateway = gateway(&origin);
        let mut agent = gateway.agent();
        for _ in 0..2 {
            assert_eq!(agent.get(&[]).values("set-cookie"), ["sessionid=1"], "{of}");
        }
    }
}

#[test]
fn every_method_is_sifted() {
    let answer = page(&["Set-Cookie: _ga=1", "Set-Cookie: sessionid=1"]);
    let head = answer.replace("\r\n\r\npage", "\r\n\r\n");
    let origin = origin(move |visit| {
        while let Some(request) = visit.request() {
            visit.send(if request.start().starts_with("HEAD ") { &head } else { &answer });
        }
    });
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for method in ["GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH", "PROPFIND", "PURGE"] {
        let answer = agent.request(&format!("{method} /"), &[]);
        assert_eq!(answer.values("set-cookie"), ["sessionid=1"], "{method}");
        assert_eq!(origin.heard().start(), format!("{method} / HTTP/1.1"));
    }
}

#[test]
fn the_kept_ones_keep_every_octet_and_their_order() {
    all_kept(
        &[],
        &[
            "sessionid=sj333qbrltnsendnb1y54enibcegmasr; expires=Mon, 07 Dec 2026 11:10:36 GMT; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax",
            "csrftoken=1;path=/;samesite=lax",
            "csrftoken=2; PATH=/; HTTPONLY",
            "sessionid=\"a b, c\"; eXpIrEs=Wed, 01-Jan-2031 00:00:00 GMT",
            "messages=.eJx:1xVRwS:49iq; Priority=High; Partitioned; Flavour=\"vanilla; x\"",
            "sessionid = spaced\t; Path = / ;;; Secure",
            "sl/ash=a=b==;domain=x.test; Domain=y.test",
            "django_language=fran\u{e7}ais; Path=/\u{e9}",
            "django_language=\u{e2}\u{9c}\u{93}",
            "cart=\"[1\\054 2\\054 3]:1xVRwT:tvz\"; expires=Mon, 23 Nov 2026 12:10:37 GMT",
            "sessionid=",
        ],
    );
}

#[test]
fn a_stripped_one_between_them_moves_nothing() {
    let sent = [
        "sessionid=1; Path=/a",
        "_ga=1",
        "sessionid=2; Path=/b",
        "unknown=1",
        "csrftoken=3",
        "_fbp=4",
        "sessionid=1; Path=/a",
    ];
    assert_eq!(
        kept(&[], &sent),
        ["sessionid=1; Path=/a", "sessionid=2; Path=/b", "csrftoken=3", "sessionid=1; Path=/a"]
    );
}

#[test]
fn a_comma_neither_joins_nor_splits() {
    all_kept(
        &[],
        &[
            "csrftoken=a, sessionid=b",
            "sessionid=1; Expires=Thu, 31 Dec 2037 23:55:55 GMT, _ga=1",
            "messages=a,b,,c",
        ],
    );
    assert_eq!(kept(&[], &["_ga=1, sessionid=2", "comma,name=1"]), [""; 0], "one line is one cookie");
}

#[test]
fn declared_ones_need_what_their_category_needs() {
    let sent = ["_ga=1", "_ga_X1=2", "_pk_id.1.c7ea=3", "_fbp=4", "sessionid=5", "tracker=6"];
    assert_eq!(kept(&[], &sent), ["sessionid=5"]);
    assert_eq!(kept(&[AGREED], &sent), ["_ga=1", "_ga_X1=2", "_pk_id.1.c7ea=3", "_fbp=4", "sessionid=5"]);
    let part = r#"Cookie: cookies_preferences={"analytics":true,"matomo":false,"marketing":false}"#;
    assert_eq!(kept(&[part], &sent), ["_ga=1", "_ga_X1=2", "sessionid=5"]);
}

#[test]
fn names_are_compared_octet_by_octet() {
    let like = [
        "Sessionid=1",
        "sessionid2=1",
        "sessionid[]=1",
        "sessionid%20=1",
        "_GA=1",
        "session\u{a0}id=1",
        "sessionid\u{e9}=1",
    ];
    assert_eq!(kept(&[AGREED], &like), [""; 0]);
    all_kept(&[], &["sessionid =1", "  sessionid=2".trim_start()]);
}

#[test]
fn nameless_ones_are_stripped() {
    let sent = [
        "sessionid",
        "=sessionid=evil",
        "= sessionid=evil",
        "; sessionid=1",
        "=",
        "\t=csrftoken=1",
        "sessionid; Path=/",
        "; Path=/",
    ];
    assert_eq!(kept(&[AGREED], &sent), [""; 0]);
    // Whatever looks like a deletion or like the consent cookie does not save them.
    assert_eq!(
        kept(&[], &["=cookies_preferences={}", "sessionid; Max-Age=0", "cookies_preferences"]),
        [""; 0]
    );
}

#[test]
fn a_tab_is_no_control_character() {
    all_kept(&[], &["sessionid=a\tb;\tPath=/"]);
}

#[test]
fn of_other_control_characters_a_cookie_is_dropped_alone() {
    for octet in ["\u{0}", "\u{1}", "\u{8}", "\u{b}", "\u{1f}", "\u{7f}"] {
        let cookie = format!("sessionid=a{octet}b");
        let attribute = format!("sessionid=1; Path=/{octet}");
        assert_eq!(
            kept(&[], &["csrftoken=1", &cookie, &attribute, "messages=2"]),
            ["csrftoken=1", "messages=2"]
        );
    }
    let gateway = gateway(&answering(&page(&["Set-Cookie: sessionid=\u{1}"])));
    assert_eq!(gateway.agent().get(&[]).status(), 200);
    assert_eq!(gateway.count(|c| c.response_stripped.value("control-character")), 1);
}

#[test]
fn control_characters_in_another_field_are_an_answer_that_is_refused() {
    for octet in ["\u{0}", "\u{1}", "\u{8}", "\u{b}", "\u{1f}", "\u{7f}"] {
        let origin = answering(&page(&["Set-Cookie: sessionid=1", &format!("X-Note: a{octet}b")]));
        let answer = gateway(&origin).agent().get(&[]);
        assert_eq!((answer.status(), answer.has("set-cookie")), (502, false), "{octet:?}");
        assert!(answer.text().contains("not proper HTTP"), "{}", answer.text());
    }
}

#[test]
fn obs_fold_and_a_bare_cr_are_an_answer_that_is_refused() {
    for line in [
        "Set-Cookie: sessionid=1\r\n ; Path=/",
        "Set-Cookie: sessionid=1\r\n\t_ga=1",
        "Set-Cookie: sessionid=1\rSet-Cookie: _ga=1",
    ] {
        let answer = gateway(&answering(&page(&[line]))).agent().get(&[]);
        assert_eq!((answer.status(), answer.has("set-cookie")), (502, false), "{line:?}");
    }
}

#[test]
fn a_name_and_value_of_4096_octets_pass_and_of_4097_do_not() {
    let fits = format!("big={}", "x".repeat(4093));
    let over = format!("big={}", "x".repeat(4094));
    assert_eq!(kept(&[], &[&over, &fits]), [fits.as_str()]);
    // The attributes don't count, and one over 1024 octets is as if it were not there.
    let path = format!("sessionid=1; Path=/{}", "p".repeat(5000));
    all_kept(&[], &[&path, &format!("{fits}; Path=/{}", "p".repeat(1000))]);
    let unseen = format!("_ga=1; Max-Age=0{}", "0".repeat(1024));
    assert_eq!(kept(&[], &[&unseen]), [""; 0]);
}

#[test]
fn prefixes_hold_in_any_case() {
    all_kept(&[], &["__Host-s=1; Secure; Path=/", "__Secure-s=1; secure"]);
    let broken = [
        "__Host-s=1; Secure",
        "__Host-s=1; Path=/",
        "__Host-s=1; Secure; Path=/; Domain=x.test",
        "__Secure-s=1",
        "__hOST-s=1; Path=/",
        "__SECURE-s=1",
        "__host-sessionid=1",
    ];
    // Where names are no obstacle, prefixes still are.
    let lines: Vec<String> = broken.iter().map(|line| format!("Set-Cookie: {line}")).collect();
    let origin = answering(&page(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    let gateway = Setup::new(&origin).site("undeclared: allow").start();
    assert_eq!(gateway.agent().get(&[AGREED]).values("set-cookie"), [""; 0]);
}

#[test]
fn the_last_attribute_of_a_name_wins() {
    // Each deletes only if the last one is read: 6265bis 5.6 and 5.7.
    let deletions = [
        "_ga=1; Max-Age=5; Max-Age=0",
        "_ga=; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "_ga=; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Max-Age=-1",
    ];
    all_kept(&[], &deletions);
    let renewals = ["_ga=1; Max-Age=0; Max-Age=5", "_ga=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5"];
    assert_eq!(kept(&[], &renewals), [""; 0]);
}

#[test]
fn what_some_browser_stores_is_no_deletion() {
    // Chromium 156 stores each of them, whatever 6265bis says of attributes that do not parse.
    let stored = [
        "_ga=1; Max-Age=0; Max-Age=x",
        "_ga=1; Max-Age=0; Max-Age",
        "_ga=1; Max-Age=0; Max-Age=\"60\"",
        "_ga=1; Max-Age=0; Max-Age=+1000",
        "_ga=1; Max-Age=+1000; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "_ga=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=x",
        "_ga=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires",
        "unknown=1; Max-Age=-1; Max-Age=1e5",
    ];
    assert_eq!(kept(&[], &stored), [""; 0]);
}

#[test]
fn the_past_is_before_the_origin_servers_clock_too() {
    // Browsers add the difference between Date and their own clock to Expires.
    let lines = [
        "Date: Thu, 01 Jan 2004 00:00:00 GMT",
        "Set-Cookie: _ga=1; Expires=Mon, 01 Jan 2024 00:00:00 GMT",
        "Set-Cookie: _fbp=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Set-Cookie: unknown=; Max-Age=0",
    ];
    let answer = gateway(&answering(&page(&lines))).agent().get(&[]);
    let kept = ["_fbp=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "unknown=; Max-Age=0"];
    assert_eq!(answer.values("set-cookie"), kept);
    assert_eq!(answer.value("date"), "Thu, 01 Jan 2004 00:00:00 GMT");
}

#[test]
fn deletions_pass_whatever_was_agreed_and_declared() {
    all_kept(
        &[],
        &[
            "sessionid=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
            "_fbp=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax",
            "unknown=; Max-Age=0; Domain=.x.test",
            "unknown=; MAX-AGE=-99999999999999999999",
            "_ga=; expires=Thursday, 01-Jan-70 00:00:00 GMT",
            "_ga=x; Expires=Thu Jan  1 00:00:00 1970",
        ],
    );
    assert_eq!(
        kept(&[], &["unknown=1; Max-Age=0x", "unknown=1; Expires=0", "unknown=1; Expires=yesterday"]),
        [""; 0]
    );
}

#[test]
fn the_consent_cookie_always_passes() {
    all_kept(
        &[],
        &[
            r#"cookies_preferences="{\"analytics\": true\054 \"marketing\": false}"; expires=Tue, 23 Nov 2027 11:10:37 GMT; Max-Age=31536000; Path=/; SameSite=Lax"#,
            "cookies_preferences=; Max-Age=0",
            "cookies_preferences=anything",
        ],
    );
}

#[test]
fn no_attribute_is_added() {
    // HttpOnly on a cookie that scripts write freezes it; Secure on plain HTTP loses it.
    all_kept(
        &[],
        &["csrftoken=1", "cookies_preferences=1; Path=/", "sessionid=1; SameSite=None; Secure; Partitioned"],
    );
}

#[test]
fn set_cookie2_is_removed() {
    let origin = answering(&page(&[
        "Set-Cookie2: sessionid=1; Version=1",
        "Set-Cookie: sessionid=2",
        "SET-COOKIE2: _ga=3",
    ]));
    let answer = gateway(&origin).agent().get(&[]);
    assert_eq!((answer.has("set-cookie2"), answer.value("set-cookie")), (false, "sessionid=2".to_owned()));
}

#[test]
fn other_fields_stay_as_they_are() {
    let lines = [
        "Vary: Cookie",
        "Vary: Accept-Language",
        "Cache-Control: private, max-age=600",
        "ETag: W/\"x\"",
        "Link: </a>; rel=preload",
        "X-Latin: fran\u{e7}ais",
        "Content-Type: text/html; charset=utf-8",
        "X-Empty:",
        "Content-Language: fr,  en",
        "X-T: a\tb",
    ];
    let answer = gateway(&answering(&page(&lines))).agent().get(&[]);
    assert_eq!(answer.values("vary"), ["Cookie", "Accept-Language"]);
    for line in &lines[2..] {
        let (name, value) = line.split_once(':').unwrap();
        assert_eq!(answer.value(&name.to_ascii_lowercase()), value.trim_ascii());
    }
    let mut names: Vec<String> = answer.fields().into_iter().map(|(name, _)| name).collect();
    names.retain(|name| name != "date" && name != "content-length");
    assert_eq!(names.len(), lines.len(), "nothing was added: {names:?}");
}

#[test]
fn cookies_in_trailers_are_removed_and_other_trailers_pass() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Set-Cookie\r\n\r\n4\r\npage\r\n0\r\nX-Sum: 7\r\nSet-Cookie: sessionid=1\r\nSet-Cookie2: a=1\r\n\r\n";
    let origin = answering(answer);
    let gateway = gateway(&origin);
    let told = gateway.agent().get(&["TE: trailers", "Connection: TE"]);
    assert_eq!(
        (told.text(), &told.trailers[..]),
        ("page".to_owned(), &[("x-sum".to_owned(), "7".to_owned())][..])
    );
    assert_eq!(origin.heard().value("te"), "trailers");
    // A user agent that doesn't ask for them gets the content alone.
    let untold = gateway.agent().get(&[]);
    assert_eq!((untold.text(), untold.trailers.len()), ("page".to_owned(), 0));
    assert!(!origin.heard().has("te"));
    let (_, metrics) = gateway.stop();
    assert_eq!(metrics.sum(|c| c.trailer_cookies.value()), 4);
}

#[test]
fn informational_answers_are_dropped_with_their_cookies_and_counted() {
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nSet-Cookie: sessionid=early\r\n\r\nHTTP/1.1 100 Continue\r\nSet-Cookie: _ga=1\r\n\r\n";
    let gateway = gateway(&answering(&format!("{interim}{}", page(&["Set-Cookie: sessionid=1"]))));
    let answer = gateway.agent().get(&[]);
    assert_eq!((answer.status(), answer.values("set-cookie")), (200, vec!["sessionid=1".to_owned()]));
    assert_eq!(gateway.count(|c| c.informational.value()), 2);
}

#[test]
fn our_own_error_pages_set_nothing() {
    let origin = origin(|_| {});
    let answer = gateway(&origin).agent().get(&[AGREED]);
    assert_eq!((answer.status(), answer.has("set-cookie")), (502, false));
    assert_eq!(answer.value("cache-control"), "no-store");
}

#[test]
fn verdicts_are_counted_by_their_reason() {
    let sent = [
        "sessionid=1",
        "_ga=1",
        "_fbp=1",
        "x=1",
        "y=1",
        "=n",
        "unknown=; Max-Age=0",
        "__host-a=1",
        r#"cookies_preferences={"analytics":true}"#,
    ];
    let lines: Vec<String> = sent.iter().map(|value| format!("Set-Cookie: {value}")).collect();
    let gateway = gateway(&answering(&page(&lines.iter().map(String::as_str).collect::<Vec<_>>())));
    gateway.agent().get(&[r#"Cookie: cookies_preferences={"analytics":true}"#]);
    let forwarded = |word: &str| gateway.count(|c| c.response_forwarded.value(word));
    let stripped = |word: &str| gateway.count(|c| c.response_stripped.value(word));
    assert_eq!(
        [forwarded("exempt"), forwarded("agreed"), forwarded("deletion"), forwarded("consent-cookie")],
        [1; 4]
    );
    assert_eq!(
        [stripped("not-agreed"), stripped("undeclared"), stripped("nameless"), stripped("prefix")],
        [1, 2, 1, 1]
    );
}

#[test]
fn a_long_list_of_cookies_is_sifted_whole() {
    let lines: Vec<String> = (0..200)
        .map(|n| format!("Set-Cookie: {}=v{n}", if n % 2 == 0 { "sessionid" } else { "_ga" }))
        .collect();
    let answer =
        gateway(&answering(&page(&lines.iter().map(String::as_str).collect::<Vec<_>>()))).agent().get(&[]);
    let expected: Vec<String> = (0..100).map(|n| format!("sessionid=v{}", 2 * n)).collect();
    assert_eq!(answer.values("set-cookie"), expected);
}

#[test]
fn the_content_is_not_waited_for() {
    let gate = Gate::default();
    let origin = {
        let gate = gate.clone();
        origin(move |visit| {
            visit.request();
            visit.send("HTTP/1.1 200 OK\r\nSet-Cookie: _ga=1\r\nContent-Length: 4\r\n\r\n");
            gate.wait();
            visit.send("page");
        })
    };
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    agent.ask("GET /", &[]);
    let head: Message = agent.head();
    assert!(!head.has("set-cookie"));
    gate.open();
    assert_eq!(agent.wire.take(4), octets("page"));
}

#[test]
fn field_names_and_line_ends_hide_nothing() {
    let answer = "HTTP/1.1 200 OK\nSET-COOKIE:_ga=1\r\nsEt-cOOkie:   sessionid=1  \nset-cookie:\t_fbp=2\nContent-Length: 0\n\n";
    assert_eq!(gateway(&answering(answer)).agent().get(&[]).values("set-cookie"), ["sessionid=1"]);
    let spaced = gateway(&answering(&page(&["Set-Cookie : _ga=1"]))).agent().get(&[]);
    assert_eq!((spaced.status(), spaced.has("set-cookie")), (502, false));
}
