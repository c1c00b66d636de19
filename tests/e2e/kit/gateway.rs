//! A gateway in this process, from the text of its configuration.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};

use tamis::audit::observed::Report;
use tamis::config::{self, AdminAddress, Log, Outside, Snapshot};
use tamis::diagnostic::Source;
use tamis::metrics::{Counters, Metrics};
use tamis::server::{Applied, Drained, Given, Guard, Server, log_to};
use tamis::upstream::Health;

use super::{Agent, Authority, Origin, PATIENCE};

/// The cookies of a small portal: some exempt, some that need consent, with a tool that is chosen by itself.
const REGISTRY: &str = r#"
version: "2026-11-23"
consent:
  keys: { analytics: statistical, marketing: third-party }
  gpc_denies: [third-party]
services:
  - { key: matomo, title: Matomo, category: statistical }
cookies:
  - { names: [sessionid, csrftoken, django_language, messages], provider: Portal, purposes: To work., category: necessary, exemption: Asked for. }
  - { names: [cookies_preferences], provider: Portal, purposes: Holds the choice., category: necessary, exemption: Asked for., set_by: script }
  - { names: ["__Host-s", "__Secure-s", "sl/ash", "cart", "big"], provider: Portal, purposes: To work., category: necessary, exemption: Asked for. }
  - { names: ["_ga", "_ga_*"], provider: Google, purposes: Counts visits., category: statistical }
  - { names: ["_pk_id.{id}.{id}"], provider: Portal, purposes: Counts visits., category: statistical, service: matomo }
  - { names: [_fbp], provider: Meta, purposes: Advertises., category: third-party }
"#;

/// That registry, for whole configurations.
pub(crate) fn registry() -> &'static str {
    REGISTRY
}

/// One site behind one listener, to be varied.
pub(crate) struct Setup {
    upstream: String,
    top: String,
    site: String,
    registry: String,
    workers: usize,
}

/// A running gateway.
pub(crate) struct Gateway {
    server: Server,
}

/// The plainest gateway in front of an origin server: one site for all hosts, everything as shipped.
pub(crate) fn gateway(origin: &Origin) -> Gateway {
    Setup::new(origin).start()
}

impl Setup {
    pub(crate) fn new(origin: &Origin) -> Self {
        Self::to(&origin.url())
    }

    /// In front of this URL.
    pub(crate) fn to(url: &str) -> Self {
        let registry = REGISTRY.to_owned();
        Self { upstream: format!("\"{url}\""), top: String::new(), site: String::new(), registry, workers: 1 }
    }

    /// Another `upstream:`, as YAML.
    pub(crate) fn upstream(mut self, yaml: &str) -> Self {
        self.upstream = yaml.to_owned();
        self
    }

    /// Another line at the top level.
    pub(crate) fn top(mut self, line: &str) -> Self {
        self.top += &format!("{line}\n");
        self
    }

    /// Another line of the site.
    pub(crate) fn site(mut self, line: &str) -> Self {
        self.site += &format!("    {line}\n");
        self
    }

    /// Another registry.
    pub(crate) fn registry(mut self, yaml: &str) -> Self {
        yaml.clone_into(&mut self.registry);
        self
    }

    /// More than one worker.
    pub(crate) fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    pub(crate) fn start(&self) -> Gateway {
        Gateway::start(&self.yaml(), &self.registry)
    }

    /// Writes the files of it: `tamis.yaml` and its registry, `site.yaml`.
    pub(crate) fn write(&self, folder: &Folder) {
        folder.write("site.yaml", &self.registry);
        folder.write("tamis.yaml", &self.yaml());
    }

    fn yaml(&self) -> String {
        let Self { upstream, top, site, workers, .. } = self;
        let listeners =
            if top.contains("listeners:") { "" } else { "listeners: [{address: \"127.0.0.1:0\"}]\n" };
        let admin = if top.contains("admin:") { "" } else { "admin: {address: \"127.0.0.1:0\"}\n" };
        let records = if top.contains("records:") { "" } else { "records: off\n" };
        format!(
            "workers: {workers}\n{records}{listeners}{admin}{top}\
             sites:\n  - default: true\n    registry: site.yaml\n    upstream: {upstream}\n{site}"
        )
    }
}

impl Gateway {
    /// A gateway of a whole configuration.
    pub(crate) fn start(yaml: &str, registry: &str) -> Self {
        log();
        Self { server: Server::start(compiled(yaml, registry), Given::default()).unwrap() }
    }

