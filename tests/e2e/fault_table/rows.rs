//! What else can go wrong: a row each, over one or several protocols.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use super::case::Over::{Http2, Http2Tls, Plain, Tls};
use super::case::{Ask, Case, Gets, Over, Play};
use super::streams;
use crate::kit::{Visit, padded, page};

/// A row of the page.
pub(super) struct Row {
    pub(super) fault: &'static str,
    pub(super) over: &'static [Over],
    pub(super) ask: Ask,
    pub(super) kept: bool,
    pub(super) gets: Gets,
    pub(super) heard: usize,
    pub(super) log: &'static str,
    pub(super) play: Play,
}

const LINES: &[Over] = &[Plain, Tls];
pub(super) const FRAMES: &[Over] = &[Http2, Http2Tls];

pub(super) const OWN_LOG: &str = "its own log should say why";
const NOT_HTTP: &str = "is not HTTP/1.1 as it must be";
pub(super) const LARGE: &str = "`limits.head`";
pub(super) const SLOW: &str = "`times.answer`";
pub(super) const CUT: &str = "the user agent sees it truncated";

pub(super) const NO_ANSWER: Gets = Gets::Error(502, "no-answer");
const MALFORMED: Gets = Gets::Error(502, "not-http");

pub(super) fn rows() -> Vec<Row> {
    let mut rows = connections();
    rows.extend(idle());
    rows.extend(kept());
    rows.extend(uploads());
    rows.extend(malformed());
    rows.extend(streams::rows());
    rows
}

pub(super) fn cases() -> Vec<Case> {
    let case = |row: &Row, over: Over| Case {
        name: format!("{} ({})", row.fault, over.word()),
        over,
        ask: row.ask,
        gets: row.gets,
        heard: row.heard,
        kept: row.kept,
        log: row.log,
        stalls: row.log == SLOW || row.fault.starts_with("stalls"),
        play: row.play.clone(),
    };
    rows().iter().flat_map(|row| row.over.iter().map(|over| case(row, *over)).collect::<Vec<_>>()).collect()
}

/// A GET on a new connection.
pub(super) fn get(
    fault: &'static str,
    over: &'static [Over],
    (gets, log): (Gets, &'static str),
    play: Play,
) -> Row {
    Row { fault, over, ask: Ask::Get, kept: false, gets, heard: 1, log, play }
}

/// The origin server answers with these octets and closes.
fn says(octets: impl Into<String>) -> Play {
    let octets = octets.into();
    Play::Request(Arc::new(move |visit, _| visit.send(&octets)))
}

/// At the connection.
fn connections() -> Vec<Row> {
    let refused = (Gets::Error(503, "connect"), "check that the origin server runs and listens there");
    let slow = (Gets::Error(504, "connect-timeout"), "a firewall");
    let tls = (Gets::Error(502, "tls"), "no TLS with");
    let plain = (Gets::Error(502, "tls"), "if it speaks plain HTTP, write `http://`");
    let rows = vec![
        get("refuses connections, and comes back", &[Plain], refused, Play::Refusal),
        get("takes no connection, and comes back", &[Plain], slow, Play::Deaf),
        get("says nothing in the handshake of TLS", &[Tls, Http2Tls], slow, Play::Connection(waits)),
        get("closes in the handshake of TLS", &[Tls, Http2Tls], tls, Play::Connection(reads)),
        get("resets in the handshake of TLS", &[Tls, Http2Tls], tls, Play::Connection(resets)),
        get(
            "speaks plain HTTP where TLS is expected",
            &[Tls, Http2Tls],
            plain,
            Play::Connection(speaks_plainly),
        ),
        get("refuses the handshake with an alert", &[Tls, Http2Tls], tls, Play::Connection(alerts)),
    ];
    // Nothing is heard of the request itself.
    rows.into_iter().map(|row| Row { heard: 0, ..row }).collect()
}

fn reads(mut stream: &TcpStream) {
    let mut octets = [0; 16 * 1024];
    let _ = stream.read(&mut octets);
}

fn waits(stream: &TcpStream) {
    // The greeting, and then the end.
    reads(stream);
    reads(stream);
}

fn resets(stream: &TcpStream) {
    reads(stream);
    socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
}

fn speaks_plainly(mut stream: &TcpStream) {
    reads(stream);
    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

fn alerts(mut stream: &TcpStream) {
    reads(stream);
    // handshake_failure (RFC 8446 6).
    let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 40]);
}

