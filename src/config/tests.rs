//! Whole configurations: text in, snapshot out.

mod parts;
mod shown;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Diagnostics, Source};
use crate::policy::{Direction, Undeclared};

const REGISTRY: &str = "
version: \"2026-11-23\"
cookies:
  - provider: The site
    names: [sessionid, csrftoken, cookies_preferences]
    purposes: Logging in, safe forms, and the visitor's choice
    category: necessary
    exemption: Asked for by the visitor
";
/// The one file of the one directory.
const SITE: &str =
    "{hosts: b.example, registry: r.yaml, upstream: http://127.0.0.1:8001, host: '${NONE:-b.example}'}";
const REFERENCE: &str = include_str!("../../docs/configuration.md");

fn compiled(yaml: &str) -> (Option<Snapshot>, Diagnostics) {
    let read = |path: &Path, _| Ok(if path.ends_with("sites/b.yaml") { SITE } else { REGISTRY }.to_owned());
    let outside = Outside { list: &|_| Ok(vec!["b.yaml".to_owned()]), ..Outside::of_files(&read) };
    let Compiled { snapshot, faults, .. } =
        compile(Source::new("tamis.yaml", yaml), Path::new("/etc/tamis"), outside);
    (snapshot, faults)
}

#[track_caller]
fn snapshot(yaml: &str) -> Snapshot {
    let (snapshot, faults) = compiled(yaml);
    assert!(faults.is_empty(), "{}", faults.render(false));
    snapshot.expect("no fault")
}

/// A configuration with these items of `sites:`, all with the same registry.
fn sites(items: &[&str]) -> Sites {
    let items = items
        .iter()
        .map(|item| format!("  - {{ registry: r.yaml, upstream: http://127.0.0.1:8000, {item} }}\n"));
    snapshot(&format!("listeners: [{{ address: \":8080\" }}]\nsites:\n{}", items.collect::<String>())).sites
}

#[track_caller]
fn found<'a>(sites: &'a Sites, host: &str) -> &'a str {
    sites.find(host).map_or("-", |site| &site.name)
}

#[test]
fn a_site_is_found_by_its_host() {
    let sites = sites(&["hosts: [Example.org., www.example.org]", "hosts: [192.0.2.1, \"[2001:db8::1]\"]"]);
    for host in ["example.org", "EXAMPLE.org", "example.org.", "www.example.org", "WWW.Example.ORG."] {
        assert_eq!(found(&sites, host), "example.org", "{host}");
    }
    for host in ["192.0.2.1", "[2001:db8::1]", "[2001:DB8:0:0::1]", "2001:db8::1"] {
        assert_eq!(found(&sites, host), "192.0.2.1", "{host}");
    }
    for host in [
        "",
        ".",
        "example.org..",
        "a.example.org",
        "example.orgs",
        "org",
        "example.org:80",
        "[::1]",
        "[",
        "[]",
        ":",
    ] {
        assert_eq!(found(&sites, host), "-", "{host}");
    }
}

#[test]
fn the_exact_host_wins_then_the_longest_wildcard_then_the_default() {
    let sites = sites(&[
        "default: true",
        "hosts: \"*.example.net\"",
        "hosts: \"*.deep.example.net\"",
        "hosts: [exact.deep.example.net, example.net]",
    ]);
    assert_eq!(found(&sites, "a.example.net"), "*.example.net");
    assert_eq!(found(&sites, "A.b.Example.net."), "*.example.net");
    assert_eq!(found(&sites, "deep.example.net"), "*.example.net");
    assert_eq!(found(&sites, "a.deep.example.net"), "*.deep.example.net");
    assert_eq!(found(&sites, "exact.deep.example.net"), "exact.deep.example.net");
    assert_eq!(found(&sites, "a.exact.deep.example.net"), "*.deep.example.net");
    assert_eq!(found(&sites, "example.net"), "exact.deep.example.net");
    for other in ["", ".example.net", "*", "notexample.net", "example.net.org", "[::1]"] {
        assert_eq!(found(&sites, other), "default", "{other}");
    }
}

#[test]
fn a_host_longer_than_any_name_is_not_searched() {
    let sites = sites(&["hosts: \"*.example.net\""]);
    let host = format!("{}.example.net", "a.".repeat(30_000));
    assert_eq!(found(&sites, &host), "-");
}

