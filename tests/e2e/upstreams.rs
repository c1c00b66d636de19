//! Several addresses of one upstream, Unix sockets, client certificates: where requests go, and where they don't.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;

use crate::kit::{
    Authority, Folder, Gate, Gateway, Origin, Setup, answering, logged, origin, origin_at, origin_over_tls,
    page, status, unreachable,
};

/// An origin server that says which it is.
fn named(name: &str) -> Origin {
    answering(&page(&[&format!("X-Name: {name}")]))
}

/// `urls`, and more of `upstream`.
fn to(urls: &[&str], more: &str) -> Setup {
    let urls: Vec<_> = urls.iter().map(|url| format!("\"{url}\"")).collect();
    Setup::to("http://unused").upstream(&format!("{{urls: [{}]{more}}}", urls.join(", ")))
}

/// Who answers the next so many requests.
fn who(gateway: &Gateway, count: usize) -> String {
    let mut agent = gateway.agent();
    (0..count).map(|_| agent.get(&[]).value("x-name")).collect()
}

/// An address at which nobody listens now, which no one else is given.
fn quiet() -> (SocketAddr, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, format!("http://{address}"))
}

#[test]
fn each_address_has_its_turn() {
    let (a, b, c) = (named("a"), named("b"), named("c"));
    let gateway = to(&[&a.url(), &b.url(), &c.url()], "").start();
    assert_eq!(who(&gateway, 9), "abcabcabc");
    assert_eq!(
        [a.connections(), b.connections(), c.connections()],
        [1, 1, 1],
        "each has its own connections"
    );
    let health = gateway.health();
    assert!(health.addresses.iter().all(|address| address.up && address.idle == 1 && address.in_use == 0));
}

#[test]
fn the_access_line_names_the_address_that_answered() {
    let (dead, b) = (unreachable(), named("b"));
    let gateway = to(&[&dead, &b.url()], "").start();
    gateway.agent().request("GET /upstreams/named", &[]);
    let log = logged("path=\"/upstreams/named\" ");
    let line = log.lines().find(|line| line.contains("access: ") && line.contains("/upstreams/named\""));
    let address = b.url().replace("http://", "upstream=");
    assert!(line.is_some_and(|line| line.replace('"', "").contains(&address)), "{line:?}");
}

#[test]
fn the_address_with_the_fewest_requests_is_next() {
    let (asked, go) = (Gate::default(), Gate::default());
    let slow = {
        let (asked, go) = (asked.clone(), go.clone());
        origin(move |visit| {
            while visit.request().is_some() {
                asked.open();
                go.wait();
                visit.send(&page(&["X-Name: slow"]));
            }
        })
    };
    let fast = named("fast");
    let gateway = to(&[&slow.url(), &fast.url()], ", balance: least_requests").start();
    let mut first = gateway.agent();
    first.ask("GET /", &[]);
    asked.wait();
    assert_eq!(gateway.health().addresses[0].in_use, 1);
    assert_eq!(who(&gateway, 4), "fast".repeat(4));
    go.open();
    assert_eq!(first.answer().value("x-name"), "slow");
    assert!(who(&gateway, 2).contains("slow"));
}

