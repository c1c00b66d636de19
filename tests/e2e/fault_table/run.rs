//! Plays cases, each before a gateway of its own, several at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{Ask, Case, Gets, Play};
use super::play::{Played, play};
use super::visitor::{Got, SECRET, Visitor};
use super::{matrix, rows};
use crate::kit::{Authority, Certificate, Gateway, logged, registry};

/// Cases that are played at once: most of the slow ones only wait.
pub(super) const AT_ONCE: usize = 8;

/// What all cases of a run share.
pub(super) struct Stage {
    pub(super) authority: Authority,
    pub(super) inner: Certificate,
    /// `tls:` of the listener.
    tls: String,
    /// Whom the gateway trusts.
    ca: PathBuf,
}

impl Stage {
    pub(super) fn new() -> Self {
        let authority = Authority::new();
        let (tls, inner) = (authority.issue("x.test").listener(), authority.issue("localhost"));
        Self { ca: authority.file(), authority, inner, tls }
    }

    /// A gateway with one worker, listeners for all visitors, and these sites.
    pub(super) fn yaml(&self, top: &str, sites: &str) -> String {
        format!(
            "workers: 1\nrecords: off\nadmin: {{address: \"127.0.0.1:0\"}}\n{top}\nlisteners:\n \
             - {{address: \"127.0.0.1:0\", h2c: true}}\n - {{address: \"127.0.0.1:0\", tls: {}}}\nsites:\n{sites}",
            self.tls
        )
    }

    /// A site of this host before an origin server at this URL. What stalls has little time.
    pub(super) fn site(&self, host: &str, url: &str, case: &Case) -> String {
        let ca = format!(", server_name: localhost, ca_file: {}", self.ca.display());
        let ca = if case.over.is_tls() { &ca } else { "" };
        let h2 = if case.over.is_http2() { ", h2: true" } else { "" };
        // One address: the name has two.
        let url = url.replace("https://localhost", "https://127.0.0.1");
        let times = match case.gets {
            _ if !case.stalls => "",
            Gets::Cut => ", times: {progress: 300ms}",
            _ => ", times: {answer: 300ms}",
        };
        format!(
            " - {{hosts: [{host}], registry: site.yaml, request_body: stream, \
             upstream: {{url: \"{url}\"{ca}{h2}}}, paths: [{{prefix: /fault{times}}}]}}\n"
        )
    }
}

/// Every case of the table.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = matrix::cases();
    cases.extend(rows::cases());
    cases
}