#[test]
fn sites_keep_the_order_of_the_file() {
    let sites = sites(&["hosts: b.example", "hosts: a.example"]);
    let names: Vec<_> = sites.iter().map(|site| (site.id.index(), site.name.as_str())).collect();
    assert_eq!(names, [(0, "b.example"), (1, "a.example")]);
    let found = sites.find("a.example").expect("a site");
    assert_eq!(sites.get(found.id).map(|site| &site.name), Some(&found.name));
}

#[test]
fn what_is_not_said_is_the_shipped_default() {
    let site = "{ hosts: a.example, registry: r.yaml, upstream: http://127.0.0.1:8000 }";
    let snapshot = snapshot(&format!("listeners: [{{ address: \":8080\" }}]\nsites: [{site}]"));
    assert_eq!((snapshot.name.as_str(), snapshot.workers, &snapshot.admin), ("tamis", None, &None));
    assert!(snapshot.trusted.is_empty() && !snapshot.trusts([127, 0, 0, 1].into()));
    assert_eq!((snapshot.limits.fields, snapshot.limits.head, snapshot.limits.cookies), (256, 64 << 10, 256));
    assert_eq!(
        (snapshot.times.head, snapshot.times.drain),
        (Duration::from_secs(15), Duration::from_secs(30))
    );
    assert_eq!(snapshot.unknown_host, UnknownHost::Reject);
    let site = snapshot.sites.find("a.example").expect("a site");
    assert_eq!(
        (site.mode("/"), site.request_body, &site.host),
        (Mode::Enforce, RequestBody::Measure, &HostField::Keep)
    );
}

const EVERYTHING: &str = "
name: tamis-1
workers: ${WORKERS}
listeners:
  - address: :8080
  - { address: 127.0.0.1:0, h2c: true }
