//! Kills.

use std::collections::HashSet;

use crate::child;
use crate::kit::{Folder, block_on, database, payloads, until, verify};

#[test]
fn no_acknowledged_record_is_lost_by_three_kills() {
    let folder = Folder::new();
    let acknowledged = || folder.lines("acknowledged").len();
    for kill in 1..=3 {
        let mut child = child::command(folder.root(), kill * 1_000_000, "").spawn().unwrap();
        until("a quarter is recorded", || acknowledged() >= 2500 * usize::try_from(kill).unwrap());
        // SIGKILL
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut child = child::command(folder.root(), 4_000_000, "").spawn().unwrap();
    until("10,000 are recorded", || acknowledged() >= 10_000);
    std::fs::write(folder.path("stop"), "").unwrap();
    assert!(child.wait().unwrap().success());

    block_on(async {
        let mut ledger = tamis::store::Ledger::open(&database(folder.root()), None, false).await.unwrap();
        let (found, faults) = verify(&mut ledger, &folder.lines("records.head")).await;
        assert_eq!(faults, []);
        assert!(found[0].heads > 0 && found[0].covered == found[0].head.sequence, "{found:?}");
        let payloads = payloads(&mut ledger).await;
        let kept: HashSet<&str> = payloads.iter().filter_map(|payload| field(payload)).collect();
        let numbers = folder.lines("acknowledged");
        let lost =
            |number: &&String| !kept.contains(format!("{:032x}", number.parse::<u128>().unwrap()).as_str());
        let lost: Vec<_> = numbers.iter().filter(lost).collect();
        assert_eq!(lost, Vec::<&String>::new(), "of {}", numbers.len());
        // What was recorded without anybody being told is what was on its way when the process was killed.
        let more = kept.len() - numbers.len();
        assert!(more <= 3 * 50, "{more}");
    });
}

/// The id of a choice.
fn field(payload: &str) -> Option<&str> {
    payload.split("\"id\":\"").nth(1)?.get(..32)
}
