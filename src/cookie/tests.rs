//! Lines of real software, the corners of 6265bis, and properties.

use proptest::prelude::*;

use super::*;

/// 2026-11-23 00:00:00 UTC.
const NOW: i64 = 1_795_392_000;

/// A compact account of a parsed line: what a browser would remember of it.
fn account(line: &[u8]) -> String {
    let cookie = SetCookie::parse(line);
    assert_eq!(cookie.raw(), line);
    let mut out = format!("{}={}", cookie.name().escape_ascii(), cookie.value().escape_ascii());
    let mut add = |text: String| out = format!("{out} | {text}");
    if let Some(refusal) = cookie.refusal() {
        add(format!("{refusal:?}"));
    }
    if let Some(seconds) = cookie.max_age() {
        add(format!("age {seconds}"));
    }
    if let Some(time) = cookie.expires() {
        add(format!("at {time}"));
    }
    if let Some(domain) = cookie.domain() {
        add(format!("domain {}", domain.escape_ascii()));
    }
    if let Some(path) = cookie.path() {
        add(format!("path {}", path.escape_ascii()));
    }
    if let Some(same_site) = cookie.same_site() {
        add(format!("{same_site:?}"));
    }
    let flags = [
        (cookie.secure(), "secure"),
        (cookie.http_only(), "http-only"),
        (cookie.partitioned(), "partitioned"),
        (cookie.is_deletion(NOW), "DELETES"),
    ];
    flags.into_iter().filter(|(set, _)| *set).for_each(|(_, flag)| add(flag.to_owned()));
    out
}