admin: { address: \"127.0.0.1:${ADMIN_PORT:-9180}\" }
trusted_proxies: [10.0.0.0/8, \"::1\"]
limits:
  { fields: 100, head: 32KiB, cookies: 50, connections: 20000, measured_body: 2 MiB, idle_upstream_connections: 8,
    streams: 16 }
times: { head: 500ms, idle: 2 minutes, connect: 1s, answer: 1m 30s, progress: 20s, tunnel: 2h, drain: 0s }
log: { format: json, level: warn, access: \"${ACCESS}\" }
unknown_host: not_found
sites:
  - hosts: OpenData.Example.org
    registry: registry/site.yaml
    upstream: { url: \"https://origin.internal\", ca_file: /ca.pem, server_name: Origin.example.org, h2: true }
    host: Origin.example.org:8443
    mode: observe
    undeclared: { request: report, response: allow }
    request_body: stream
    paths: [{ prefix: /preview/, mode: enforce }]
";

#[test]
fn a_secret_that_is_not_there_is_one_fault() {
    let records = "records: {database: 'postgres://tamis:${GONE}@db.internal/consent', ca_file: ca.pem}";
    let site = "{ default: true, registry: r.yaml, upstream: 'http://127.0.0.1:8000' }";
    let (_, faults) = compiled(&format!("listeners: [{{address: ':8080'}}]\n{records}\nsites: [{site}]"));
    assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), ["unset-variable"]);
}

#[test]
fn an_empty_configuration_has_no_key_to_remove() {
    let (_, faults) = compiled("# nothing yet\n");
    let help: Vec<_> = faults.iter().map(|fault| fault.help.clone()).collect();
    assert!(help.len() == 1 && !help[0].contains("remove"), "{help:?}");
}

#[test]
fn what_is_said_is_done() {
    let environment = |name: &str| match name {
        "WORKERS" => Some("4".to_owned()),
        "ACCESS" => Some("false".to_owned()),
        _ => None,
    };
    let read = |_: &Path, _| Ok(REGISTRY.to_owned());
    let outside = Outside { environment: &environment, ..Outside::of_files(&read) };
    let Compiled { snapshot, faults, .. } = compile(Source::new("t", EVERYTHING), Path::new(""), outside);
    assert!(faults.is_empty(), "{}", faults.render(false));
    let snapshot = snapshot.expect("no fault");
    assert_eq!((snapshot.name.as_str(), snapshot.workers), ("tamis-1", Some(4)));
    let addresses: Vec<_> = snapshot.listeners.iter().map(|listener| listener.address.to_string()).collect();
    assert_eq!(addresses, ["[::]:8080", "127.0.0.1:0"]);
    assert_eq!(snapshot.listeners.iter().map(|listener| listener.h2c).collect::<Vec<_>>(), [false, true]);
    assert_eq!(
        snapshot.admin.as_ref().map(|admin| admin.address.to_string()).as_deref(),
        Some("127.0.0.1:9180")
    );
    assert!(snapshot.trusts([10, 1, 2, 3].into()) && !snapshot.trusts([11, 1, 2, 3].into()));
    let Limits { fields, head, cookies, connections, measured_body, idle_upstream, streams } =
        snapshot.limits;
    assert_eq!((fields, head, cookies, streams), (100, 32 << 10, 50, 16));
    assert_eq!((connections, measured_body, idle_upstream), (20_000, 2 << 20, 8));
    let Times { head, idle, connect, answer, progress, tunnel, drain } = snapshot.times;
    let millis = [head, idle, connect, answer, progress, tunnel, drain].map(|time| time.as_millis());
    assert_eq!(millis, [500, 120_000, 1000, 90_000, 20_000, 7_200_000, 0]);
    assert_eq!(snapshot.log, Log { format: LogFormat::Json, level: "warn".to_owned(), access: None });
    assert_eq!(snapshot.unknown_host, UnknownHost::NotFound);
    let site = snapshot.sites.find("opendata.example.org").expect("a site");
    assert_eq!(site.host, HostField::Set("origin.example.org:8443".to_owned()));
    assert_eq!((site.mode("/"), site.mode("/preview/x")), (Mode::Observe, Mode::Enforce));
    assert_eq!(site.request_body, RequestBody::Stream);
    let upstream = &site.upstream;
    let urls: Vec<_> = upstream.addresses.iter().map(|address| address.url.as_str()).collect();
    assert_eq!((upstream.tls(), urls), (true, vec!["https://origin.internal"]));
    assert_eq!(upstream.server_name.as_deref(), Some("origin.example.org"));
    assert!(upstream.h2);
    assert_eq!(site.policy.undeclared(Direction::Request), Undeclared::Report);
    assert_eq!(site.policy.undeclared(Direction::Response), Undeclared::Allow);
}

#[test]
fn an_empty_file_lacks_both_required_sections() {
    let kinds = |yaml| compiled(yaml).1.iter().map(|fault| fault.kind).collect::<Vec<_>>();
    assert_eq!(kinds("{}"), ["missing-key", "missing-key"]);
    assert_eq!(kinds(""), ["wrong-type"]);
    assert_eq!(kinds("[]"), ["wrong-type"]);
}

#[test]
fn paths_are_relative_to_the_directory_of_the_file() {
    let asked = RefCell::new(Vec::new());
    let yaml = "listeners: [{ address: \":8443\", tls: [{ certificate: c.pem, key: /run/k.pem }, \
                { certificate: d.pem, key: d.key }] }]\nsites:\n  \
                - { hosts: a.example, registry: r.yaml, upstream: { url: \"https://o\", ca_file: ca.pem } }\n  \
                - { hosts: b.example, registry: ./r.yaml, upstream: http://o }\n";
    let read = |path: &Path, _| {
        asked.borrow_mut().push(path.to_owned());
        Ok(REGISTRY.to_owned())
    };
    let Compiled { snapshot, faults, sources, .. } =
        compile(Source::new("tamis.yaml", yaml), Path::new("/etc/tamis"), Outside::of_files(&read));
    assert!(faults.is_empty(), "{}", faults.render(false));
    let snapshot = snapshot.expect("no fault");
    let tls = &snapshot.listeners[0].tls.as_ref().expect("TLS")[0];
    assert_eq!((tls.certificate.to_str(), tls.key.to_str()), (Some("/etc/tamis/c.pem"), Some("/run/k.pem")));
    let sites: Vec<_> = snapshot.sites.iter().collect();
    assert_eq!(sites[0].upstream.ca_file.as_deref(), Some(Path::new("/etc/tamis/ca.pem")));
    let files =
        ["c.pem", "ca.pem", "d.key", "d.pem", "r.yaml"].map(|name| Path::new("/etc/tamis").join(name));
    let files = files.into_iter().chain([Path::new("/run/k.pem").to_owned()]);
    assert_eq!(sources, Sources { files: files.collect(), ..Sources::default() });
    // Two sites, one file: read and compiled once.
    assert_eq!(asked.into_inner(), [Path::new("/etc/tamis/r.yaml")]);
    assert!(Arc::ptr_eq(sites[0].policy.registry(), sites[1].policy.registry()));
}

#[test]
fn a_file_that_tamis_writes_is_no_source() {
    for to in ["access.log", "stdout"] {
        let yaml = format!(
            "listeners: [{{ address: \":8080\" }}]\nlog: {{ access: {{ to: {to} }} }}\nsites:\n  \
             - {{ hosts: a.example, registry: r.yaml, upstream: http://o }}\n"
        );
        let read = |_: &Path, _| Ok(REGISTRY.to_owned());
        let source = Source::new("tamis.yaml", yaml);
        let compiled = compile(source, Path::new("/etc/tamis"), Outside::of_files(&read));
        assert!(compiled.faults.is_empty(), "{}", compiled.faults.render(false));
        // Else each line of the access log would be a change, and a reload.
        assert_eq!(compiled.sources.files, [Path::new("/etc/tamis/r.yaml").to_owned()].into(), "{to}");
    }
}

#[test]
fn a_site_may_have_a_file_of_its_own() {
    let outside = Outside {
        environment: &|_| None,
        read: &|path, _| match path.to_str() {
            Some("/etc/tamis/sites/a.yaml") => Ok(SITE.replace("b.example", "a.example")),
            Some("/etc/tamis/sites/b.yaml") => Ok(SITE.to_owned()),
            Some("/etc/tamis/sites/r.yaml" | "/etc/tamis/r.yaml") => Ok(REGISTRY.to_owned()),
            _ => Err("there is no such file".to_owned()),
        },
        check: &|_| Vec::new(),
        list: &|path| {
            let names = [
                "b.yaml",
                "a.yaml~",
                "..data",
                ".a.yaml",
                "#a.yaml#",
                ".#a.yaml",
                "a.yaml",
                "a.yaml.swp",
                "yaml",
            ];
            assert_eq!(path, Path::new("/etc/tamis/sites"));
            Ok(names.map(str::to_owned).into())
        },
    };
    let yaml = "listeners: [{ address: \":8080\" }]\nsites_from: sites\nsites:\n  \
                - { hosts: c.example, registry: r.yaml, upstream: http://127.0.0.1:8000 }\n";
    let compiled = compile(Source::new("tamis.yaml", yaml), Path::new("/etc/tamis"), outside);
    assert!(compiled.faults.is_empty(), "{}", compiled.faults.render(false));
    let sites = compiled.snapshot.expect("no fault").sites;
    let names: Vec<_> = sites.iter().map(|site| (site.id.index(), site.name.as_str())).collect();
    assert_eq!(names, [(0, "c.example"), (1, "a.example"), (2, "b.example")]);
    assert_eq!(found(&sites, "a.example"), "a.example");
    let files = ["r.yaml", "sites/a.yaml", "sites/b.yaml", "sites/r.yaml"];
    let files = files.map(|name| Path::new("/etc/tamis").join(name));
    let directories = BTreeSet::from([Path::new("/etc/tamis/sites").to_owned()]);
    assert_eq!(compiled.sources, Sources { files: files.into(), directories, ..Sources::default() });
}

#[test]
fn a_faulty_tls_section_never_becomes_a_plain_listener() {
    let (snapshot, faults) = compiled(
        "listeners: [{ address: \":8443\", tls: { certificate: c.pem } }]\n\
         sites: [{ default: true, registry: r.yaml, upstream: http://127.0.0.1:8000 }]",
    );
    assert!(snapshot.is_none() && faults.errors() == 1);
}

#[test]
fn a_snapshot_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Snapshot>();
}

/// The YAML blocks of a page of the documentation.
fn yaml_blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("\n```yaml\n").skip(1).filter_map(|rest| rest.split("\n```\n").next())
}

