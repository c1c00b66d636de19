//! Tables filled, added up, kept and written down.

mod bounds;
mod golden;
mod kept;
mod secrets;

use std::path::Path;

use http::Uri;

use super::book::Book;
use super::table::Table;
use super::{Registries, Report, Setting, Sighting, Spot};
use crate::config::{self, Mode, Outside, Site, Snapshot};
use crate::consent::Consent;
use crate::cookie::{SetCookie, Unread, pairs};
use crate::diagnostic::Source;
use crate::policy::Occasion;

/// 2026-11-23 00:00:00 UTC.
const NOW: i64 = 1_795_392_000;

/// A gateway of two sites with the cookies of tests/data/verdicts.yaml.
fn snapshot() -> Snapshot {
    with_registry(include_str!("../../../tests/data/verdicts.yaml"))
}

fn with_registry(registry: &str) -> Snapshot {
    let yaml = "
listeners: [{address: '127.0.0.1:0'}]
sites:
  - {hosts: [opendata.example.org], registry: registry/site.yaml, upstream: 'http://127.0.0.1:1', mode: observe}
  - {hosts: ['*.example.net'], registry: registry/site.yaml, upstream: 'http://127.0.0.1:1'}
";
    let read = |_: &Path, _| Ok(registry.to_owned());
    let compiled = config::compile(Source::new("tamis.yaml", yaml), Path::new(""), Outside::of_files(&read));
    compiled.snapshot.unwrap_or_else(|| panic!("{}", compiled.faults.render(false)))
}

/// One site's traffic into a table, judged as the gateway would.
struct Traffic<'a> {
    table: &'a Table,
    site: &'a Site,
    mode: Mode,
    consent: Consent,
}

impl<'a> Traffic<'a> {
    fn new(table: &'a Table, site: &'a Site, mode: Mode) -> Self {
        Self { table, site, mode, consent: Consent::none() }
    }

    fn request(&self, target: &str, field: &[u8]) {
        let uri: Uri = target.parse().unwrap();
        let spot = Spot { site: self.site, mode: self.mode, uri: &uri };
        let saw = |name: &[u8], verdict| {
            assert!(self.table.saw(spot, Sighting::Pair(name), verdict).is_none());
        };
        self.site.policy.filter_request(std::iter::once(field), &self.consent, true, saw);
    }

    fn response(&self, target: &str, field: &[u8]) {
        let uri: Uri = target.parse().unwrap();
        let cookie = SetCookie::parse(field);
        let occasion = Occasion { consent: &self.consent, now: NOW, secure: true };
        let (verdict, _) = self.site.policy.sift_set_cookie(&cookie, occasion, |_, _| false);
        let spot = Spot { site: self.site, mode: self.mode, uri: &uri };
        if let Some(look) = self.table.saw(spot, Sighting::Set(Unread::cut(field)), verdict) {
            let authority = b"opendata.example.org:8080";
            self.table.look(spot, look, Setting { cookie: &cookie, now: NOW, authority });
        }
    }
}

/// What a table holds, as a book.
fn book(table: &Table, most: usize) -> Book {
    let mut book = Book::default();
    book.add(table.hand_over(), NOW, most);
    book
}

/// Every form in which a report leaves tamis, and the file.
fn written(book: &Book, snapshot: &Snapshot) -> String {
    let report = Report::of(book, &Registries::of(&snapshot.sites), NOW);
    let html = report.clone().html(super::Order::Importance, true);
    let folder = Folder::new();
    book.save(&folder.path("observed.json")).unwrap();
    let file = std::fs::read_to_string(folder.path("observed.json")).unwrap();
    [report.text(), report.json().to_string(), report.yaml(), html, file].join("\n")
}