#[test]
fn a_dead_address_costs_no_request_and_is_left_out() {
    let b = named("b");
    let gateway = to(&[&unreachable(), &b.url()], "").start();
    assert_eq!(who(&gateway, 20), "b".repeat(20));
    for _ in 0..3 {
        assert_eq!(
            gateway.agent().post(&[], "abc").value("x-name"),
            "b",
            "nothing was sent, so it can go elsewhere"
        );
    }
    let health = gateway.health();
    assert_eq!((health.addresses[0].up, health.addresses[1].up), (false, true));
    assert_eq!(health.addresses[0].trouble.as_ref().unwrap().last, "connect");
    let ready = gateway.operator().request("GET /readyz", &[]).json();
    assert_eq!(ready["upstreams"], serde_json::json!([{ "site": "default", "up": true }]));
    let told = gateway.operator().request("GET /sites", &[]).json()["sites"][0]["upstream"].clone();
    assert_eq!((&told["up"], &told["addresses"][0]["up"]), (&true.into(), &false.into()));
    assert_eq!(told["addresses"][0]["last_failure"], "connect");
    assert!(
        told["addresses"][0]["failing_since"].as_str().is_some_and(|since| since.ends_with('Z')),
        "{told}"
    );
    let metrics = gateway.metrics();
    let line = |name: &str, url: &str| format!("{name}{{site=\"default\",upstream=\"{url}\"}}");
    let [dead, _] = &health.addresses[..] else { panic!("two addresses") };
    assert!(metrics.contains(&format!("{} 0\n", line("tamis_upstream_up", &dead.url))), "{metrics}");
    assert!(metrics.contains(&format!("{} 1\n", line("tamis_upstream_up", &b.url()))), "{metrics}");
    assert_eq!(b.connections(), 1, "what is idle there is used when another address fails");
}

#[test]
fn what_has_failed_is_remembered_over_a_reload_of_the_same_settings_alone() {
    let b = named("b");
    let (_, dead) = quiet();
    let setup = || to(&[&dead, &b.url()], ", failures: 1");
    let gateway = setup().start();
    assert_eq!(who(&gateway, 2), "bb");
    gateway.reload(&setup().top("unknown_host: not_found")).unwrap();
    assert!(!gateway.health().addresses[0].up);
    assert_eq!((who(&gateway, 2), b.connections()), ("bb".to_owned(), 1));
    gateway.reload(&to(&[&dead, &b.url()], ", failures: 2")).unwrap();
    assert!(gateway.health().addresses[0].up, "other settings begin anew");
}

#[test]
fn all_addresses_are_dead() {
    let gateway = to(&[&unreachable(), &unreachable()], "").start();
    for _ in 0..5 {
        let answer = gateway.agent().request("GET /upstreams/dead", &[]);
        assert_eq!(answer.status(), 503);
        assert!(answer.text().contains("can't be reached"), "{}", answer.text());
        assert!(!answer.text().contains("127.0.0.1"));
    }
    assert!(!gateway.health().is_up());
    let ready = gateway.operator().request("GET /readyz", &[]);
    assert_eq!((ready.status(), &ready.json()["upstreams"][0]["up"]), (200, &false.into()));
    assert_eq!(gateway.count(|c| c.failures.value("connect")), 5);
    assert!(
        logged("path=\"/upstreams/dead\"").contains("none of 2 addresses of the upstream takes a connection")
    );
}

#[test]
fn an_upstream_that_comes_back_is_used_at_once_where_there_is_no_other() {
    let (address, url) = quiet();
    let gateway = Setup::to(&url).start();
    for _ in 0..5 {
        assert_eq!(gateway.agent().get(&[]).status(), 503);
    }
    assert!(!gateway.health().is_up());
    let _origin = origin_at(address, |visit| {
        while visit.request().is_some() {
            visit.send(&page(&["X-Name: back"]));
        }
    });
    assert_eq!(who(&gateway, 1), "back");
    assert!(gateway.health().is_up() && gateway.health().addresses[0].trouble.is_none());
}

#[test]
fn an_address_that_breaks_off_is_left_out_and_nothing_is_sent_twice() {
    let breaking = origin(|visit| {
        visit.request();
    });
    let b = named("b");
    let gateway = to(&[&breaking.url(), &b.url()], ", failures: 2").start();
    let statuses: Vec<_> = (0..6).map(|_| gateway.agent().post(&[], "abc").status()).collect();
    assert_eq!(statuses, [502, 200, 502, 200, 200, 200]);
    assert_eq!((breaking.heard().text(), breaking.heard().text()), ("abc".to_owned(), "abc".to_owned()));
    assert!(breaking.heard_nothing());
    (0..4).for_each(|_| drop(b.heard()));
    assert!(b.heard_nothing(), "a request that was sent to one address goes to no other");
    assert_eq!(gateway.health().addresses[0].trouble.as_ref().unwrap().last, "no-answer");
}