    /// Another configuration from now on.
    ///
    /// # Errors
    /// As the operator reads them; then the one before stays.
    pub(crate) fn reload(&self, setup: &Setup) -> Result<Applied, String> {
        let snapshot = compiled(&setup.yaml(), &setup.registry);
        self.server
            .reloader()
            .reload(snapshot)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// Where user agents connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    /// The same for every listener.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        self.server.addresses()
    }

    pub(crate) fn agent(&self) -> Agent {
        Agent::connect(self.address())
    }

    /// An agent that speaks TLS and trusts this authority alone.
    pub(crate) fn tls_agent(&self, authority: &Authority) -> Agent {
        authority.agent(self.address())
    }

    /// An agent of the operator.
    pub(crate) fn operator(&self) -> Agent {
        match self.server.admin().unwrap() {
            AdminAddress::Tcp(address) => Agent::connect(*address),
            AdminAddress::Unix(path) => Agent::connect_unix(path),
        }
        .for_host("localhost")
    }

    /// A counter as it stands: what was judged before an answer was sent is in it.
    pub(crate) fn count(&self, of: impl Fn(&Counters) -> u64) -> u64 {
        self.server.metrics().sum(of)
    }

    /// How the upstream of its one site is.
    pub(crate) fn health(&self) -> Health {
        self.server.reloader().gateway().origins[0].health()
    }

    /// Waits until that is so.
    pub(crate) fn until(&self, what: impl Fn(&Health) -> bool) {
        let begun = std::time::Instant::now();
        while !what(&self.health()) {
            assert!(begun.elapsed() < PATIENCE, "{:?}", self.health());
            std::thread::yield_now();
        }
    }

    /// All metrics as the operator reads them.
    pub(crate) fn metrics(&self) -> String {
        self.operator().request("GET /metrics", &[]).text()
    }

    /// Which cookies were seen until now.
    pub(crate) fn observed(&self) -> Report {
        self.server.observations().unwrap().blocking_report().unwrap()
    }

    /// Ends the gateway; the counters then hold everything.
    pub(crate) fn stop(self) -> (Drained, Arc<Metrics>) {
        let metrics = Arc::clone(self.server.metrics());
        (self.server.stop(), metrics)
    }
}

fn compiled(yaml: &str, registry: &str) -> Snapshot {
    let read = |_: &Path, _| Ok(registry.to_owned());
    let compiled = config::compile(Source::new("tamis.yaml", yaml), Path::new("/"), Outside::of_files(&read));
    let mut snapshot = compiled.snapshot.unwrap_or_else(|| panic!("{}", compiled.faults.render(false)));
    // Nothing is written where no test says so.
    if let Some(observations) = snapshot.observations.as_mut().filter(|observations| !observations.named) {
        observations.file = None;
    }
    snapshot
}

/// The log of the whole process.
#[derive(Clone, Default)]
struct Book(Arc<(Mutex<Vec<u8>>, Condvar)>);

impl std::io::Write for Book {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.0.lock().unwrap().extend_from_slice(octets);
        self.0.1.notify_all();
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged, into memory. Not at `trace`, where bodies fill the queue with lines and others are dropped; the tests
/// of the command line log at that level.
fn log() -> &'static Book {
    static LOG: OnceLock<(Book, Guard)> = OnceLock::new();
    let (book, _) = LOG.get_or_init(|| {
        let book = Book::default();
        let log = Log { level: "debug".to_owned(), ..Log::default() };
        let hook = std::panic::take_hook();
        let guard = log_to(&log, book.clone(), false).unwrap();
        // A test that fails has to say so where tests do.
        std::panic::set_hook(hook);
        (book, guard)
    });
    book
}

/// All that was logged by any gateway until a line with this mark was.
pub(crate) fn logged(mark: &str) -> String {
    let Book(shared) = log();
    let find = |text: &mut Vec<u8>| !String::from_utf8_lossy(text).contains(mark);
    let (text, waited) = shared.1.wait_timeout_while(shared.0.lock().unwrap(), PATIENCE, find).unwrap();
    assert!(!waited.timed_out(), "{mark} is not in the log");
    String::from_utf8_lossy(&text).into_owned()
}

/// A directory of its own for files of a gateway, removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tamis-e2e-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A path in it.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file as deployments do: whole, under its name at once.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let draft = self.at(&format!("{name}.draft"));
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, self.at(name)).unwrap();
    }

    /// The setting that keeps records here.
    pub(crate) fn records(&self) -> String {
        let at = |name: &str| self.at(name).display().to_string();
        format!(
            "records: {{database: {}, key: {}, head: {}, wait: 20s}}",
            at("records.sqlite"),
            at("key"),
            at("head")
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
