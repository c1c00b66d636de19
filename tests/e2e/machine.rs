//! What the machine does to the gateway: the resolver changes its mind, the clock jumps, a disk is full.
//!
//! The built gateway runs in a mount namespace of its own, with its own `/etc/hosts` or a small disk (`unshare`, which root
//! may), or under libfaketime, which moves the time of day alone: monotonic time goes on, as where somebody sets the clock.

use std::fs;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::kit::{Agent, Folder, Gate, Message, PATIENCE, Process, Setup, answering, origin, page};

/// An origin server that says who it is, at an address of this machine's own network.
fn named(name: &str) -> crate::kit::Origin {
    answering(&page(&[&format!("X-Name: {name}")]))
}

/// Words of a shell that begins what follows in a mount namespace of its own, in which these have been said.
fn apart(mounts: &str) -> String {
    format!(
        "if [ -z \"$APART\" ]; then APART=1 exec unshare --mount sh -c '{mounts} && exec \"$0\" \"$@\"' \"$0\" \"$@\"; fi"
    )
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
    let words = apart(&format!("{} && {}", bind("hosts"), bind("nsswitch.conf")));
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
    let begun = Instant::now();
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
        // The origin server says no Date.
        let date = jiff::fmt::rfc2822::parse(&line.value("date")).unwrap().timestamp().as_second();
        assert!((date - now - days * DAY).abs() < DAY, "{days}: {}", line.value("date"));
    }
    assert_eq!(streaming.wire.take(5), b"0\r\n\r\n");
    assert_eq!(origin.connections(), 2, "nothing was closed behind either");
    assert!(process.count(" ERROR ") == 0 && process.count(" WARN ") == 0, "{}", process.log());
    assert_eq!(process.stop(), Some(0));
}

/// Sends a form of the banner; its answer.
fn choose(agent: &mut Agent, action: &str) -> Message {
    let form = format!("action={action}");
    let length = format!("Content-Length: {}", form.len());
    let kind = "Content-Type: application/x-www-form-urlencoded";
    agent.ask("POST /.tamis/consent", &["Sec-Fetch-Site: same-origin", kind, &length]);
    agent.send(&form);
    agent.answer()
}

/// The id of a choice's record.
fn id_of(answer: &Message) -> String {
    let cookies = answer.values("set-cookie");
    let choice = cookies.iter().find_map(|cookie| cookie.strip_prefix("tamis_choice=")).unwrap();
    let octets = URL_SAFE_NO_PAD.decode(choice.split('.').nth(1).unwrap()).unwrap();
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Agrees until an agreement is answered with this status; the ids of those that were taken.
fn agree_until(process: &Process, status: u16) -> Vec<String> {
    let (mut agent, mut taken) = (process.agent(), Vec::new());
    let begun = Instant::now();
    loop {
        let answer = choose(&mut agent, "accept-all");
        match answer.status() {
            303 => taken.push(id_of(&answer)),
            503 => {
                assert!(!answer.has("set-cookie") && answer.text().contains("Your agreement was not saved"));
            }
            other => panic!("{other}"),
        }
        if answer.status() == status {
            return taken;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", process.log());
    }
}

#[test]
#[ignore = "needs root: tests/run machine"]
fn a_full_disk_under_the_records_loses_no_agreement_and_stops_nothing() {
    let origin = answering(&page(&[]));
    let folder = Folder::new();
    let disk = folder.at("disk");
    fs::create_dir(&disk).unwrap();
    let at = |name: &str| disk.join(name).display().to_string();
    let (database, key, head) = (at("records.sqlite"), at("key"), at("head"));
    let records = format!(
        "records: {{database: {database}, key: {key}, head: {head}, wait: 1s, every: 1s, queue: 64}}"
    );
    Setup::new(&origin).top(&records).write(&folder);
    let small = format!("mount -t tmpfs -o size=1m tmpfs {}", disk.display());
    let process = Process::start_after(&apart(&small), &folder.at("tamis.yaml"));
    let mut granted = agree_until(&process, 303);
    // Not an octet is left.
    let filled =
        process.beside("sh").args(["-c", &format!("cat /dev/zero >{}", at("ballast"))]).output().unwrap();
    assert!(String::from_utf8_lossy(&filled.stderr).contains("No space left"), "{filled:?}");
    // What the files have room for already is used up.
    granted.extend(agree_until(&process, 503));
    let told = process.logged_with(&["consent records can't be written", "make room on its disk"]);
    assert!(told.contains("ERROR"), "{told}");
    assert!((process.gauge("tamis_records_failing") - 1.0).abs() < f64::EPSILON);
    // Refusals hold, pages are served, and the log says it once.
    let mut refused = Vec::new();
    for _ in 0..20 {
        let mut agent = process.agent();
        let answer = choose(&mut agent, "refuse-all");
        assert_eq!((answer.status(), answer.values("set-cookie").len()), (303, 2));
        refused.push(id_of(&answer));
        assert_eq!(choose(&mut agent, "accept-all").status(), 503);
        for path in ["/", "/cookies-policy", "/.tamis/"] {
            assert_eq!(agent.request(&format!("GET {path}"), &[]).status(), 200, "{path}");
        }
    }
    assert_eq!(process.count("consent records can't be written"), 1, "{}", process.log());
    // There is room again: the refusals that waited have their records, and so has the next agreement.
    assert!(process.beside("rm").arg(at("ballast")).status().unwrap().success());
    granted.extend(agree_until(&process, 303));
    process.logged("consent records are written again");
    assert!(process.gauge("tamis_records_failing").abs() < f64::EPSILON);
    assert!(process.counts("tamis_records_missing_total 0"), "{}", process.log());
    let tamis = |words: &[&str]| {
        let mut command = process.beside(env!("CARGO_BIN_EXE_tamis"));
        let done = command.arg("records").args(words).args(["--database", &database]).output().unwrap();
        assert!(done.status.success(), "{words:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let kept = tamis(&["export"]);
    for id in granted.iter().chain(&refused) {
        assert!(kept.contains(id), "{id} is not in {kept}");
    }
    tamis(&["verify"]);
    assert_eq!(process.stop(), Some(0));
}