#[test]
fn a_name_is_tried_at_each_of_its_addresses() {
    let origin = named("a");
    let gateway = Setup::to(&format!("http://localhost:{}", origin.address.port())).start();
    assert_eq!(who(&gateway, 8), "a".repeat(8));
    assert_eq!(gateway.agent().post(&[], "abc").status(), 200);
    let health = &gateway.health().addresses[0];
    assert!(
        health.up && health.places.iter().any(|place| place.address.ends_with("(127.0.0.1)")),
        "{health:?}"
    );
}

#[test]
fn probes_leave_an_address_out_and_bring_it_back() {
    let well = Gate::default();
    let moody = {
        let well = well.clone();
        origin(move |visit| {
            while let Some(request) = visit.request_head() {
                if request.start() == "GET /up?full=1 HTTP/1.1" {
                    let answer = if well.is_open() { "200 OK" } else { "503 Service Unavailable" };
                    visit.note(&request);
                    return visit.send(&status(answer, &[], "x"));
                }
                visit.send(&page(&["X-Name: moody"]));
            }
        })
    };
    let steady = named("steady");
    let health = ", failures: 2, health: {path: \"/up?full=1\", every: 100ms, host: up.test}";
    let gateway = to(&[&moody.url(), &steady.url()], health).start();
    gateway.until(|health| !health.addresses[0].up);
    assert_eq!(gateway.health().addresses[0].trouble.as_ref().unwrap().last, "probe");
    assert_eq!(who(&gateway, 5), "steady".repeat(5));
    let probe = moody.heard();
    assert_eq!((probe.value("host"), probe.value("connection")), ("up.test".to_owned(), "close".to_owned()));
    assert!(!probe.has("via") && !probe.has("cookie"));
    well.open();
    gateway.until(|health| health.addresses[0].up);
    assert!(who(&gateway, 2).contains("moody"));
    assert!(gateway.health().addresses[0].trouble.is_none());
    let text = logged("an address of the upstream is in order again");
    assert!(text.contains("/up?full=1 is answered with 503, and not with 200 to 399"), "{text}");
}

#[test]
fn probes_are_not_answered_by_who_is_not_there() {
    let b = named("b");
    let (address, dead) = quiet();
    let gateway = to(&[&dead, &b.url()], ", health: {path: /, every: 100ms, within: 1s}").start();
    gateway.until(|health| !health.addresses[0].up);
    assert_eq!(who(&gateway, 4), "bbbb");
    let _back = origin_at(address, |visit| {
        while visit.request().is_some() {
            visit.send(&page(&["X-Name: a"]));
        }
    });
    gateway.until(|health| health.addresses[0].up);
    assert!(who(&gateway, 2).contains('a'));
}

#[test]
fn a_unix_socket_is_as_good() {
    let folder = Folder::new();
    let path = folder.at("app.sock");
    let gateway = Setup::to(&format!("unix:{}", path.display())).start();
    let answer = gateway.agent().request("GET /upstreams/no-socket", &[]);
    assert_eq!(answer.status(), 503);
    assert!(logged("path=\"/upstreams/no-socket\"").contains("that this is the path of its socket"));

    let listener = UnixListener::bind(&path).unwrap();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = String::new();
        for _ in 0..2 {
            let mut octets = [0; 4096];
            while !heard.ends_with("abc") {
                let read = stream.read(&mut octets).unwrap();
                assert!(read > 0, "{heard}");
                heard += str::from_utf8(&octets[..read]).unwrap();
            }
            heard += "|";
            stream.write_all(page(&["Set-Cookie: sessionid=1", "Set-Cookie: _ga=1"]).as_bytes()).unwrap();
        }
        heard
    });
    for _ in 0..2 {
        let answer = gateway.agent().post(&["Cookie: sessionid=1; _ga=2"], "abc");
        assert_eq!(
            (answer.text(), answer.values("set-cookie")),
            ("page".to_owned(), vec!["sessionid=1".to_owned()])
        );
    }
    let heard = served.join().unwrap();
    assert_eq!(heard.matches("\r\nhost: x.test\r\n").count(), 2, "{heard}");
    assert_eq!(heard.matches("\r\ncookie: sessionid=1\r\n").count(), 2, "{heard}");
}

