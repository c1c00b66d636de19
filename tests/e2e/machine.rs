//! What the machine does to the gateway: the resolver changes its mind, the clock jumps.
//!
//! The built gateway runs in a mount namespace of its own, with its own `/etc/hosts` (`unshare`, which root may), or under
//! libfaketime, which moves the time of day alone: monotonic time goes on, as where somebody sets the clock.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::kit::{Folder, Gate, PATIENCE, Process, Setup, answering, origin, page};

/// An origin server that says who it is, at an address of this machine's own network.
fn named(name: &str) -> crate::kit::Origin {
    answering(&page(&[&format!("X-Name: {name}")]))
}

#[test]
#[ignore = "needs root: tests/run machine"]
fn a_name_that_fails_keeps_its_address_and_one_that_moves_is_followed() {
    let first = named("first");
    let port = first.address.port();
    let second = crate::kit::origin_at(([127, 0, 0, 2], port).into(), |visit| {
        visit.answers(&page(&["X-Name: second"]));
    });
    let folder = Folder::new();
    let upstream = format!("{{url: \"http://app.tamis.test:{port}\", resolve: 100ms}}");
    Setup::to("").upstream(&upstream).top("times: {connect: 2s}").write(&folder);
    // Written in its place: the file is bound over the system's.
    let hosts = |lines: &str| fs::write(folder.at("hosts"), format!("127.0.0.1 localhost\n{lines}")).unwrap();
    hosts("");
    fs::write(folder.at("nsswitch.conf"), "hosts: files\n").unwrap();
    let bind = |name: &str| format!("mount --bind {} /etc/{name}", folder.at(name).display());
    let words = format!(
        "if [ -z \"$APART\" ]; then APART=1 exec unshare --mount sh -c '{} && {} && exec \"$0\" \"$@\"' \"$0\" \"$@\"; fi",
        bind("hosts"),
        bind("nsswitch.conf")
    );
    let process = Process::start_after(&words, &folder.at("tamis.yaml"));
    // Nobody knows the name.
    let answer = process.agent().get(&[]);
    assert_eq!(answer.status(), 503);
    assert!(answer.text().contains("can't be found"), "{}", answer.text());
    process.logged_with(&["exchange failed", "kind=\"resolve\"", "check the name in `upstream`"]);
    // It comes.
    hosts("127.0.0.1 app.tamis.test\n");
    process.logged("the name has addresses again");
    let mut agent = process.agent();
    let who = |agent: &mut crate::kit::Agent| agent.get(&[]).value("x-name");
    assert_eq!(who(&mut agent), "first");
    // It is lost: its last address is used on, also for new connections, and that is told once.
    hosts("");
    let told = process.logged_with(&["the name can't be resolved", "its last addresses are used on"]);
    assert!(told.contains("WARN"), "{told}");
    for _ in 0..3 {
        assert_eq!((who(&mut agent), who(&mut process.agent())), ("first".to_owned(), "first".to_owned()));
    }
    assert_eq!(process.count("its last addresses are used on"), 1);
    // It comes back elsewhere.
    hosts("127.0.0.2 app.tamis.test\n");
    let begun = std::time::Instant::now();
    while who(&mut agent) != "second" {
        assert!(begun.elapsed() < PATIENCE, "{}", process.log());
    }
    assert_eq!(who(&mut process.agent()), "second");
    drop((first, second));
    assert_eq!(process.stop(), Some(0));
}

/// How far the gateway's clock is moved, in days.
const JUMPS: [i64; 4] = [400, -400, 3650, 0];
const DAY: i64 = 86_400;

#[test]
#[ignore = "needs libfaketime: tests/run machine"]
fn a_clock_that_jumps_closes_nothing_and_hangs_nothing() {
    let library = std::env::var("TAMIS_FAKETIME").expect("TAMIS_FAKETIME: where libfaketimeMT.so.1 is");
    let more: Vec<Gate> = JUMPS.iter().map(|_| Gate::default()).collect();
    let origin = {
        let more = more.clone();
        origin(move |visit| {
            while let Some(request) = visit.request() {
                if !request.start().starts_with("GET /stream ") {
                    visit.send(&page(&[]));
                    continue;
                }
                visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
                for gate in &more {
                    gate.wait();
                    visit.send("1\r\nx\r\n");
                }
                visit.send("0\r\n\r\n");
            }
        })
    };
    let folder = Folder::new();
    let set = |days: i64| fs::write(folder.at("clock"), format!("{days:+}d\n")).unwrap();
    set(0);
    Setup::new(&origin).write(&folder);
    let words = format!(
        "export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={} FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1",
        folder.at("clock").display()
    );
    let process = Process::start_after(&words, &folder.at("tamis.yaml"));
    let (mut streaming, mut kept) = (process.agent(), process.agent());
    streaming.ask("GET /stream", &[]);
    streaming.head();
    assert_eq!(streaming.wire.take(6), b"1\r\nx\r\n");
    assert_eq!(kept.get(&[]).status(), 200);
    let mut latest = 0;
    for (days, gate) in JUMPS.iter().zip(&more) {
        set(*days);
        assert_eq!(kept.get(&[]).status(), 200, "{days}: a connection that lay idle goes on");
        assert_eq!(process.agent().get(&[]).status(), 200, "{days}");
        gate.open();
        assert_eq!(streaming.wire.take(6), b"1\r\nx\r\n", "{days}: an answer goes on");
        let line = process.agent().request(&format!("GET /day/{days}"), &[]);
        assert_eq!(line.status(), 200);
        let told = process.logged_with(&["access:", &format!("path=\"/day/{days}\"")]);
        let time = told.split_whitespace().next().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
        let now =
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap_or(i64::MAX);
        assert!((time - now - days * DAY).abs() < DAY, "{days}: the log says {told}");
        // What hyper adds where the origin server says no Date follows a clock that goes on, not one that went back.
        latest = latest.max(*days);
        let date = jiff::fmt::rfc2822::parse(&line.value("date")).unwrap().timestamp().as_second();
        assert!((date - now - latest * DAY).abs() < DAY, "{days}: {}", line.value("date"));
    }
    assert_eq!(streaming.wire.take(5), b"0\r\n\r\n");
    assert_eq!(origin.connections(), 2, "nothing was closed behind either");
    assert!(process.count(" ERROR ") == 0 && process.count(" WARN ") == 0, "{}", process.log());
    assert_eq!(process.stop(), Some(0));
}
