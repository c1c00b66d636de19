//! What single parts of a configuration come to.

use super::super::outside::names_a_file;
use super::*;
use crate::document::Kind;

/// A configuration with these listeners and one site.
#[track_caller]
fn listeners(items: &str) -> Vec<Listener> {
    let site = "{ default: true, registry: r.yaml, upstream: 'http://127.0.0.1:8000' }";
    let (snapshot, faults) = compiled(&format!("listeners: [{items}]\nsites: [{site}]"));
    assert_eq!(faults.errors(), 0, "{}", faults.render(false));
    snapshot.expect("no error").listeners
}

#[test]
fn a_redirect_leads_to_the_one_listener_that_speaks_tls() {
    let tls = |port: u16| format!("{{address: ':{port}', tls: {{certificate: c, key: k}}}}");
    let port = |redirect: &str, others: &[String]| {
        let plain = format!("{{address: ':8080', redirect: {redirect}}}");
        let listeners = listeners(&[&[plain], others].concat().join(", "));
        listeners[0].redirect.as_ref().map(|redirect| redirect.port)
    };
    assert_eq!(port("https", &[]), Some(443));
    assert_eq!(port("https", &[tls(8443)]), Some(8443));
    assert_eq!(port("https", &[tls(0)]), Some(443));
    assert_eq!(port("https", &[tls(8443), tls(8444)]), Some(443));
    assert_eq!(port("{port: 9443}", &[tls(8443)]), Some(9443));
    assert_eq!(port("off", &[tls(8443)]), None);
}

#[test]
fn a_redirect_spares_what_it_is_told_to() {
    let listeners = listeners("{address: ':80', redirect: {except: [/.well-known/acme-challenge/, /up]}}");
    let redirect = listeners[0].redirect.as_ref().expect("a redirect");
    for path in ["/.well-known/acme-challenge/x", "/up", "/up/"] {
        assert!(redirect.spares(path), "{path}");
    }
    for path in ["/", "/upper", "*", "/.well-known/x"] {
        assert!(!redirect.spares(path), "{path}");
    }
}

#[test]
fn a_balancer_may_come_from_its_networks() {
    let listeners = listeners(
        "{address: ':1', proxy_protocol: true}, {address: ':2', proxy_protocol: {from: [10.0.0.0/8]}}",
    );
    let come = |index: usize, address: &str| {
        let protocol = listeners[index].proxy_protocol.as_ref().expect("it is on");
        protocol.may_come_from(address.parse().expect("an address"))
    };
    assert!(come(0, "192.0.2.1") && come(0, "::1"));
    assert!(come(1, "10.1.2.3") && come(1, "::ffff:10.1.2.3") && !come(1, "192.0.2.1") && !come(1, "::1"));
}

#[test]
fn no_file_is_read_beyond_its_bound() {
    let asked = RefCell::new(BTreeSet::new());
    let read = |path: &Path, most: u64| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        asked.borrow_mut().insert((name.to_owned(), most));
        Ok(match name {
            "token" => "0123456789abcdef",
            "b.yaml" => SITE,
            _ => REGISTRY,
        }
        .to_owned())
    };
    let outside = Outside { list: &|_| Ok(vec!["b.yaml".to_owned()]), ..Outside::of_files(&read) };
    let yaml = "listeners: [{ address: ':8080' }]\nsites_from: sites\n\
                admin: { address: '127.0.0.1:1', token: '${file:token}' }";
    let compiled = compile(Source::new("tamis.yaml", yaml), Path::new("/etc/tamis"), outside);
    assert!(compiled.faults.is_empty(), "{}", compiled.faults.render(false));
    let bounds = [("b.yaml", 16 << 20), ("r.yaml", 64 << 20), ("token", 64 << 10)];
    assert_eq!(asked.into_inner(), bounds.map(|(name, most)| (name.to_owned(), most)).into());
}

#[test]
fn a_file_is_named_wherever_one_may_stand() {
    const FILE: Kind = Kind::Form(&super::super::schema::FILE);
    const LIST: Kind = Kind::List(&FILE, 0);
    const EITHER: Kind = Kind::Either(&[Kind::Boolean, LIST]);
    for kind in [FILE, LIST, Kind::OneOrMore(&FILE, 1), EITHER] {
        assert!(names_a_file(&kind), "{}", kind.words());
    }
    const OTHERS: Kind = Kind::Either(&[Kind::Boolean, Kind::List(&Kind::String, 0)]);
    assert!(!names_a_file(&Kind::String) && !names_a_file(&OTHERS));
}

#[test]
fn the_signal_is_honoured_where_the_registry_denies_something_by_it() {
    let denying = format!("{REGISTRY}consent: {{gpc_denies: [third-party]}}\n");
    let read =
        |path: &Path, _| Ok(if path.ends_with("denying.yaml") { &*denying } else { REGISTRY }.to_owned());
    let gpc = |registry: &str, pages: &str| {
        let site = format!("{{ default: true, registry: {registry}, upstream: http://o, pages: {pages} }}");
        let yaml = format!("listeners: [{{ address: ':8080' }}]\nsites: [{site}]");
        let compiled = compile(Source::new("t", yaml), Path::new(""), Outside::of_files(&read));
        let snapshot = compiled.snapshot.unwrap_or_else(|| panic!("{}", compiled.faults.render(false)));
        let pages = snapshot.sites.iter().next().and_then(|site| site.pages.clone());
        pages.map(|pages| (pages.gpc, pages.take(GPC)))
    };
    assert_eq!(gpc("denying.yaml", "{}"), Some((true, true)));
    assert_eq!(gpc("denying.yaml", "{gpc: off}"), Some((false, false)));
    assert_eq!(gpc("r.yaml", "{gpc: on}"), Some((false, false)));
    assert_eq!(gpc("denying.yaml", "off"), None);
}