/// On a connection that lies idle.
fn idle() -> Vec<Row> {
    let row = |fault, over, ask, spoil| Row {
        fault,
        over,
        ask,
        kept: true,
        gets: Gets::Page,
        heard: 1,
        log: "",
        play: Play::Idle(spoil),
    };
    let closes: fn(&mut Visit) = |visit| visit.wire.finish();
    let drops: fn(&mut Visit) = |_| {};
    let resets: fn(&mut Visit) = |visit| visit.wire.will_reset();
    let times_out: fn(&mut Visit) =
        |visit| visit.send("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let speaks: fn(&mut Visit) = |visit| {
        visit.send(&page(&["X-Stray: 1"]));
        visit.wire.rest();
    };
    vec![
        row("closes an idle connection", &[Plain, Tls, Http2, Http2Tls], Ask::Get, closes),
        row("closes an idle connection before a POST", &[Plain, Tls, Http2, Http2Tls], Ask::Post, closes),
        row("ends TCP of an idle connection without `close_notify`", &[Tls, Http2Tls], Ask::Post, drops),
        row("resets an idle connection", &[Plain, Tls, Http2, Http2Tls], Ask::Get, resets),
        row("resets an idle connection before a POST", &[Plain, Tls, Http2, Http2Tls], Ask::Post, resets),
        row("says 408 unasked on an idle connection and closes", LINES, Ask::Get, times_out),
        row("says 408 unasked before a POST", LINES, Ask::Post, times_out),
        row("says something unasked on an idle connection", LINES, Ask::Get, speaks),
        row("says something unasked before a POST", LINES, Ask::Post, speaks),
    ]
}

/// On a connection that was kept, at its second request.
fn kept() -> Vec<Row> {
    let row = |fault, ask, (gets, heard): (Gets, usize), play| {
        let log = if gets == Gets::Page { "" } else { OWN_LOG };
        Row { fault, over: LINES, ask, kept: true, gets, heard, log, play }
    };
    let dies = |stop: fn(&mut Visit), times: usize| {
        Play::Request(Arc::new(move |visit: &mut Visit, before| match before < times {
            true => stop(visit),
            false => {
                visit.send(&page(&[]));
                visit.answers(&page(&[]));
            }
        }))
    };
    let closes: fn(&mut Visit) = |visit| visit.wire.finish();
    let resets: fn(&mut Visit) = |visit| visit.wire.will_reset();
    let speaks: fn(&mut Visit) = |visit| visit.send("H");
    vec![
        row("closes a kept connection at a GET", Ask::Get, (Gets::Page, 2), dies(closes, 1)),
        row("resets a kept connection at a GET", Ask::Get, (Gets::Page, 2), dies(resets, 1)),
        row("closes a kept connection at a POST", Ask::Post, (NO_ANSWER, 1), dies(closes, 1)),
        row("resets a kept connection at a POST", Ask::Post, (NO_ANSWER, 1), dies(resets, 1)),
        row("closes a kept connection and the next one at a GET", Ask::Get, (NO_ANSWER, 2), dies(closes, 2)),
        row(
            "closes a kept connection after one octet of an answer",
            Ask::Get,
            (NO_ANSWER, 1),
            dies(speaks, 1),
        ),
        Row {
            gets: Gets::Error(504, "slow-answer"),
            log: SLOW,
            ..row(
                "says nothing on a kept connection",
                Ask::Get,
                (NO_ANSWER, 1),
                dies(|visit| visit.wire.silent(), 1),
            )
        },
    ]
}

/// While content is on its way to it.
fn uploads() -> Vec<Row> {
    let row = |fault, ask, gets, log, play| Row { ask, ..get(fault, LINES, (gets, log), play) };
    let too_large = "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno";
    vec![
        row("closes at a POST", Ask::Post, NO_ANSWER, OWN_LOG, says("")),
        row(
            "answers before it has read an upload, and closes",
            Ask::Upload,
            Gets::Answer(413),
            "",
            says(too_large),
        ),
        row(
            "answers before it has read an upload, and reads on",
            Ask::Upload,
            Gets::Answer(413),
            "",
            Play::Request(Arc::new(move |visit, _| {
                visit.send(too_large);
                visit.wire.rest();
            })),
        ),
        row("closes while it is sent an upload", Ask::Upload, NO_ANSWER, OWN_LOG, says("")),
        row(
            "resets while it is sent an upload",
            Ask::Upload,
            NO_ANSWER,
            OWN_LOG,
            Play::Request(Arc::new(|visit, _| visit.wire.will_reset())),
        ),
        row(
            "takes nothing of an upload",
            Ask::Upload,
            Gets::Error(504, "slow-answer"),
            SLOW,
            Play::Request(Arc::new(|_, _| for_ever())),
        ),
    ]
}