#[test]
fn lines_of_real_software() {
    let table: &[(&[u8], &str)] = &[
        // Django
        (
            b"sessionid=s61lkbsx; expires=Mon, 07 Dec 2026 11:10:37 GMT; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax",
            "sessionid=s61lkbsx | age 1209600 | at 1796641837 | path / | Lax | http-only",
        ),
        (
            b"sessionid=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax",
            r#"sessionid=\"\" | age 0 | at 0 | path / | Lax | DELETES"#,
        ),
        (b"django_language=de; Path=/", "django_language=de | path /"),
        (
            br#"cookies_preferences="{\"analytics\": true\054 \"marketing\": false}"; Path=/; SameSite=Lax"#,
            r#"cookies_preferences=\"{\\\"analytics\\\": true\\054 \\\"marketing\\\": false}\" | path / | Lax"#,
        ),
        // what trackers write, and how they delete
        (b"_ga=GA1.1.31.32;path=/;max-age=63072000", "_ga=GA1.1.31.32 | age 63072000 | path /"),
        (b"a=1;path=/;samesite=lax", "a=1 | path / | Lax"),
        (b"a=1; PATH=/; HTTPONLY; sEcUrE", "a=1 | path / | secure | http-only"),
        (
            b"mp_mptoken_mixpanel=; expires=Sun, 22 Nov 2026 10:46:35 GMT; path=/; domain=.shop.test",
            "mp_mptoken_mixpanel= | at 1795344395 | domain shop.test | path / | DELETES",
        ),
        (b"COUNTLYKEY/cly_session=1", "COUNTLYKEY/cly_session=1"),
        (b"_pk_id.1.c7ea=a.1.|+&$*~", "_pk_id.1.c7ea=a.1.|+&$*~"),
        // odd ones that browsers store
        (b"n=1; Expires=Wednesday, 09-Nov-27 23:12:40 GMT", "n=1 | at 1825801960"),
        (b"n=1; expires=Sun, 18-Apr-2027 21:06:29 GMT ; path=/  ;  ", "n=1 | at 1808082389 | path /"),
        (b"asctime=1; Expires=Sun Nov  7 08:49:37 2027", "asctime=1 | at 1825577377"),
        (b"badexp=1; Expires=whenever", "badexp=1"),
        (b"part=1; Secure; Path=/; Priority=High; SameSite=None; Partitioned", "part=1 | path / | None | secure | partitioned"),
        (b"dom=1; Domain=www.shop.test; Domain=.shop.test", "dom=1 | domain shop.test"),
        (b"quoted=\"v;w\"; Path=/", r#"quoted=\"v | path /"#),
        (b"eqval=a=b==", "eqval=a=b=="),
        (b"spaces in name=1", "spaces in name=1"),
        (b"  leading  =  1  ", "leading=1"),
        (b"\ttab\t=\tv\tw\t; \tpath\t=\t/x\t", "tab=v\\tw | path /x"),
        (b"comma,name=1", "comma,name=1"),
        (b"br[ack]et=1", "br[ack]et=1"),
        (b"js={\"a\":1,\"b\":[2,3]}", r#"js={\"a\":1,\"b\":[2,3]}"#),
        (b"latin1=caf\xe9", "latin1=caf\\xe9"),
        (b"utf8=\xe2\x9c\x93", "utf8=\\xe2\\x9c\\x93"),
        (b"empty=", "empty="),
        (b"a=1; ;; = ;===,x;b", "a=1"),
        // nameless
        (b"justvalue", "=justvalue | Nameless"),
        (b"=novalue", "=novalue | Nameless"),
        (b"=sessionid=smuggled; Path=/", "=sessionid=smuggled | Nameless | path /"),
        (b" \t=x", "=x | Nameless"),
        (b"", "= | Nameless"),
        (b"; Max-Age=0", "= | Nameless | age 0 | DELETES"),
        (b"__Host-x; Secure; Path=/", "=__Host-x | Nameless | path / | secure"),
    ];
    for (line, expected) in table {
        assert_eq!(account(line), *expected, "{}", line.escape_ascii());
    }
}

#[test]
fn attributes_as_the_algorithm_says() {
    let table: &[(&[u8], &str)] = &[
        // Max-Age before Expires, whichever comes last (5.7 step 6)
        (b"a=1; Max-Age=0; Expires=Sun, 18 Apr 2027 21:06:29 GMT", "a=1 | age 0 | at 1808082389 | DELETES"),
        (b"a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1 | age 60 | at 0"),
        // the last of a name; one that does not parse was never there (5.6.1, 5.6.2)
        (b"a=1; Max-Age=0; Max-Age=60", "a=1 | age 60"),
        (b"a=1; Max-Age=60; Max-Age=0", "a=1 | age 0 | DELETES"),
        (b"a=1; Max-Age=0; Max-Age=soon", "a=1 | age 0"),
        (b"a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=0", "a=1 | at 0"),
        // but not every browser reads it so: no deletion
        (b"a=1; Max-Age=0; Max-Age", "a=1 | age 0"),
        (b"a=1; Max-Age=0; Max-Age=+60", "a=1 | age 0"),
        (b"a=1; Max-Age=+60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1 | at 0"),
        (b"a=1; Max-Age=soon; Max-Age=0", "a=1 | age 0 | DELETES"),
        // the past begins now
        (b"a=1; Expires=Mon, 23 Nov 2026 00:00:00 GMT", "a=1 | at 1795392000 | DELETES"),
        (b"a=1; Expires=Mon, 23 Nov 2026 00:00:01 GMT", "a=1 | at 1795392001"),
        // digits, or `-` and digits
        (b"a=1; Max-Age=", "a=1"),
        (b"a=1; Max-Age", "a=1"),
        (b"a=1; Max-Age=-", "a=1"),
        (b"a=1; Max-Age=--1", "a=1"),
        (b"a=1; Max-Age=+1", "a=1"),
        (b"a=1; Max-Age=1.5", "a=1"),
        (b"a=1; Max-Age=\"0\"", "a=1"),
        (b"a=1; Max-Age=50,399", "a=1"),
        (b"a=1; Max-Age=-1", "a=1 | age -1 | DELETES"),
        (b"a=1; Max-Age=-0", "a=1 | age 0 | DELETES"),
        (b"a=1; Max-Age=007", "a=1 | age 7"),
        (b"a=1; Max-Age=99999999999999999999", "a=1 | age 9223372036854775807"),
        (b"a=1; Max-Age=-99999999999999999999", "a=1 | age -9223372036854775808 | DELETES"),
        // a list takes the last even if it says nothing (5.7 steps 7, 11, 17)
        (b"a=1; Domain=.", "a=1"),
        (b"a=1; Domain=x.test; Domain=", "a=1"),
        (b"a=1; Path=/x; Path=", "a=1"),
        (b"a=1; Path=x", "a=1"),
        (b"a=1; Path=\"/x;\"", "a=1"),
        (b"a=1; SameSite=Strict; SameSite=whatever", "a=1"),
        (b"a=1; Secure=false; HttpOnly=0", "a=1 | secure | http-only"),
        (b"a=1; \"Secure\"", "a=1"),
    ];
    for (line, expected) in table {
        assert_eq!(account(line), *expected, "{}", line.escape_ascii());
    }
}

#[test]
fn limits_of_browsers() {
    let line = |name: usize, value: usize| [vec![b'n'; name], b"=".to_vec(), vec![b'v'; value]].concat();
    assert_eq!(SetCookie::parse(&line(1, 4095)).refusal(), None);
    assert_eq!(SetCookie::parse(&line(2, 4095)).refusal(), Some(Refusal::TooLarge));
    assert_eq!(SetCookie::parse(&line(4097, 0)).refusal(), Some(Refusal::TooLarge));
    let padded = [line(1, 4095), b" ".repeat(100), b"; x=".to_vec(), vec![b'y'; 9000]].concat();
    assert_eq!(SetCookie::parse(&padded).refusal(), None, "neither white space nor attributes count");

    let path = |octets: usize| format!("a=1; Path=/short; Path=/{}; HttpOnly", "p".repeat(octets - 1));
    assert_eq!(SetCookie::parse(path(1024).as_bytes()).path().map(<[u8]>::len), Some(1024));
    assert_eq!(SetCookie::parse(path(1025).as_bytes()).path(), Some(b"/short".as_slice()));
    assert!(SetCookie::parse(path(1025).as_bytes()).http_only());
    let zeros = format!("a=1; Max-Age={}", "0".repeat(1025));
    assert!(!SetCookie::parse(zeros.as_bytes()).is_deletion(NOW));
}

#[test]
fn control_characters_anywhere() {
    for octet in 0..=u8::MAX {
        let refused = matches!(octet, 0..=8 | 10..=31 | 127);
        for at in ["a?b=1; Path=/", "ab=1?2; Path=/", "ab=1; Path=/?", "ab=1; x?y", "ab=1; Path=/;?"] {
            let line: Vec<u8> = at.bytes().map(|b| if b == b'?' { octet } else { b }).collect();
            let refusal = SetCookie::parse(&line).refusal();
            assert_eq!(refusal == Some(Refusal::ControlCharacter), refused, "{}", line.escape_ascii());
        }
    }
    assert_eq!(SetCookie::parse(b"\0").refusal(), Some(Refusal::ControlCharacter), "before nameless");
}

#[test]
fn prefixes_in_any_case() {
    let table: &[(&str, bool)] = &[
        ("__Secure-a=1; Secure", true),
        ("__Secure-a=1; Secure; Domain=site.example", true),
        ("__Secure-a=1", false),
        ("__SECURE-a=1; Domain=site.example", false),
        ("__secure-=1", false),
        ("__Host-a=1; Secure; Path=/", true),
        ("__hOST-a=1; secure; path=/", true),
        ("__Host-a=1; Secure; Path=/; Domain=", true),
        ("__Host-a=1", false),
        ("__host-a=1; Secure", false),
        ("__Host-a=1; Path=/", false),
        ("__Host-a=1; Secure; Path=/x", false),
        ("__Host-a=1; Secure; Path=/; Path=", false),
        ("__HOST-a=1; Secure; Path=/; Domain=site.example", false),
        ("__Http-a=1; Secure; HttpOnly", true),
        ("__http-a=1; Secure", false),
        ("__Http-a=1; HttpOnly", false),
        ("__Host-Http-a=1; Secure; HttpOnly; Path=/", true),
        ("__host-http-a=1; Secure; Path=/", false),
        ("__Host-Http-a=1; Secure; HttpOnly; Path=/; Domain=site.example", false),
        ("__Hosta=1", true),
        ("__Host=1", true),
        ("_Host-a=1", true),
        ("x__Host-a=1", true),
    ];
    for (line, kept) in table {
        let expected = (!kept).then_some(Refusal::Prefix);
        assert_eq!(SetCookie::parse(line.as_bytes()).refusal(), expected, "{line}");
    }
}

#[test]
fn every_attribute_in_order() {
    let cookie = SetCookie::parse(b"a=b ; Path = /x;;HTTPONLY; Priority=High=1 ;path=/");
    let read: Vec<_> = cookie.attributes().map(|a| (a.raw(), a.name(), a.value())).collect();
    let expected: Vec<(&[u8], &[u8], &[u8])> = vec![
        (b" Path = /x", b"Path", b"/x"),
        (b"", b"", b""),
        (b"HTTPONLY", b"HTTPONLY", b""),
        (b" Priority=High=1 ", b"Priority", b"High=1"),
        (b"path=/", b"path", b"/"),
    ];
    assert_eq!(read, expected);
    assert_eq!(SetCookie::parse(b"a=b").attributes().count(), 0);
    assert_eq!(SetCookie::parse(b"a=b;").attributes().count(), 1);
}

#[test]
fn pairs_of_a_field() {
    type Pair = (&'static str, &'static str, &'static str);
    let table: &[(&[u8], &[Pair])] = &[
        (b"", &[]),
        (b" ; ;\t;", &[]),
        (b"a=1", &[("a=1", "a", "1")]),
        (
            b"a=1; b=2;c=3 ; \td=4",
            &[("a=1", "a", "1"), ("b=2", "b", "2"), ("c=3", "c", "3"), ("d=4", "d", "4")],
        ),
        (
            b"sessionid=m3; sessionid=m1",
            &[("sessionid=m3", "sessionid", "m3"), ("sessionid=m1", "sessionid", "m1")],
        ),
        (b"a = b = c ;", &[("a = b = c", "a", "b = c")]),
        (b"justvalue; =x=y", &[("justvalue", "", "justvalue"), ("=x=y", "", "x=y")]),
        (b"=", &[("=", "", "")]),
        (b"q=\"v;w=1\"", &[("q=\"v", "q", "\"v"), ("w=1\"", "w", "1\"")]),
        (b"a=1, b=2", &[("a=1, b=2", "a", "1, b=2")]),
        (
            b"sessionid[]=p; COUNTLYKEY/x=y",
            &[("sessionid[]=p", "sessionid[]", "p"), ("COUNTLYKEY/x=y", "COUNTLYKEY/x", "y")],
        ),
        (b"l=caf\xe9", &[("l=caf\\xe9", "l", "caf\\xe9")]),
    ];
    for (field, expected) in table {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).replace('\u{fffd}', "\\xe9");
        let read: Vec<_> = pairs(field).map(|p| (text(p.raw()), text(p.name()), text(p.value()))).collect();
        let read: Vec<_> = read.iter().map(|(r, n, v)| (r.as_str(), n.as_str(), v.as_str())).collect();
        assert_eq!(read, *expected, "{}", field.escape_ascii());
        assert!(pairs(field).all(|pair| pair.is_nameless() == pair.name().is_empty()));
    }
}

#[test]
fn values_stay_out_of_debug_output() {
    let shown = format!("{:?} {:?}", SetCookie::parse(b"sid=secret; Path=/secret"), pairs(b"sid=secret"));
    assert!(shown.contains("sid") && !shown.contains("secret"), "{shown}");
}

#[test]
fn names_for_people() {
    let table: &[(&[u8], &str)] = &[
        (b"_pk_id.1.c7ea", "_pk_id.1.c7ea"),
        (b"\"it's\" \\", "\"it's\" \\\\"),
        (b"a\x1b[31m\x7f\r\n\0", "a\\u{1b}[31m\\u{7f}\\r\\n\\0"),
        (b"caf\xe9", "caf\\xe9"),
        ("café \u{202e}\u{feff}".as_bytes(), "café \\u{202e}\\u{feff}"),
        (b"", ""),
    ];
    for (name, expected) in table {
        assert_eq!(shown(name), *expected);
    }
    assert_eq!(shown("é".repeat(100).as_bytes()), "é".repeat(100));
    assert_eq!(shown("é".repeat(101).as_bytes()), "é".repeat(100) + "…");
    assert_eq!(shown(&[0xff; 101]), "\\xff".repeat(100) + "…");
}

#[test]
fn dates() {
    let table: &[(&str, Option<i64>)] = &[
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ("Thu, 01-Jan-1970 00:00:01 GMT", Some(1)),
        ("Wed, 31 Dec 1969 23:59:59 GMT", Some(-1)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
        ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
        ("08:49:37 6 november 1994 +0100", Some(784_111_777)),
        ("1994 8:49:37 6 NOV", Some(784_111_777)),
        ("6Nov 8:49:37 Nov 94", Some(784_111_777)),
        ("Fri, 07 Aug 2019 08:04:19 GMT, baz=qux", Some(1_565_165_059)),
        ("Mon, 01 Jan 0069 00:00:00", Some(3_124_224_000)),
        ("01 Jan 69 00:00:00", Some(3_124_224_000)),
        ("01 Jan 70 00:00:00", Some(0)),
        ("01 Jan 99 00:00:00", Some(915_148_800)),
        ("01 Jan 00 00:00:00", Some(946_684_800)),
        ("01 Jan 1601 00:00:00", Some(-11_644_473_600)),
        ("31 Dec 1600 23:59:59", None),
        ("01 Jan 100 00:00:00", None),
        ("31 Dec 9999 23:59:59", Some(253_402_300_799)),
        ("01 Jan 12026 00:00:00", None),
        ("29 Feb 2024 00:00:00", Some(1_709_164_800)),
        ("29 Feb 2026 00:00:00", None),
        ("29 Feb 1900 00:00:00", None),
        ("29 Feb 2000 00:00:00", Some(951_782_400)),
        ("31 Apr 2026 00:00:00", None),
        ("0 Jan 2026 00:00:00", None),
        ("32 Jan 2026 00:00:00", None),
        ("01 Jan 2026 24:00:00", None),
        ("01 Jan 2026 23:60:00", None),
        ("01 Jan 2026 23:59:60", None),
        ("01 Jan 2026 1:2:3", Some(1_767_229_323)),
        ("01 Jan 2026 01:02:03.999Z", Some(1_767_229_323)),
        ("01 Jan 2026 01:02:003", None),
        ("01 Jan 2026 01:02", None),
        ("2026-01-01T00:00:00Z", None),
        ("Jan 2026 00:00:00", None),
        ("0", None),
        ("-1", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(date(text.as_bytes()), *expected, "{text}");
    }
}

/// The http-state cases, where a file holds them: `TAMIS_HTTP_STATE` names it.
#[test]
fn http_state_oracle() {
    let Some(path) = std::env::var_os("TAMIS_HTTP_STATE") else {
        println!("TAMIS_HTTP_STATE is not set: the http-state cases did not run");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let latin1 = |text: &serde_json::Value| -> Vec<u8> {
        text.as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
    };
    let mut seen = 0;
    for case in document["entries"].as_array().unwrap() {
        let lines = case["set_cookie"].as_array().unwrap();
        for (line, stored) in lines.iter().zip(case["stored"].as_array().unwrap()) {
            let (id, line) = (&case["id"], latin1(line));
            let cookie = SetCookie::parse(&line);
            seen += 1;
            if stored.is_null() {
                assert!(cookie.refusal().is_some(), "{id}");
                continue;
            }
            let (name, value) = (latin1(&stored["name"]), latin1(&stored["value"]));
            assert_eq!((cookie.name(), cookie.value()), (name.as_slice(), value.as_slice()), "{id}");
            // The cases keep nameless cookies, tamis does not.
            assert_eq!(cookie.refusal(), name.is_empty().then_some(Refusal::Nameless), "{id}");
            let attribute = |name: &str| stored["attrs"].get(name).map(latin1);
            let (domain, path) = (attribute("domain"), attribute("path"));
            let domain =
                domain.as_deref().map(|d| d.strip_prefix(b".").unwrap_or(d)).filter(|d| !d.is_empty());
            assert_eq!(cookie.domain(), domain, "{id}");
            assert_eq!(cookie.path(), path.as_deref().filter(|path| path.starts_with(b"/")), "{id}");
            assert_eq!(cookie.secure(), attribute("secure").is_some(), "{id}");
            assert_eq!(cookie.expires(), attribute("expires").and_then(|text| date(&text)), "{id}");
            let max_age = attribute("max-age").and_then(|text| std::str::from_utf8(&text).ok()?.parse().ok());
            assert_eq!(cookie.max_age(), max_age, "{id}");
        }
    }
    assert!(seen > 100, "{seen} lines");
}

/// Octets that meet the grammar's corners often.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let corner = prop::sample::select(b";;;==  \t\",aA_-0\0\n\x7f\xe9".to_vec());
    let word = prop::sample::select(vec![
        "Path=/",
        "Max-Age=0",
        "Max-Age=-",
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "domain=.x",
        "__Host-",
        "Secure",
    ]);
    let piece = prop_oneof![
        corner.prop_map(|octet| vec![octet]),
        word.prop_map(|word| word.as_bytes().to_vec()),
        any::<u8>().prop_map(|octet| vec![octet]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn what_others_read_within_a_value() {
    let names = |field: &'static str| -> Vec<&'static [u8]> {
        let mut found = readings(field.as_bytes());
        found.retain(|reading| !reading.blunt);
        found.sort_by_key(|reading| (reading.at, reading.name));
        found.dedup();
        found.iter().map(|reading| reading.name).collect()
    };
    assert_eq!(names("a=1 b=2"), [b"a", b"b"]);
    // aiohttp: a quote that closes where no pair may end is none, and white space ends what it began.
    assert_eq!(names("a=\"1 b=2\"x; c=3"), [b"a", b"b", b"c"]);
    assert_eq!(names("a= \"1 b=2\"x"), [b"a", b"b"]);
    assert_eq!(names("a=\"1 b=2\""), [b"a"]);
    // … and white space of Unicode around a name that it would not take otherwise is no part of it.
    assert_eq!(names("a=1 \u{a0}b=2; c=3"), [b"a", b"b", b"c"]);
    assert_eq!(names("a=1 \u{e9}b=2"), [b"a"]);
}

/// What is spelled as nearly every server spells it is read by a short cut, which means the same.
#[test]
fn attributes_mean_the_same_however_they_are_spelled() {
    let attributes = [
        ("Path", "=/p"),
        ("Domain", "=x.test"),
        ("Max-Age", "=9"),
        ("Expires", "=Thu, 01 Jan 2030 00:00:00 GMT"),
        ("SameSite", "=Lax"),
        ("Secure", ""),
        ("HttpOnly", ""),
        ("Partitioned", ""),
    ];
    for (name, value) in attributes {
        let usual = account(format!("a=1; {name}{value}").as_bytes());
        assert!(usual.len() > "a=1 | ".len(), "{name} counts");
        for name in [name.to_owned(), name.to_ascii_lowercase(), name.to_ascii_uppercase()] {
            for line in [
                format!("a=1;{name}{value}"),
                format!("a=1;  {name}{value} "),
                format!("a=1;\t{name} {}; x", value.replacen('=', "= ", 1)),
                format!("a=1; {name}{value};"),
            ] {
                assert_eq!(account(line.as_bytes()), usual, "{line:?}");
            }
        }
        assert_eq!(account(format!("a=1; {name}s{value}").as_bytes()), "a=1", "{name}");
    }
}

#[test]
fn names_that_servers_trim_to_others_are_disguised() {
    let disguised: [&[u8]; 9] = [
        "\u{a0}a".as_bytes(),
        "a\u{a0}".as_bytes(),
        "\u{2003}a".as_bytes(),
        "a\u{feff}".as_bytes(),
        "\u{feff}é".as_bytes(),
        b"\xa0a",
        b"a\xa0",
        b"\x85\xe9",
        b"\xe9\xa0",
    ];
    for name in disguised {
        assert!(is_disguised(name), "{}", name.escape_ascii());
    }
    let plain: [&[u8]; 8] = [
        b"",
        b"a",
        "é".as_bytes(),
        "éa".as_bytes(),
        "aé".as_bytes(),
        "a\u{a0}b".as_bytes(),
        b"\xe9",
        b"a\xff",
    ];
    for name in plain {
        assert!(!is_disguised(name), "{}", name.escape_ascii());
    }
}

#[test]
fn what_gives_cause_to_read_a_field_again() {
    for field in ["", "a=1", "a=1; b=2", "a=1;b=2", "a=1; ", "=;a"] {
        assert!(reads_alike(field.as_bytes()), "{field:?}");
    }
    for field in [
        "a=1 b=2",
        "a=1,b=2",
        "a=\"1\"",
        " a=1",
        "\ta=1",
        "a=1;  b=2",
        "a=1;\tb=2",
        "a=1 ;b=2",
        "a=1; b ",
        "a\u{7f}",
    ] {
        assert!(!reads_alike(field.as_bytes()), "{field:?}");
    }
}

/// Each name that any reader finds, in their order and once.
#[test]
fn readings_of_all_readers() {
    let sharp = READINGS.iter().map(|row| (row, false));
    for ((field, expected), blunt) in sharp.chain(WORDS.iter().map(|row| (row, true))) {
        let mut found = readings(field.as_bytes());
        found.retain(|reading| reading.blunt == blunt);
        let mut names: Vec<(usize, String)> =
            found.iter().map(|r| (r.at, r.name.escape_ascii().to_string())).collect();
        names.sort_unstable();
        names.dedup();
        let names: Vec<String> = names.iter().map(|(at, name)| format!("{at}:{name}")).collect();
        assert_eq!(names.join(" "), *expected, "{field:?}");
    }
}

const READINGS: &[(&str, &str)] = &[
    ("", ""),
    ("a", ""),
    ("a=1", "0:a"),
    ("a=1; b=2", "0:a 5:b"),
    ("a=1 b=2", "0:a 4:b"),
    ("a=1\tb = 2;c=3", "0:a 4:b 10:c"),
    ("a=1,b=2", "0:a 4:b"),
    ("a=1, b=2; c", "0:a 5:b"),
    ("a=\"1; b=2\"; c=3", "0:a 6:b 12:c"),
    ("a=\"1\\\"; b=2\"; c=3", "0:a 8:b 14:c"),
    ("a=\"1, b=2", "0:a 6:b"),
    ("a=\"1 b=2; c=3", "0:a 10:c"),
    ("a=\"1\"b=2", "0:a 5:b"),
    ("=a=1", "0:=a"),
    ("a==b=1", "0:a"),
    ("=a =\"1\"; =c=2", "0:=a 9:=c"),
    ("a=b\"x\"; c=3", "0:a 8:c"),
    ("a= b=2\"", "0:a 3:b"),
    ("a=1; \u{e9},b=2", "0:a 5:\\xc3\\xa9,b 8:b"),
    ("a=\"1; \u{e9},b=2", "0:a 9:b"),
    ("a=\"1; b,c=2", "0:a 6:b,c 8:c"),
    ("a=\"x\u{e9} b=2\"c=3", "0:a 7:b 11:c"),
    ("x y=1", "0:x y 2:y"),
    ("a[0]=1; b=2", "0:a[0] 8:b"),
    ("\u{e9}=1; a=2", "0:\\xc3\\xa9 6:a"),
    ("a=\u{e9} b=2", "0:a"),
    ("a = 1 ; b= 2", "0:a 8:b"),
    ("a\"b=1; c=2", "7:c"),
    ("a=1;; b=2,,c=3", "0:a 6:b 11:c"),
    ("$Version=1; a=\"x\"; $Path=/", "0:$Version 12:a 19:$Path"),
];

/// What only those find who heed no quotes.
const WORDS: &[(&str, &str)] = &[
    ("", ""),
    ("a", ""),
    ("a=1; b=2", "0:a 5:b"),
    ("a=\"x b=2\"", "0:a 5:b"),
    ("a=\" b=2", "0:a 4:b"),
    ("a=\"\\\" b = 2", "0:a 6:b"),
    ("a=\u{e9} b=2", "0:a 5:b"),
    ("a=/,\"b=2", "0:a 5:b"),
    ("a=, /\"[b=2", "0:a 7:b"),
    ("a= b=2", "0:a 3:b"),
    ("a=\"/?b=2&c=3\"", "0:a"),
    ("a={\"u\": \"/?q=a b&c=d\"}", "0:a 11:q 15:b&c"),
    (" =b; ,=c \"=", ""),
    ("a=\"\\\"b=1", "0:a 5:b"),
    ("a=\"\"\"b=1", "0:a 4:\\\"b 5:b"),
    ("a=\"1 c=2\\\"\u{a0}b=1", "0:a 5:c 12:b"),
];

#[test]
fn a_date_is_its_parts_in_their_order() {
    // The first token that can be a month is the month.
    assert_eq!(date(b"Jan, 01 Feb 2000 00:00:00 GMT"), date(b"Sat, 01 Jan 2000 00:00:00 GMT"));
}

#[test]
fn a_date_ends_at_its_semicolon_however_long_it_is() {
    // As many octets as a date has lie between the two ends.
    let line = b"a=1; Expires=0; Secure; Path=/aaaaaaaaaaaa; HttpOnly";
    assert_eq!(account(line), account(b"a=1; Secure; Path=/aaaaaaaaaaaa; HttpOnly"));
    let line = b"a=1; Expires=Thu, 01 Jan 2030 00:00:00 GMT+0; Secure";
    assert_eq!(account(line), account(b"a=1; expires = Thu, 01 Jan 2030 00:00:00 GMT; Secure"));
}

/// For some browsers the last of a name counts though it can't be read.
#[test]
fn what_is_too_long_to_be_read_makes_no_deletion() {
    let long = "0".repeat(1025);
    for (line, deletes) in [
        ("a=1; Max-Age=0".to_owned(), true),
        (format!("a=1; Max-Age=0; Max-Age={long}"), false),
        (format!("a=1; Max-Age={long}; Max-Age=0"), true),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT".to_owned(), true),
        (format!("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires={long}"), false),
        (format!("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age={long}"), false),
    ] {
        assert_eq!(
            SetCookie::parse(line.as_bytes()).is_deletion(NOW),
            deletes,
            "{}",
            line.get(..40).unwrap_or(&line)
        );
    }
}

proptest! {
    #[test]
    fn parsing_never_panics_and_keeps_every_octet(line in octets(), now in any::<i64>()) {
        let cookie = SetCookie::parse(&line);
        prop_assert_eq!(cookie.raw(), line.as_slice());
        cookie.is_deletion(now);
        let mut again = line.split(|b| *b == b';').next().unwrap().to_vec();
        for attribute in cookie.attributes() {
            again.push(b';');
            again.extend_from_slice(attribute.raw());
        }
        prop_assert_eq!(again, line);
    }

    #[test]
    fn pairs_are_chosen_by_the_first_octet_of_their_names(field in octets()) {
        for first in [b'a', b'=', b'"', 0xC3] {
            let chosen: Vec<_> = pairs_beginning(&field, |octet| octet == first).collect();
            let all: Vec<_> = pairs(&field).filter(|pair| pair.raw().first() == Some(&first)).collect();
            prop_assert_eq!(chosen, all);
        }
    }

    #[test]
    fn pairs_are_those_of_a_naive_split(field in octets()) {
        let wsp = |b: &u8| *b == b' ' || *b == b'\t';
        let naive: Vec<Vec<u8>> = field
            .split(|b| *b == b';')
            .map(|s| s.iter().copied().skip_while(wsp).collect::<Vec<u8>>())
            .map(|mut s| { while s.last().is_some_and(wsp) { s.pop(); } s })
            .filter(|s| !s.is_empty())
            .collect();
        let read: Vec<Vec<u8>> = pairs(&field).map(|pair| pair.raw().to_vec()).collect();
        prop_assert_eq!(&read, &naive);
        // Written as browsers write them, they read the same again.
        let joined = read.join(b"; ".as_slice());
        let again: Vec<Vec<u8>> = pairs(&joined).map(|pair| pair.raw().to_vec()).collect();
        prop_assert_eq!(again, naive);
    }

    #[test]
    fn a_browsers_own_field_is_kept_byte_for_byte(
        written in prop::collection::vec(("[!-:<>-~]{1,8}", "[!-:<-~]{0,8}"), 1..8),
    ) {
        let field = written.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        let kept: Vec<&[u8]> = pairs(field.as_bytes()).map(|pair| pair.raw()).collect();
        prop_assert_eq!(kept.join(b"; ".as_slice()), field.as_bytes());
        for (pair, (name, value)) in pairs(field.as_bytes()).zip(&written) {
            prop_assert_eq!((pair.name(), pair.value()), (name.as_bytes(), value.as_bytes()));
        }
    }

    #[test]
    fn dates_of_any_octets_never_panic(text in prop::collection::vec(any::<u8>(), 0..60)) {
        date(&text);
    }

    #[test]
    fn dates_as_servers_write_them(seconds in -11_644_473_600_i64..253_402_300_800) {
        let time = jiff::Timestamp::from_second(seconds).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        for format in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
            let text = time.strftime(format).to_string();
            prop_assert_eq!(date(text.as_bytes()), Some(seconds), "{}", text);
        }
    }
}