/// A directory of its own, removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tamis-observed-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn verdicts_are_counted_each_way_and_modes_are_told_apart() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let site = snapshot.sites.iter().next().unwrap();
    let observed = Traffic::new(&table, site, Mode::Observe);
    for path in ["/", "/explore/dataset/trees", "/explore/dataset/roads"] {
        observed.request(path, b"sessionid=1; _pk_id.1.a3f2=2; _pk_id.7.09bc=3; _fbp=4; =5");
    }
    observed
        .response("/accounts/login", b"sessionid=1; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=1209600");
    observed.response("/accounts/logout", b"sessionid=; Max-Age=0");
    Traffic::new(&table, site, Mode::Enforce).request("/", b"_fbp=1");
    let book = book(&table, 500);
    assert_eq!(book.rows(), 5);
    let page = &book.pages[&("opendata.example.org".to_owned(), Mode::Observe)];
    let facts = |name: &str| &page.cookies[name].facts;
    assert_eq!(
        (facts("sessionid").ways.request.forwarded, facts("sessionid").ways.response.forwarded),
        (3, 2)
    );
    assert_eq!((facts("sessionid").set(), facts("sessionid").deleted), (1, 1));
    assert_eq!(facts("_pk_id.{id}.{id}").ways.request.stripped, 6);
    assert_eq!(facts("_fbp").ways.request.stripped, 3);
    assert_eq!(facts("").reasons.iter().collect::<Vec<_>>(), [("nameless", 3)]);
    assert_eq!(facts("sessionid").set_on.some, ["/accounts/login"]);
    assert_eq!(facts("_fbp").sent_to.some, ["/", "/explore/dataset"]);
    let enforced = &book.pages[&("opendata.example.org".to_owned(), Mode::Enforce)];
    assert_eq!(enforced.cookies["_fbp"].facts.ways.request.stripped, 1);
    assert!(table.hand_over().is_empty(), "what was handed over is not handed over again");
}

#[test]
fn what_is_declared_later_is_declared_in_the_report() {
    let before = with_registry("version: '1'\ncookies: []");
    let table = Table::new(&before.sites, 500);
    let traffic = Traffic::new(&table, before.sites.iter().next().unwrap(), Mode::Observe);
    traffic.request("/", b"_pk_id.1.a3f2=1; _pk_ses.1.a3f2=1; theme=1; unknown=1");
    let book = book(&table, 500);
    let after = with_registry(
        "version: '1'
cookies:
  - {provider: a, names: '_pk_id.{id}.{id}', purposes: b, category: statistical}
  - {provider: a, names: '_pk_s*', purposes: b, category: statistical}
  - {provider: a, names: theme, purposes: b, category: internal}",
    );
    let report = Report::of(&book, &Registries::of(&after.sites), NOW);
    let standing = |name: &str| {
        let cookie = report.pages[0].cookies.iter().find(|cookie| cookie.name == name).unwrap();
        super::words::place(cookie)
    };
    assert_eq!(standing("_pk_id.{id}.{id}"), "registry/site.yaml:3:26");
    assert_eq!(standing("_pk_ses.{id}.{id}"), "registry/site.yaml:4:26");
    assert_eq!(standing("theme"), "registry/site.yaml:5:26");
    assert_eq!(standing("unknown"), "not declared");
    assert_eq!(report.unseen, ["*.example.net"]);
}

#[test]
fn who_sets_a_cookie_is_known_from_its_ways() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Observe);
    traffic.request("/", b"sessionid=1; _fbp=2; cookies_preferences=3; gone=4");
    traffic.response("/", b"sessionid=1");
    traffic.response("/", b"gone=; Max-Age=0");
    traffic.response("/", b"old=; Max-Age=0");
    let report = Report::of(&book(&table, 500), &Registries::of(&snapshot.sites), NOW);
    let by = |name: &str| {
        let cookie = report.pages[0].cookies.iter().find(|cookie| cookie.name == name).unwrap();
        cookie.set_by.map(super::Setter::word)
    };
    assert_eq!(by("sessionid"), Some("server"));
    assert_eq!(by("_fbp"), Some("script"));
    assert_eq!(by("gone"), Some("script"), "the site only deletes it");
    assert_eq!(by("cookies_preferences"), Some("choice"));
    assert_eq!(by("old"), None);
}