/// Answers that are none, too large, or more than one.
#[expect(clippy::too_many_lines, reason = "a table")]
fn malformed() -> Vec<Row> {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let many: String = (0..256).map(|n| format!("X-{n}: y\r\n")).collect();
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(17);
    let error = |kind, log| (Gets::Error(502, kind), log);
    vec![
        get("answers in another protocol", LINES, (MALFORMED, NOT_HTTP), says("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
        get(
            "answers without a head, as HTTP/0.9 did",
            LINES,
            (MALFORMED, NOT_HTTP),
            says("<p>Hello</p>\r\n\r\n"),
        ),
        get(
            "answers with a TLS alert where plain HTTP is expected",
            &[Plain],
            (MALFORMED, "write `https://` in `upstream`"),
            says("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{32}"),
        ),
        get(
            "answers in HTTP/2 where HTTP/1.1 is expected",
            LINES,
            (MALFORMED, NOT_HTTP),
            says("\0\0\0\u{4}\0\0\0\0\0\0\0\u{8}\u{7}\0\0\0\0\0\0\0\0\0\0\0\0\u{1}"),
        ),
        get(
            "answers with a status of four digits",
            LINES,
            (MALFORMED, NOT_HTTP),
            says("HTTP/1.1 2000 OK\r\n\r\n"),
        ),
        get("answers with a line that is no field", LINES, (MALFORMED, NOT_HTTP), says(page(&["no colon"]))),
        get("answers with NUL in a field", LINES, (MALFORMED, NOT_HTTP), says(page(&["X: a\0b"]))),
        get("answers with two lengths", LINES, (MALFORMED, NOT_HTTP), says(page(&["Content-Length: 3"]))),
        get(
            "begins its chunks with something else",
            LINES,
            (MALFORMED, NOT_HTTP),
            says(format!("{chunked}zz\r\n")),
        ),
        get(
            "goes on after a chunk with something else",
            LINES,
            (Gets::Cut, CUT),
            says(format!("{chunked}4\r\nhalf\r\nzz\r\n")),
        ),
        get(
            "puts more octets into a chunk than announced",
            LINES,
            (Gets::Cut, CUT),
            says(format!("{chunked}4\r\nhalf and more\r\n0\r\n\r\n")),
        ),
        get(
            "answers in a coding that nobody asked for",
            LINES,
            error("answer-coding", "transfer coding other than chunked"),
            says("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ),
        get(
            "switches protocols unasked",
            LINES,
            error("unasked-101", "switched protocols"),
            says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        ),
        get(
            "answers with a head that is too large",
            LINES,
            error("large-answer", LARGE),
            says(page(&[padded("X", 70_000).trim_end()])),
        ),
        get(
            "answers with a head that has no end",
            LINES,
            error("large-answer", LARGE),
            says(format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100_000))),
        ),
        get(
            "answers with too many fields",
            LINES,
            error("large-answer", LARGE),
            says(page(&[many.trim_end()])),
        ),
        get(
            "answers 103 again and again",
            LINES,
            (MALFORMED, NOT_HTTP),
            says(format!("{hints}{}", page(&[]))),
        ),
        get(
            "sends a second answer behind the first",
            LINES,
            (Gets::Page, ""),
            says(format!("{}{}", page(&[]), page(&["X-Stray: 1"]))),
        ),
        get(
            "sends octets behind an answer in chunks",
            LINES,
            (Gets::Answer(200), ""),
            says(format!("{chunked}4\r\nhalf\r\n0\r\n\r\nstray")),
        ),
    ]
}

/// Holds the connection as it is until the end of the test.
pub(super) fn for_ever() -> ! {
    loop {
        std::thread::park();
    }
}
