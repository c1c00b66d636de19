//! What holds of any chain: it verifies whatever was done to it by tamis, and does not after anything else.

use proptest::prelude::*;

use super::super::chain::{Head, digest};
use super::super::database::Database;
use super::super::{FaultKind, Ledger, Of, SignedHead, SigningKey};
use super::{Folder, block_on, entry, in_memory, rows, verify};

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(u8, i64)>),
    Forget(u8),
    Prune(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec((0_u8..6, 0_i64..100), 1..80).prop_map(Step::Append),
        1 => (0_u8..6).prop_map(Step::Forget),
        1 => (0_i64..100).prop_map(Step::Prune),
    ]
}

async fn made(steps: &[Step], key: &SigningKey) -> Ledger {
    let mut ledger = in_memory().await;
    for step in steps {
        match step {
            Step::Append(visitors) => {
                let entries: Vec<_> = visitors.iter().map(|(visitor, time)| entry(*visitor, *time)).collect();
                ledger.append("a", &entries).await.map_err(|failure| failure.fault).unwrap();
            }
            Step::Forget(visitor) => {
                ledger.forget(&[*visitor; 16], 100).await.unwrap();
                assert!(rows(&mut ledger).await.iter().all(|row| row.id.as_deref() != Some(&[*visitor; 16])));
            }
            Step::Prune(before) => {
                ledger.prune("a", *before, 100, key).await.unwrap();
                let old = |row: &super::super::Row| row.id.is_some() && row.time < Some(*before);
                assert!(!rows(&mut ledger).await.iter().any(old));
            }
        }
    }
    ledger
}

/// Alters the store as somebody with a SQL shell would. What it touches is told, if it touches anything.
fn alter(ledger: &Ledger, place: usize, column: usize) -> Option<String> {
    const CHANGES: [&str; 13] = [
        "instance = instance || 'x'",
        "sequence = sequence + 1000000",
        "id = CASE WHEN id IS NULL THEN x'00' ELSE NULL END",
        "time = coalesce(time, 5) + 1",
        "site = coalesce(site, '') || 'x'",
        "payload = coalesce(payload, '') || ' '",
        "payload = CASE WHEN payload IS NULL THEN '{}' ELSE NULL END, id = NULL, time = NULL, site = NULL",
        "payload = CASE WHEN payload IS NULL THEN x'00' ELSE CAST(payload AS BLOB) END, site = 'x'",
        "digest = x'00'",
        "digest = zeroblob(32)",
        "link = zeroblob(32)",
        "link = 'text'",
        "payload = replace(coalesce(payload, 'x'), 'false', 'true') || CASE WHEN payload LIKE '%false%' THEN '' ELSE ' ' END",
    ];
    let Database::Sqlite(sqlite) = &ledger.database else { panic!("not SQLite") };
    let connection = sqlite.connection();
    let count: i64 = connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0)).unwrap();
    if count == 0 {
        return None;
    }
    let place = i64::try_from(place).unwrap() % count;
    let which =
        "(instance, sequence) = (SELECT instance, sequence FROM record ORDER BY sequence LIMIT 1 OFFSET ?1)";
    let sql = match column % (CHANGES.len() + 1) {
        last if last == CHANGES.len() => format!("DELETE FROM record WHERE {which}"),
        change => format!("UPDATE record SET {} WHERE {which}", CHANGES[change]),
    };
    assert_eq!(connection.execute(&sql, [place]).unwrap(), 1, "{sql}");
    Some(sql)
}

/// Alters one record and computes the rest of the chain anew, as somebody who knows how it works would.
fn forge(ledger: &Ledger, rows: &[super::super::Row], place: usize) {
    let Database::Sqlite(sqlite) = &ledger.database else { panic!("not SQLite") };
    let place = place % rows.len();
    let mut head = match place {
        0 => Head { sequence: rows[0].sequence - 1, link: before(ledger) },
        _ => Head {
            sequence: rows[place - 1].sequence,
            link: rows[place - 1].link.clone().try_into().unwrap(),
        },
    };
    for (index, row) in rows.iter().enumerate().skip(place) {
        let payload = if index == place { Some(entry(9, 55)) } else { None };
        let digest = payload
            .as_ref()
            .map_or_else(|| row.digest.clone(), |entry| digest(entry.payload.as_bytes()).to_vec());
        head = head.after("a", &digest);
        if let Some(entry) = payload {
            let sql = "UPDATE record SET id = ?1, time = ?2, site = ?3, payload = ?4, digest = ?5 WHERE sequence = ?6";
            let values = (
                entry.id.unwrap(),
                entry.time,
                entry.site.unwrap(),
                entry.payload,
                digest,
                row.sequence.cast_signed(),
            );
            sqlite.connection().execute(sql, values).unwrap();
        }
        let sql = "UPDATE record SET link = ?1 WHERE sequence = ?2";
        sqlite.connection().execute(sql, (head.link, row.sequence.cast_signed())).unwrap();
    }
}

