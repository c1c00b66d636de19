//! The whole table before one built gateway: then it holds what it held before, to the last task and descriptor.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::case::{Ask, Case, Gets, Play};
use super::play::{Played, play};
use super::run::{AT_ONCE, Stage, answered, cases, is_page};
use super::visitor::Visitor;
use crate::kit::{Folder, PATIENCE, Process, registry};

/// What a process holds while nobody asks for anything but this.
#[derive(Debug, PartialEq, PartialOrd)]
struct Held {
    tasks: f64,
    descriptors: f64,
}

impl Held {
    fn by(process: &Process) -> Self {
        Self { tasks: process.gauge("tamis_tasks"), descriptors: process.gauge("process_open_fds") }
    }
}

#[test]
fn nothing_is_left_behind() {
    let (stage, folder, cases) = (Stage::new(), Folder::new(), cases());
    let times = "times: {connect: 2s}\nobservations: off";
    let quiet = stage
        .yaml(times, " - {hosts: [quiet.test], registry: site.yaml, upstream: \"http://127.0.0.1:9\"}\n");
    folder.write("site.yaml", registry());
    folder.write("tamis.yaml", &quiet);
    let process = Process::start(&folder.at("tamis.yaml"));
    // Whoever answers has begun all that it does; then nobody is there.
    assert_eq!(process.agent().for_host("elsewhere.test").get(&["Connection: close"]).status(), 421);
    while !process.counts("tamis_connections_open{protocol=\"http/1.1\"} 0") {
        std::thread::yield_now();
    }
    let before = Held::by(&process);

    let played: Vec<Mutex<Played>> = cases.iter().map(|case| Mutex::new(play(&stage, case))).collect();
    let site = |(n, case): (usize, &Case)| stage.site(&host(n), &played[n].lock().unwrap().url, case);
    let sites: String = cases.iter().enumerate().map(site).collect();
    folder.write("tamis.yaml", &stage.yaml(times, &sites));
    process.reloaded(2);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(n) else { break };
                    visit(&stage, &process, (n, case), &mut played[n].lock().unwrap());
                }
            });
        }
    });
    // What is idle towards origin servers ends with their sites.
    folder.write("tamis.yaml", &quiet);
    process.reloaded(3);
    let begun = Instant::now();
    while Held::by(&process) > before {
        assert!(begun.elapsed() < PATIENCE, "{:?} are left of {before:?}", Held::by(&process));
        std::thread::yield_now();
    }
    assert!(process.counts("tamis_connections_open{protocol=\"h2\"} 0"));
    assert_eq!(process.stop(), Some(0));
}

fn host(n: usize) -> String {
    format!("case{n}.test")
}

/// Every other visitor speaks HTTP/2.
fn visit(stage: &Stage, process: &Process, (n, case): (usize, &Case), played: &mut Played) {
    let visitor = if n % 2 == 0 { Visitor::Http1 } else { Visitor::Http2 };
    let mut asks = vec![(case.ask, "/fault"), (Ask::Get, "/well")];
    if case.kept {
        asks.insert(0, (Ask::Get, "/well"));
    }
    let addresses = process.addresses();
    let [plain, tls] = addresses[..] else { panic!("two listeners: {addresses:?}") };
    let mut got = visitor.asks([plain, tls], &stage.authority, (&host(n), &asks), |path| {
        if matches!(case.play, Play::Refusal | Play::Deaf) && path == "/well" {
            played.comes_back();
        }
    });
    if case.kept {
        is_page(&got.remove(0), &case.name);
    }
    // Whether what lies idle is gone already when it is wanted is not waited for here.
    if !matches!(case.play, Play::Idle(_)) || got[0].status == 200 {
        answered(&got[0], case.gets, &case.name);
    }
    assert!(got[1].status == 200 || case.gets == Gets::Page, "{}: it goes on", case.name);
}
