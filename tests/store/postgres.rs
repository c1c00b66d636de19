//! Several instances on one real server: `tests/run postgres` installs it and runs these.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tamis::config::{Database, Records};
use tamis::metrics::RecordCounters;
use tamis::store::{Filter, Ledger, SigningKey, Store, Unavailable};

use crate::kit::{Folder, block_on, id, open, record, settings, until, verify};
use crate::server::Server;

fn instance(folder: &Folder, url: &str, name: &str) -> Records {
    Records {
        database: Database::parse(url, Path::new("")).unwrap(),
        instance: Some(name.to_owned()),
        key: folder.path(&format!("{name}.key")),
        head: folder.path(&format!("{name}.head")),
        ..settings(folder.root())
    }
}

fn start(settings: &Records) -> (Store, Arc<RecordCounters>) {
    let counters = Arc::new(RecordCounters::default());
    (Store::open(settings, Arc::clone(&counters)).unwrap(), counters)
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
    assert!(tamis(&["prune", "--before", "2100-01-01", "--key", &key]).contains("a: 1 deleted"));
    assert!(tamis(&["verify"]).contains("in order"));
    assert!(server.folder().exists());
}
