//! Answers in one piece, in two at every place, and octet by octet: always the same.

use http::Method;

use super::kit::{Seen, exchange, flaw, run};
use crate::upstream::{Fault, Flaw};

/// Answers that are whole: method, octets, content, whether the connection may be kept.
const WHOLE: &[(&str, &str, &str, bool)] = &[
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello", "hello", true),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello", "hello", true),
    ("GET", "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", "", true),
    ("GET", "HTTP/1.1 299 Own Words\r\nContent-Length: 1 \t\r\n\r\nx", "x", true),
    ("GET", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok", true),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", true),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\n", "x", true),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n000A;a=\"b\"\r\n0123456789\r\n1 \r\nx\r\n0;e\r\nSum: 1\r\nT: u\r\n\r\n",
        "0123456789x",
        true,
    ),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "x",
        false,
    ),
    ("GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", false),
    ("GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", false),
    ("GET", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", "ok", true),
    ("GET", "HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 2\r\n\r\nok", "ok", false),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "", true),
    ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", true),
    ("GET", "HTTP/1.1 204 No Content\r\n\r\n", "", true),
    ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "", true),
    (
        "GET",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        "x",
        true,
    ),
];

fn method(word: &str) -> Method {
    Method::from_bytes(word.as_bytes()).unwrap()
}

fn seen(word: &str, pieces: &[&[u8]], closes: bool) -> Seen {
    run(exchange(method(word), pieces, closes)).unwrap()
}

#[test]
fn whole_answers_are_the_same_in_all_pieces() {
    for (word, answer, content, kept) in WHOLE {
        let closes = answer.ends_with("until the end");
        let octets = answer.as_bytes();
        let whole = seen(word, &[octets], closes);
        assert_eq!((&*whole.content, &whole.fault), (content.as_bytes(), &None), "{answer:?}");
        assert_eq!(whole.kept, *kept, "{answer:?}");
        for at in 1..octets.len() {
            let (first, second) = octets.split_at(at);
            assert_eq!(seen(word, &[first, second], closes), whole, "{answer:?} at {at}");
        }
        let single: Vec<&[u8]> = octets.chunks(1).collect();
        assert_eq!(seen(word, &single, closes), whole, "{answer:?}");
    }
}

#[test]
fn what_breaks_off_is_never_whole() {
    for (word, answer, content, _) in WHOLE.iter().filter(|(_, answer, ..)| !answer.ends_with("the end")) {
        for at in 0..answer.len() {
            let part = &answer.as_bytes()[..at];
            match run(exchange(method(word), &[part], true)) {
                Err(Fault::Closed) => {}
                Ok(seen) => {
                    assert!(seen.fault.is_some(), "{answer:?} until {at}");
                    assert!(content.as_bytes().starts_with(&seen.content) && !seen.kept);
                }
                other => panic!("{other:?} of {answer:?} until {at}"),
            }
        }
    }
}

#[test]
fn what_follows_an_answer_ends_its_connection() {
    for (word, answer, content, kept) in WHOLE.iter().filter(|row| row.3) {
        for stray in ["x", "\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
            let octets = format!("{answer}{stray}");
            let seen = seen(word, &[octets.as_bytes()], false);
            assert_eq!((&*seen.content, seen.fault), (content.as_bytes(), None), "{octets:?}");
            assert!(*kept && !seen.kept, "{octets:?}");
        }
    }
}

#[test]
fn heads_that_are_none_are_refused() {
    let long = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;{}", "x".repeat(5000));
    let table: &[(&str, Flaw)] = &[
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/2.0 200 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.2 200 OK\r\n\r\n", Flaw::StatusLine),
        ("http/1.1 200 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1  200 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1 20 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1 2000 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1 099 OK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1 200 O\rK\r\n\r\n", Flaw::StatusLine),
        ("HTTP/1.1 200 O\0K\r\n\r\n", Flaw::StatusLine),
        ("SSH-2.0-x", Flaw::StatusLine),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\n: empty\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\n A: b\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\nA: b\r\n\tfolded\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n", Flaw::FieldName),
        ("HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", Flaw::FieldValue),
        ("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", Flaw::FieldValue),
        ("HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n", Flaw::FieldValue),
        ("HTTP/1.1 200 OK\r\nSet-Cookie: b\rc\r\n\r\n", Flaw::FieldValue),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", Flaw::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nxx", Flaw::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", Flaw::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", Flaw::Length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\nx", Flaw::Length),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Flaw::OldCoding),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\nx\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 a\r\nx\r\n", Flaw::Chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000001\r\nx\r\n", Flaw::Chunk),
        (&long, Flaw::Chunk),
    ];
    for (answer, expected) in table {
        assert_eq!(flaw(answer.as_bytes()), Some(*expected), "{answer:?}");
    }
    let many = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(17) + "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(flaw(many.as_bytes()), Some(Flaw::Informational));
}

#[test]
fn codings_that_are_not_undone_are_refused() {
    for coding in ["gzip", "gzip, chunked", "chunked, chunked", "", "chunked\r\nTransfer-Encoding: chunked"] {
        let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n");
        let refused = run(exchange(Method::GET, &[answer.as_bytes()], true));
        assert!(matches!(refused, Err(Fault::Coding)), "{coding:?} {refused:?}");
    }
}

#[test]
fn heads_and_trailers_are_bounded() {
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let head = |fields: String| format!("HTTP/1.1 204 No Content\r\n{fields}\r\n");
    let trailers =
        |fields: String| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{fields}\r\n");
    let behind_data = |fields: String| trailers(fields).replace("\r\n\r\n0\r\n", "\r\n\r\n1\r\nx\r\n0\r\n");
    let large = |length: usize| format!("X: {}\r\n", "y".repeat(length));
    for (answer, fits) in [
        (head(many(20)), true),
        (head(many(21)), false),
        (head(large(8000)), true),
        (head(large(8200)), false),
        (trailers(many(20)), true),
        (trailers(many(22)), false),
        (trailers(large(8200)), false),
        (behind_data(many(20)), true),
        (behind_data(many(22)), false),
        (behind_data(large(8200)), false),
    ] {
        let seen = run(exchange(Method::GET, &[answer.as_bytes()], true));
        let refused = match seen {
            Ok(seen) => seen.fault.is_some(),
            Err(fault) => matches!(fault, Fault::Large),
        };
        assert_eq!(!refused, fits, "{:?}", &answer[..60]);
    }
}

#[test]
fn a_fault_behind_data_comes_after_it() {
    for bad in [
        "zz\r\n",
        "5\r\nhellox",
        "5\r\nhellox\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n{bad}");
        let seen = seen("GET", &[answer.as_bytes()], true);
        assert!(seen.content.starts_with(b"ok") && seen.fault.is_some() && !seen.kept, "{bad:?} {seen:?}");
    }
}

#[test]
fn a_cookie_with_a_control_character_is_dropped_alone() {
    let answer = "HTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\nSet-Cookie: b=\u{1}\r\nset-cookie: c=\0; d\r\nSet-Cookie: e=2\r\n\r\n";
    let seen = seen("GET", &[answer.as_bytes()], false);
    let cookies: Vec<_> = seen.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "e=2"]);
}

#[test]
fn trailers_are_passed_on() {
    let answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nSum: 1\r\nSum: 2\r\n\r\n";
    let seen = seen("GET", &[answer.as_bytes()], false);
    let trailers = seen.trailers.unwrap();
    assert_eq!(trailers.get_all("sum").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert!(seen.kept);
}