#[test]
fn probes_ask_for_the_host_that_the_origin_knows() {
    let host = |site: &str, url: &str, probe: &str| {
        let health = format!("health: {{ path: /up{probe} }}");
        let item = format!("{{ registry: r.yaml, upstream: {{ url: '{url}', {health} }}, {site} }}");
        let sites = snapshot(&format!("listeners: [{{ address: ':8080' }}]\nsites: [{item}]")).sites;
        sites.iter().next().and_then(|site| site.upstream.probe.as_ref()).expect("a probe").host.clone()
    };
    let url = "http://10.0.0.1:8000";
    for (site, url, probe, wanted) in [
        ("hosts: ['*.a.example', a.example, b.example]", url, "", "a.example"),
        ("hosts: ['2001:db8::1']", url, "", "[2001:db8::1]"),
        ("hosts: a.example, host: 'origin.example:81'", url, "", "origin.example:81"),
        ("hosts: a.example, host: keep", url, ", host: x.example", "x.example"),
        ("hosts: '*.a.example'", url, "", "10.0.0.1:8000"),
        ("default: true", "unix:/run/app.sock", "", "localhost"),
    ] {
        assert_eq!(host(site, url, probe), wanted, "{site}");
    }
}

#[test]
fn an_upstream_is_as_it_is_written() {
    let upstream = |written: &str| {
        let site = format!("{{ default: true, registry: r.yaml, upstream: {written} }}");
        let sites = snapshot(&format!("listeners: [{{ address: ':8080' }}]\nsites: [{site}]")).sites;
        sites.iter().next().expect("a site").upstream.clone()
    };
    let plain = upstream("{ url: 'http://a:8000' }");
    assert_eq!(plain, upstream("'http://a:8000'"));
    assert!(!plain.tls());
    let written = upstream(
        "{ urls: ['https://a:1', 'https://b:2'], balance: least_requests, ca_file: ca.pem, server_name: x.org, \
         client_certificate: c.pem, client_key: c.key, h2: true, resolve: 7s, failures: 9, connections: 3, \
         queue: 4, queue_time: 6s, health: { path: /up, host: y.org } }",
    );
    let [a, b] = &written.addresses[..] else { panic!("two addresses") };
    assert_eq!((a.authority(), b.authority(), written.tls()), ("a:1", "b:2", true));
    let file = |name: &str| Path::new("/etc/tamis").join(name);
    let seconds = Duration::from_secs;
    let wanted = Upstream {
        addresses: written.addresses.clone(),
        balance: Balance::LeastRequests,
        ca_file: Some(file("ca.pem")),
        server_name: Some("x.org".to_owned()),
        client: Some(Certificate { certificate: file("c.pem"), key: file("c.key") }),
        h2: true,
        resolve: seconds(7),
        failures: 9,
        limit: Some(Limit { most: 3, queue: 4, time: seconds(6) }),
        probe: Some(Probe {
            path: "/up".to_owned(),
            host: "y.org".to_owned(),
            every: seconds(10),
            within: seconds(5),
            status: 200..=399,
        }),
    };
    assert_eq!(written, wanted);
}

#[test]
fn records_are_kept_a_day_at_least() {
    let records = |retention: &str| {
        let (snapshot, faults) = compiled(&format!(
            "listeners: [{{ address: ':8080' }}]\nrecords: {{ retention: {retention} }}\n\
             sites: [{{ default: true, registry: r.yaml, upstream: http://o }}]"
        ));
        let kinds: Vec<_> = faults.iter().map(|fault| fault.kind).collect();
        snapshot.and_then(|snapshot| snapshot.records).map(|records| records.retention).ok_or(kinds)
    };
    assert_eq!(records("1 day"), Ok(Some(Duration::from_secs(86_400))));
    assert_eq!(records("forever"), Ok(None));
    for short in ["23 hours", "2 hours", "session"] {
        assert_eq!(records(short), Err(vec!["bad-period"]), "{short}");
    }
}

#[test]
fn a_site_tells_its_hosts() {
    let longest = format!("{}.{}", vec!["a".repeat(63); 3].join("."), "a".repeat(61));
    let sites = sites(&[
        "hosts: [b.example, '*.b.example', a.example, '*.a.example']",
        "default: true",
        &format!("hosts: {longest}"),
    ]);
    let [first, other, long] = [0, 1, 2].map(|at| sites.iter().nth(at).expect("a site").id);
    assert_eq!(sites.hosts(first), ["*.a.example", "*.b.example", "a.example", "b.example"]);
    assert_eq!(sites.hosts(other), [""; 0]);
    assert_eq!([first, other, long].map(|id| sites.is_default(id)), [false, true, false]);
    assert_eq!(sites.find(&longest).map(|site| site.id), Some(long));
}