fn before(ledger: &Ledger) -> [u8; 32] {
    let Database::Sqlite(sqlite) = &ledger.database else { panic!("not SQLite") };
    let line =
        sqlite.connection().query_row("SELECT signed FROM checkpoint", [], |row| row.get::<_, String>(0));
    line.map_or([0; 32], |line| SignedHead::parse(&line).unwrap().head.link)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_tamis_does_the_chain_verifies_and_nothing_else(
        steps in prop::collection::vec(step(), 1..8),
        more in 1_u8..5,
        place in any::<prop::sample::Index>(),
        column in any::<prop::sample::Index>(),
    ) {
        let folder = Folder::new();
        let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
        block_on(async {
            let mut ledger = made(&steps, &key).await;
            let entries: Vec<_> = (0..more).map(|n| entry(n, 70)).collect();
            ledger.append("a", &entries).await.map_err(|failure| failure.fault).unwrap();
            let head = SignedHead::sign(Of::Head, "a", ledger.head("a").await.unwrap(), 9, &key);

            let (found, faults) = verify(&mut ledger, vec![head.clone()]).await;
            prop_assert_eq!(faults, []);
            prop_assert_eq!((found.len(), found[0].1.heads), (1, 1));
            prop_assert_eq!(found[0].1.head, head.head);

            let kept = rows(&mut ledger).await;
            forge(&ledger, &kept, place.index(1 << 20));
            let forged = verify(&mut ledger, Vec::new()).await.1;
            prop_assert!(forged.iter().all(|fault| fault.kind == FaultKind::Blank), "{:?}", forged);
            let faults = verify(&mut ledger, vec![head.clone()]).await.1;
            prop_assert!(faults.iter().any(|fault| fault.kind == FaultKind::Altered(9)), "{:?}", faults);

            let mut ledger = made(&steps, &key).await;
            ledger.append("a", &entries).await.map_err(|failure| failure.fault).unwrap();
            if let Some(what) = alter(&ledger, place.index(1 << 20), column.index(1 << 20)) {
                let faults = verify(&mut ledger, vec![head]).await.1;
                prop_assert!(!faults.is_empty(), "not found: {}", what);
            }
            Ok(())
        })?;
    }
}

#[test]
fn a_checkpoint_that_was_altered_or_removed_is_found() {
    let folder = Folder::new();
    let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
    block_on(async {
        let steps = [Step::Append((0..9).map(|n| (n % 6, i64::from(n))).collect()), Step::Prune(5)];
        let mut ledger = made(&steps, &key).await;
        assert_eq!(verify(&mut ledger, Vec::new()).await.1, []);
        let Database::Sqlite(sqlite) = &ledger.database else { panic!("not SQLite") };
        let sql = "UPDATE checkpoint SET signed = replace(signed, '\"sequence\":5', '\"sequence\":4')";
        assert_eq!(sqlite.connection().execute(sql, []).unwrap(), 1);
        let kinds: Vec<_> = verify(&mut ledger, Vec::new()).await.1.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::Checkpoint, FaultKind::Gap(5)]);
        let Database::Sqlite(sqlite) = &ledger.database else { panic!("not SQLite") };
        sqlite.connection().execute("DELETE FROM checkpoint", []).unwrap();
        let kinds: Vec<_> = verify(&mut ledger, Vec::new()).await.1.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::Gap(1)]);
    });
}

#[test]
fn a_chain_that_was_cut_or_exchanged_is_found_by_a_head() {
    let folder = Folder::new();
    let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
    block_on(async {
        let mut ledger = made(&[Step::Append(vec![(1, 1), (2, 2), (3, 3)])], &key).await;
        let head = SignedHead::sign(Of::Head, "a", ledger.head("a").await.unwrap(), 9, &key);
        let mut empty = in_memory().await;
        let faults = verify(&mut empty, vec![head.clone()]).await.1;
        assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Truncated(9)]);
        let mut other = made(&[Step::Append(vec![(1, 1), (2, 2), (3, 4)])], &key).await;
        let faults = verify(&mut other, vec![head.clone()]).await.1;
        assert_eq!(faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Altered(9)]);
        // A head of one's own making doesn't help: its key is another.
        let forger = SigningKey::read_or_make(&folder.path("forger")).unwrap();
        let forged = SignedHead::sign(Of::Head, "a", other.head("a").await.unwrap(), 9, &forger);
        let verifier = super::Verifier::new(vec![forged], vec![key.public()]);
        assert_eq!(verifier.finish().1[0].kind, FaultKind::HeadKey(forger.public()));
        let defaced = SignedHead { time: 10, ..head };
        assert_eq!(super::Verifier::new(vec![defaced], Vec::new()).finish().1[0].kind, FaultKind::Head);
    });
}

#[test]
fn retention_takes_old_records_behind_younger_ones_too() {
    let folder = Folder::new();
    let key = SigningKey::read_or_make(&folder.path("key")).unwrap();
    block_on(async {
        // The clock was wrong for the second record.
        let steps = [Step::Append(vec![(1, 1), (2, 900), (3, 3), (4, 4), (5, 50)]), Step::Forget(4)];
        let mut ledger = made(&steps, &key).await;
        let pruned = ledger.prune("a", 10, 100, &key).await.unwrap();
        assert_eq!((pruned.deleted, pruned.blanked), (1, 1));
        let (found, faults) = verify(&mut ledger, Vec::new()).await;
        assert_eq!(faults, []);
        assert_eq!((found[0].1.checkpoint, found[0].1.forgotten), (1, 2));
        // All of it: the chain goes on from its checkpoint.
        assert_eq!(ledger.prune("a", 2000, 2000, &key).await.unwrap().deleted, 6);
        let stats = ledger.stats("a").await.unwrap();
        assert_eq!((stats.first, stats.last, stats.choices), (0, 7, 0));
        let appended = ledger.append("a", &[entry(1, 3000)]).await.map_err(|failure| failure.fault).unwrap();
        assert_eq!(appended.after.sequence, 8);
        assert_eq!(verify(&mut ledger, Vec::new()).await.1, []);
    });
}
