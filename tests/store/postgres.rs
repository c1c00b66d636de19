//! Several instances on one real server: `tests/run postgres` installs it and runs these.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tamis::config::{Database, Records};
use tamis::metrics::RecordCounters;
use tamis::store::{Filter, Ledger, SigningKey, Store, Unavailable};

use crate::gateway::{self, Gateway};
use crate::http::{Crowd, Kept};
use crate::kit::{Folder, block_on, id, open, record, settings, until, verify};
use crate::server::Server;
use crate::visitor::{ACCEPT, REFUSE, Visitor};

fn instance(folder: &Folder, url: &str, name: &str) -> Records {
    Records {
        database: Database::parse(url, Path::new("")).unwrap(),
        instance: Some(name.to_owned()),
        key: folder.path(&format!("{name}.key")),
        head: folder.path(&format!("{name}.head")),
        // Long enough for a busy machine: what these tests mean is refused at once.
        wait: Duration::from_secs(30),
        ..settings(folder.root())
    }
}

fn start(settings: &Records) -> (Store, Arc<RecordCounters>) {
    let counters = Arc::new(RecordCounters::default());
    (Store::open(settings, Arc::clone(&counters)).unwrap(), counters)
}

/// PostgreSQL tells with a row that it refuses what is in it.
#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn what_the_server_says_of_a_row_is_not_told() {
    let (folder, server) = (Folder::new(), Server::start());
    let settings = instance(&folder, &server.url(), "a");
    let (store, _) = start(&settings);
    block_on(async { assert_eq!(store.record(record(1)).await, Ok(())) });
    store.close();
    server.sql("ALTER TABLE record ADD CONSTRAINT never CHECK (id IS NOT NULL AND payload IS NOT NULL)");
    let fault = block_on(async {
        let mut ledger = open(&settings).await;
        ledger.forget(&id(1), 1_795_000_000).await.unwrap_err().to_string()
    });
    assert!(
        fault.contains("never") && !fault.contains("DETAIL") && !fault.contains("row contains"),
        "{fault}"
    );
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn several_instances_write_chains_of_their_own_to_one_server() {
    let (folder, server) = (Folder::new(), Server::start());
    // The last two share a name by mistake: that is slower, and nothing worse.
    let names = ["a", "b", "c", "c"];
    let all = names.map(|name| instance(&folder, &server.url(), name));
    let stores = all.each_ref().map(start);
    block_on(async {
        let mut tasks = Vec::new();
        for (number, (store, _)) in (0_u64..).zip(&stores) {
            for task in 0..10_u64 {
                let store = store.clone();
                tasks.push(tokio::spawn(async move {
                    for choice in 0..20 {
                        let number = number * 1000 + task * 20 + choice;
                        assert_eq!(store.record(record(number)).await, Ok(()));
                        assert!(store.note(record(number + 500)));
                    }
                }));
            }
        }
        let mut other = open(&all[0]).await;
        let key = SigningKey::read_or_make(&all[0].key).unwrap();
        for number in 0..10 {
            other.forget(&id(number), 1_795_000_000).await.unwrap();
            other
                .prune("b", 1_795_000_005 + i64::try_from(number).unwrap(), 1_795_000_100, &key)
                .await
                .unwrap();
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    stores.iter().for_each(|(store, _)| store.close());
    let heads: Vec<String> =
        ["a.head", "b.head", "c.head"].iter().flat_map(|file| folder.lines(file)).collect();
    block_on(async {
        let mut ledger = open(&all[0]).await;
        let (found, faults) = verify(&mut ledger, &heads).await;
        assert_eq!(faults, []);
        let lengths: Vec<u64> = found.iter().map(|found| found.head.sequence).collect();
        assert!(lengths[0] >= 400 && lengths[1] >= 400 && lengths[2] == 800, "{lengths:?}");
        assert!(
            found.iter().all(|found| found.heads > 0 && found.covered == found.head.sequence),
            "{found:?}"
        );
        let one = Filter { id: Some(id(1003)), ..Filter::default() };
        assert!(ledger.page(&one, ("", 0)).await.unwrap().len() <= 1);
    });
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn a_server_that_is_killed_costs_no_acknowledged_record() {
    let (folder, mut server) = (Folder::new(), Server::start());
    let settings = instance(&folder, &server.url(), "a");
    let (store, counters) = start(&settings);
    let mut acknowledged = Vec::new();
    let mut next = 0;
    let mut choose = |wanted: Result<(), Unavailable>| {
        until("a record is answered as expected", || {
            next += 1;
            let answer = block_on(store.record(record(next)));
            if answer.is_ok() {
                acknowledged.push(next);
            } else {
                assert!(store.note(record(next + (1 << 40))), "a refusal is taken");
            }
            answer == wanted
        });
    };
    for _ in 0..3 {
        (0..50).for_each(|_| choose(Ok(())));
        server.kill();
        choose(Err(Unavailable));
        server.run();
    }
    choose(Ok(()));
    store.close();
    assert_eq!(counters.missing.value(), 0);
    block_on(async {
        let mut ledger = open(&settings).await;
        assert_eq!(verify(&mut ledger, &folder.lines("a.head")).await.1, []);
        for number in acknowledged {
            let one = Filter { id: Some(id(number)), ..Filter::default() };
            assert_eq!(ledger.page(&one, ("", 0)).await.unwrap().len(), 1, "{number}");
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn two_gateways_keep_what_they_answered_while_their_server_is_killed() {
    let (folder, origin) = (Folder::new(), gateway::origin());
    let mut server = Server::start();
    let all = ["a", "b"].map(|name| {
        let files = format!("key: {name}.key, head: {name}.head, every: 1s, instance: {name}");
        let records = format!("{{database: \"{}\", {files}}}", server.url());
        gateway::configure_as(&folder, &format!("{name}.yaml"), origin, &records);
        Gateway::start_as(&folder, &format!("{name}.yaml"), "")
    });
    let crowd = Crowd::new(all.iter().map(Gateway::address).collect(), 2000);
    let told = crowd.choose(|crowd| {
        for kill in 1..=2 {
            crowd.until_answered(700 * kill);
            server.kill();
            for gateway in &all {
                until("it shows", || gateway.metric("tamis_records_failing") == 1);
            }
            server.run();
        }
    });
    assert_eq!(all.each_ref().map(|gateway| gateway.metric("tamis_records_missing_total")), [0, 0]);
    let logs = all.map(Gateway::stop);
    assert!(logs.iter().all(|log| log.contains("written again") && !log.contains("s3cr3t")), "{logs:?}");
    let (code, text) =
        gateway::records(&folder, &["verify", "--config", "a.yaml", "--head", "a.head", "--head", "b.head"]);
    assert!(code == 0 && !text.contains("not yet under a head"), "{text}");
    let kept = Kept::read(&Database::parse(&server.url(), Path::new("")).unwrap());
    println!("{} agreements, {} answers 503, {} void", told.granted.len(), told.refused, kept.void);
    assert!(told.refused > 0);
    let lost = [kept.lost(&told.granted).len(), kept.lost(&told.withdrawn).len(), kept.untold(&told)];
    assert_eq!(lost, [0, 0, 0]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn tls_is_spoken_with_a_verified_server_only() {
    let server = Server::start();
    let database = Database::parse(&server.tls_url(), Path::new("")).unwrap();
    block_on(async {
        let mut ledger = Ledger::open(&database, Some(&server.authority()), true).await.unwrap();
        assert_eq!(ledger.instances().await.unwrap(), Vec::<String>::new());
        let fault = Ledger::open(&database, None, true).await.unwrap_err().to_string();
        assert!(fault.contains("certificate"), "{fault}");
        assert!(!fault.contains("s3cr3t"), "{fault}");
        let wrong = server.url().replace("s3cr3t", "guessed");
        let wrong = Database::parse(&wrong, Path::new("")).unwrap();
        let fault = Ledger::open(&wrong, None, true).await.unwrap_err().to_string();
        assert!(fault.contains("password authentication failed"), "{fault}");
        assert!(!fault.contains("guessed"), "{fault}");
    });
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn the_command_line_reads_a_server() {
    let (folder, server) = (Folder::new(), Server::start());
    let settings = instance(&folder, &server.url(), "a");
    let (store, _) = start(&settings);
    assert_eq!(block_on(store.record(record(1))), Ok(()));
    store.close();
    let tamis = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
        let output =
            command.arg("records").args(arguments).args(["--database", &server.url()]).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{arguments:?}: {text}");
        assert!(!text.contains("s3cr3t"), "{text}");
        text
    };
    assert!(tamis(&["stats"]).contains("a: 1 choices of 1 ids"));
    let (head, key) = (settings.head.display().to_string(), settings.key.display().to_string());
    let told = tamis(&["verify", "--head", &head]);
    assert!(told.contains("signed heads that agree: 1") && told.contains("in order"), "{told}");
    assert!(tamis(&["show", "00000000000000000000000000000001"]).contains("opendata.example.org"));
    assert!(tamis(&["forget", "00000000000000000000000000000001"]).contains("forgotten: 1"));
    // What was recorded in this second is not yet older than now: the notice of what was forgotten.
    let told = tamis(&["prune", "--before", "2100-01-01", "--key", &key]);
    assert!(told.contains("a: 1 deleted") || told.contains("a: 2 deleted"), "{told}");
    assert!(tamis(&["verify"]).contains("in order"));
    assert!(server.folder().exists());
}

#[test]
#[ignore = "needs PostgreSQL: tests/run postgres"]
fn a_server_that_hangs_delays_neither_visitors_nor_a_stop_for_long() {
    let (folder, server) = (Folder::new(), Server::start());
    let records = format!("{{database: \"{}\", every: 1h, instance: a, wait: 1s}}", server.url());
    gateway::configure(&folder, gateway::origin(), &records);
    let gateway = Gateway::start(&folder, "");
    let mut visitor = Visitor::new(gateway.address());
    assert_eq!(visitor.choose(ACCEPT).unwrap().status, 303);
    server.freeze();
    assert_eq!(visitor.choose(REFUSE).unwrap().status, 303);
    visitor.next(gateway.address());
    assert_eq!(visitor.choose(ACCEPT).unwrap().status, 503);
    let begin = Instant::now();
    let log = gateway.stop();
    let took = begin.elapsed();
    println!("stopped after {took:?}");
    // One statement and one attempt to connect, of five seconds each.
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert!(log.contains("no answer for 5 s") && log.contains("count=1"), "{log}");
}