/// Plays every case for one kind of visitor; tells of all that went otherwise.
pub(super) fn all(visitor: Visitor) {
    let (stage, cases, next) = (Stage::new(), cases(), AtomicUsize::new(0));
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    // The site's name marks its lines of the log, which is that of all cases.
                    let site = format!("case{index}.{}.test", format!("{visitor:?}").to_lowercase());
                    if catch_unwind(AssertUnwindSafe(|| one(&stage, case, visitor, &site))).is_err() {
                        wrong.lock().unwrap().push(case.name.as_str());
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(cases.len() >= 100 && wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
}

fn one(stage: &Stage, case: &Case, visitor: Visitor, site: &str) {
    let Case { name, over, ask, gets, .. } = case;
    let mut played = play(stage, case);
    let connect = if *gets == Gets::Error(504, "connect-timeout") { "times: {connect: 2s}" } else { "" };
    let sites = stage.site(&format!("{site}, x.test"), &played.url, case);
    let gateway = Gateway::start(&stage.yaml(connect, &sites), registry());
    let [plain, tls] = gateway.addresses() else { panic!("two listeners") };
    let mut asks = vec![(*ask, "/fault"), (Ask::Get, "/well"), (Ask::Get, "/last")];
    if case.kept {
        asks.insert(0, (Ask::Get, "/well"));
    }
    let at_rest = tasks_at_rest(&gateway);
    let mut got =
        visitor.asks([*plain, *tls], &stage.authority, ("x.test", &asks), |path| match (&case.play, path) {
            // The connection that lay idle is gone, and what was its task; that of the user agent is there.
            (Play::Idle(_), "/fault") => {
                let gone = || !over.is_http2() || tasks(&gateway) <= at_rest + 1;
                gateway.until(|health| health.addresses[0].idle == 0 && gone());
            }
            (Play::Refusal | Play::Deaf, "/well") => played.comes_back(),
            _ => {}
        });
    if case.kept {
        is_page(&got.remove(0), name);
    }
    answered(&got[0], *gets, name);
    got[1..].iter().for_each(|got| is_page(got, name));
    counted(&gateway, case, &played);
    told(site, case);
    let (drained, metrics) = gateway.stop();
    assert_eq!(drained, tamis::server::Drained::Clean, "{name}");
    assert_eq!(metrics.sum(|c| c.open.total()), 0, "{name}: a connection is left");
}

/// Tasks of the worker when it has begun.
fn tasks_at_rest(gateway: &Gateway) -> u64 {
    let mut agent = gateway.agent().for_host("elsewhere.test");
    assert_eq!(agent.get(&["Connection: close"]).status(), 421);
    assert!(agent.is_closed());
    tasks(gateway)
}

/// Tasks of the worker now.
fn tasks(gateway: &Gateway) -> u64 {
    let metrics = gateway.metrics();
    metrics.lines().find_map(|line| line.strip_prefix("tamis_tasks ")).unwrap().parse().unwrap()
}

pub(super) fn is_page(got: &Got, name: &str) {
    assert_eq!((got.status, got.text.as_str(), got.whole), (200, "page", true), "{name}: it goes on");
}

pub(super) fn answered(got: &Got, gets: Gets, name: &str) {
    match gets {
        Gets::Page => is_page(got, name),
        Gets::Answer(status) => assert_eq!((got.status, got.whole), (status, true), "{name}"),
        Gets::Error(status, _) => {
            assert_eq!((got.status, got.whole), (status, true), "{name}: {}", got.text);
            assert!(got.text.contains("site's server"), "{name}: {}", got.text);
            assert!(!got.text.contains("127.0.0.1") && !got.text.contains(SECRET), "{name}: {}", got.text);
        }
        Gets::Cut => assert_eq!((got.status, got.whole), (200, false), "{name}: {}", got.text),
    }
}

/// What the gateway counts and what the origin server heard.
fn counted(gateway: &Gateway, case: &Case, played: &Played) {
    let name = &case.name;
    assert_eq!(played.heard(), case.heard, "{name}: how often it was heard");
    let retries = gateway.count(|c| c.retries.value());
    assert_eq!(retries, case.heard.saturating_sub(1) as u64, "{name}: retries");
    let kind = match case.gets {
        Gets::Error(_, kind) => kind,
        Gets::Cut => "truncated",
        Gets::Page | Gets::Answer(_) => "",
    };
    // One request was for no site at all ([`tasks_at_rest`]).
    for word in tamis::proxy::FAILURES.iter().filter(|word| **word != "unknown-host") {
        assert_eq!(gateway.count(|c| c.failures.value(word)), u64::from(*word == kind), "{name}: {word}");
    }
    gateway.until(|health| health.addresses[0].in_use == 0);
    assert!(gateway.health().is_up(), "{name}: once is no reason to leave it out");
}

/// One line, with what to do and without what is secret.
fn told(site: &str, case: &Case) {
    let name = &case.name;
    let site = format!("site=\"{site}\"");
    let log = logged(&format!("{site} method=\"GET\" path=\"/last\""));
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&site)).collect();
    assert!(!lines.iter().any(|line| line.contains(SECRET)), "{name}: {lines:#?}");
    let told: Vec<_> =
        lines.iter().filter(|line| line.contains(" WARN ") || line.contains(" ERROR ")).collect();
    assert_eq!(told.len(), usize::from(!case.log.is_empty()), "{name}: {told:#?}");
    assert!(told.iter().all(|line| line.contains(case.log)), "{name}: {} is not in {told:#?}", case.log);
}