/// What a visitor gets from a site whose origin server wants a certificate of this authority, over these versions.
fn asked_for(
    authority: &Authority,
    versions: &[&'static rustls::SupportedProtocolVersion],
    more: &str,
) -> (crate::kit::Message, Gateway) {
    let server = authority.issue("localhost").server_asking(authority, versions);
    let origin = origin_over_tls(server, |visit| {
        while visit.request().is_some() {
            visit.send(&page(&[]));
        }
    });
    let ca = authority.file();
    let upstream = format!("{{url: \"{}\", ca_file: {}{more}}}", origin.url(), ca.display());
    let gateway = Setup::new(&origin).upstream(&upstream).start();
    (gateway.agent().get(&[]), gateway)
}

#[test]
fn a_client_certificate_is_shown_and_one_that_is_missing_or_unknown_has_its_own_words() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for versions in [&[&rustls::version::TLS12][..], &[&rustls::version::TLS13]] {
        let (certificate, key) = authority.issue("tamis").files();
        let more = format!(", client_certificate: {}, client_key: {}", certificate.display(), key.display());
        assert_eq!(asked_for(&authority, versions, &more).0.status(), 200);
        let (certificate, key) = stranger.issue("tamis").files();
        let foreign =
            format!(", client_certificate: {}, client_key: {}", certificate.display(), key.display());
        for more in ["", &foreign] {
            let (answer, gateway) = asked_for(&authority, versions, more);
            assert_eq!(answer.status(), 502);
            assert!(
                answer.text().contains("does not take this gateway for one that it knows"),
                "{}",
                answer.text()
            );
            assert_eq!(gateway.count(|c| c.failures.value("client-certificate")), 1, "{versions:?} {more}");
            assert_eq!(gateway.health().addresses[0].trouble.as_ref().unwrap().last, "client-certificate");
        }
    }
}

#[test]
fn one_file_may_hold_certificate_and_key() {
    let authority = Authority::new();
    let both = authority.issue("tamis").bundle();
    let more = format!(", client_certificate: {}", both.display());
    assert_eq!(asked_for(&authority, rustls::ALL_VERSIONS, &more).0.status(), 200);
}

#[test]
fn certificates_that_cannot_be_used_are_told_before_anything_runs() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("tamis").files();
    let (_, other) = authority.issue("tamis").files();
    let fault = |more: &str| {
        let gateway = Setup::to("http://127.0.0.1:9").start();
        let upstream = format!("{{url: \"https://localhost\", {more}}}");
        gateway.reload(&Setup::to("").upstream(&upstream)).unwrap_err()
    };
    let (certificate, key, other) = (certificate.display(), key.display(), other.display());
    for (more, words) in [
        (
            format!("client_certificate: {certificate}, client_key: {other}"),
            "does not fit the client certificate",
        ),
        (format!("client_certificate: {key}, client_key: {key}"), "holds no certificate"),
        (format!("client_certificate: {certificate}"), "can't read the client key"),
        ("client_certificate: /nowhere.pem".to_owned(), "can't read the client certificate /nowhere.pem"),
        (format!("ca_file: {key}"), "holds no CA certificate"),
        ("ca_file: /nowhere.pem".to_owned(), "can't read the CA file /nowhere.pem"),
    ] {
        let fault = fault(&more);
        assert!(fault.contains(words), "{more}: {fault}");
    }
}
