//! The queue and the thread behind it, over a real file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::super::{SignedHead, Store, Unavailable};
use super::{Folder, block_on, file, record, rows, verify};
use crate::config;
use crate::metrics::RecordCounters;

fn open(settings: &config::Records) -> (Store, Arc<RecordCounters>) {
    let counters = Arc::new(RecordCounters::default());
    (Store::open(settings, Arc::clone(&counters)).unwrap(), counters)
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_recorded_is_there_and_its_head_is_signed_at_the_end() {
    let folder = Folder::new();
    let (store, counters) = open(&folder.settings());
    block_on(async {
        for visitor in 0..20 {
            assert!(store.note(record(visitor, 1)));
            assert_eq!(store.record(record(visitor, 2)).await, Ok(()));
        }
    });
    store.close();
    assert!(!store.note(record(1, 3)), "a closed store takes nothing");
    assert_eq!((counters.written.value(), counters.missing.value(), counters.heads.value()), (40, 1, 1));
    let text = std::fs::read_to_string(folder.path("records.head")).unwrap();
    let heads: Vec<_> = text.lines().map(|line| SignedHead::parse(line).unwrap()).collect();
    block_on(async {
        let mut ledger = file(&folder.path("records.sqlite")).await;
        let (found, faults) = verify(&mut ledger, heads).await;
        assert_eq!(faults, []);
        assert_eq!((found[0].1.records, found[0].1.covered), (40, 40));
    });
}

#[test]
fn a_database_that_cannot_be_opened_refuses_agreements_and_marks_what_it_missed() {
    let folder = Folder::new();
    let settings = config::Records {
        database: config::Database::Sqlite(folder.path("later/records.sqlite")),
        queue: 16,
        ..folder.settings()
    };
    let (store, counters) = open(&settings);
    assert_eq!(block_on(store.record(record(1, 1))), Err(Unavailable));
    until("the failure shows", || counters.failing.value() == 1);
    for visitor in 0..100 {
        store.note(record(visitor, 2));
        std::thread::sleep(Duration::from_millis(1));
    }
    until("the queue is taken", || counters.missing.value() == 84);
    std::fs::create_dir(folder.path("later")).unwrap();
    until("it recovers", || counters.failing.value() == 0);
    until("all is written", || counters.written.value() == 16);
    assert_eq!(block_on(store.record(record(1, 3))), Ok(()));
    store.close();
    block_on(async {
        let mut ledger = file(&folder.path("later/records.sqlite")).await;
        let rows = rows(&mut ledger).await;
        assert_eq!(rows.len(), 18);
        let notice = rows[16].payload.as_deref().unwrap();
        assert!(notice.starts_with("{\"count\":84,\"kind\":\"missing\","), "{notice}");
        assert_eq!(verify(&mut ledger, Vec::new()).await.1, []);
    });
    assert_eq!((counters.refused.value(), counters.missing.value()), (1, 84));
}

#[test]
fn a_database_that_takes_no_more_is_tried_again() {
    let folder = Folder::new();
    let (store, counters) = open(&folder.settings());
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    let other = Connection::open(folder.path("records.sqlite")).unwrap();
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END")
        .unwrap();
    assert_eq!(block_on(store.record(record(2, 2))), Err(Unavailable));
    assert!(store.note(record(3, 3)), "a refusal is taken");
    other.execute_batch("DROP TRIGGER full").unwrap();
    until("it recovers", || block_on(store.record(record(4, 4))).is_ok());
    store.close();
    block_on(async {
        let mut ledger = file(&folder.path("records.sqlite")).await;
        let times: Vec<_> = rows(&mut ledger).await.iter().map(|row| row.time).collect();
        assert_eq!(times, [Some(1), Some(3), Some(4)], "the refused agreement left no record");
    });
    assert_eq!(counters.missing.value(), 0);
}

#[test]
fn trouble_lasts_until_something_could_be_written() {
    let folder = Folder::new();
    let (store, counters) = open(&folder.settings());
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    let other = Connection::open(folder.path("records.sqlite")).unwrap();
    other
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END")
        .unwrap();
    assert_eq!(block_on(store.record(record(2, 2))), Err(Unavailable));
    until("the failure shows", || counters.failing.value() == 1);
    // It opens all the while, and nothing waits to be written.
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(500) {
        assert_eq!(counters.failing.value(), 1);
        std::thread::sleep(Duration::from_millis(1));
    }
    other.execute_batch("DROP TRIGGER full").unwrap();
    until("it recovers by itself", || counters.failing.value() == 0);
    store.close();
    assert_eq!(block_on(async { rows(&mut file(&folder.path("records.sqlite")).await).await.len() }), 1);
}

#[test]
fn a_file_that_another_one_replaces_is_left_whole() {
    let folder = Folder::new();
    let (store, counters) = open(&folder.settings());
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    // Somebody restores a backup under the running gateway.
    let other = Connection::open(folder.path("records.sqlite")).unwrap();
    other.execute("VACUUM INTO ?1", [folder.path("backup").to_str().unwrap()]).unwrap();
    drop(other);
    assert_eq!(block_on(store.record(record(2, 2))), Ok(()));
    std::fs::rename(folder.path("records.sqlite"), folder.path("old")).unwrap();
    std::fs::rename(folder.path("backup"), folder.path("records.sqlite")).unwrap();
    assert_eq!(block_on(store.record(record(3, 3))), Ok(()));
    store.close();
    for (name, expected) in [("records.sqlite", [Some(1), Some(3)]), ("old", [Some(1), Some(2)])] {
        block_on(async {
            let mut ledger = file(&folder.path(name)).await;
            let times: Vec<_> = rows(&mut ledger).await.iter().map(|row| row.time).collect();
            assert_eq!(times, expected, "{name}");
            assert_eq!(verify(&mut ledger, Vec::new()).await.1, []);
        });
    }
    assert_eq!(counters.failing.value(), 0);
}

#[test]
fn what_a_killed_process_left_is_signed_at_the_next_start() {
    let folder = Folder::new();
    let heads = || std::fs::read_to_string(folder.path("records.head")).unwrap_or_default().lines().count();
    let (store, _) = open(&folder.settings());
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    assert_eq!(heads(), 0);
    // The first one goes on, as if it had left no head.
    let (next, counters) = open(&folder.settings());
    until("it is signed", || counters.heads.value() == 1);
    assert_eq!(heads(), 1);
    next.close();
    store.close();
    assert_eq!(heads(), 2, "the first one knew of no head");
}

#[test]
fn an_agreement_that_waited_too_long_is_void() {
    let folder = Folder::new();
    let settings = config::Records { wait: Duration::from_secs(1), ..folder.settings() };
    let (store, _) = open(&settings);
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    // Another program holds the database for longer than the visitor waits, and for less than SQLite does.
    let other = Connection::open(folder.path("records.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(block_on(store.record(record(2, 2))), Err(Unavailable));
    other.execute_batch("COMMIT").unwrap();
    let mut notices = Vec::new();
    store.note(record(3, 3));
    until("the notice is there", || {
        store.note(record(4, 4));
        notices = block_on(async { rows(&mut file(&folder.path("records.sqlite")).await).await });
        notices.iter().any(|row| row.payload.as_deref().is_some_and(|payload| payload.contains("\"void\"")))
    });
    let void: Vec<_> =
        notices.iter().filter_map(|row| row.payload.as_deref()).filter(|p| p.contains("void")).collect();
    assert!(void[0].starts_with("{\"kind\":\"void\",\"sequences\":[2],"), "{void:?}");
    store.close();
}

#[test]
fn the_command_line_may_change_a_chain_while_it_is_written() {
    let folder = Folder::new();
    let (store, counters) = open(&folder.settings());
    let key = super::super::SigningKey::read_or_make(&folder.path("records.key")).unwrap();
    block_on(async {
        let mut other = file(&folder.path("records.sqlite")).await;
        for round in 0..30_u8 {
            for visitor in 0..20 {
                store.note(record(visitor, i64::from(round)));
            }
            assert_eq!(store.record(record(round, i64::from(round))).await, Ok(()));
            other.forget(&[round % 20; 16], 50).await.unwrap();
            other.prune("a", i64::from(round) - 5, 50, &key).await.unwrap();
        }
        store.close();
        assert_eq!(verify(&mut other, Vec::new()).await.1, []);
    });
    assert_eq!(counters.written.value(), 30 * 21);
}

#[test]
fn the_files_are_for_their_user_alone_and_one_that_is_taken_away_is_made_anew() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    let (store, _) = open(&folder.settings());
    assert_eq!(block_on(store.record(record(1, 1))), Ok(()));
    for file in ["records.sqlite", "records.sqlite-wal", "records.key"] {
        let mode = std::fs::metadata(folder.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    for file in ["records.sqlite", "records.sqlite-wal", "records.sqlite-shm"] {
        std::fs::rename(folder.path(file), folder.path(&format!("away-{file}"))).unwrap();
    }
    assert_eq!(block_on(store.record(record(2, 2))), Ok(()));
    store.close();
    block_on(async {
        let mut ledger = file(&folder.path("records.sqlite")).await;
        assert_eq!(rows(&mut ledger).await[0].time, Some(2));
    });
}