#[test]
fn the_reference_shows_every_setting_with_its_default() {
    let block = yaml_blocks(REFERENCE).next().expect("the first block");
    let shown = snapshot(block);
    assert_eq!(shown.limits, Limits::default());
    assert_eq!(shown.times, Times::default());
    assert_eq!(shown.log, Log::default());
    assert_eq!((shown.name.as_str(), shown.workers, &shown.admin), ("tamis", None, &None));
    assert_eq!(shown.unknown_host, UnknownHost::Reject);
    let site = shown.sites.find("opendata.example.org").expect("the site");
    assert_eq!(
        (site.mode("/"), site.request_body, &site.host),
        (Mode::Enforce, RequestBody::Measure, &HostField::Keep)
    );
    assert!(shown.sites.find("other.example").is_none() && shown.trusted.is_empty());
    // The lines without a default are examples that work, too.
    let examples = block.replace("\n# ", "\n").replace("    # tls", "    tls");
    let shown = snapshot(&examples);
    assert_eq!(
        (shown.workers, shown.admin.is_some(), shown.listeners[0].tls.is_some()),
        (Some(2), true, true)
    );
}

#[test]
fn the_shipped_example_works_as_it_is_with_its_commented_lines_too() {
    let example = include_str!("../../config/tamis.yaml");
    let read = |path: &Path, _| match path.to_str() {
        Some("config/registry/lille.yaml") => Ok(include_str!("../../config/registry/lille.yaml").to_owned()),
        other => Err(format!("{other:?} is not the registry")),
    };
    let snapshot = |text: &str| {
        let outside = Outside::of_files(&read);
        let Compiled { snapshot, faults, .. } =
            compile(Source::new("tamis.yaml", text), Path::new("config"), outside);
        assert!(faults.is_empty(), "{}", faults.render(false));
        snapshot.expect("no fault")
    };
    let shipped = snapshot(example);
    assert_eq!(shipped.listeners.len(), 1);
    assert!(shipped.admin.is_some_and(|admin| admin.address.is_local()) && shipped.trusted.is_empty());
    let site = shipped.sites.find("opendata.example.org").expect("the site");
    assert_eq!((site.mode("/preview/"), &site.host), (Mode::Enforce, &HostField::Keep));
    for direction in [Direction::Request, Direction::Response] {
        assert_eq!(site.policy.undeclared(direction), Undeclared::Block);
    }
    let uncommented =
        ["- address: \"[::]:8443\"", "  tls:", "trusted_proxies:", "paths:", "  - { prefix:", "pages:"];
    let text =
        uncommented.iter().fold(example.to_owned(), |text, line| text.replace(&format!("# {line}"), line));
    let edited = snapshot(&text);
    assert!(edited.listeners.iter().any(|listener| listener.tls.is_some()) && !edited.trusted.is_empty());
    let site = edited.sites.find("localhost").expect("the site");
    assert_eq!((site.mode("/preview/"), site.mode("/")), (Mode::Observe, Mode::Enforce));
}

proptest! {
    /// Whatever is mistyped: no panic, a snapshot exactly if there is no error, and each fault says what would be right.
    #[test]
    fn a_mistyped_configuration_is_explained(at in 0..2000_usize, drop in 0..6_usize, typed in "[ -~\né]{0,4}") {
        let block = yaml_blocks(REFERENCE).next().expect("the first block").replace("\n# ", "\n");
        let at = at % block.len();
        let typo = block.chars().take(at).chain(typed.chars()).chain(block.chars().skip(at + drop));
        let (snapshot, faults) = compiled(&typo.collect::<String>());
        prop_assert_eq!(snapshot.is_some(), faults.errors() == 0);
        for fault in faults.iter() {
            prop_assert!(!fault.help.is_empty() && !fault.message.is_empty());
            prop_assert!(fault.render(false).contains(fault.kind));
        }
    }

    #[test]
    fn any_host_can_be_asked_for(host in ".{0,40}") {
        let sites = sites(&["hosts: \"*.example.net\"", "default: true"]);
        prop_assert!(sites.find(&host).is_some());
    }
}
