//! No room: the size of files is limited, which a process meets as it meets a full disk, and which can be lifted.

use std::process::Command;

use crate::child;
use crate::kit::{Folder, block_on, database, payloads, until, verify};

#[test]
fn a_full_disk_refuses_agreements_takes_refusals_and_recovers() {
    let folder = Folder::new();
    // 400 KiB: writing beyond it fails, instead of ending the process by SIGXFSZ.
    let shell = "ulimit -S -f 400; trap '' XFSZ";
    let mut child = child::command(folder.root(), 1, shell).spawn().unwrap();
    until("the disk is full", || folder.lines("refused").len() >= 100);
    assert!(!folder.lines("acknowledged").is_empty());
    let pid = format!("--pid={}", child.id());
    assert!(Command::new("prlimit").args([&pid, "--fsize=unlimited:"]).status().unwrap().success());
    let before = folder.lines("acknowledged").len();
    until("it recovers", || folder.lines("acknowledged").len() > before + 100);
    std::fs::write(folder.path("stop"), "").unwrap();
    assert!(child.wait().unwrap().success());

    block_on(async {
        let mut ledger = tamis::store::Ledger::open(&database(folder.root()), None, false).await.unwrap();
        assert_eq!(verify(&mut ledger, &folder.lines("records.head")).await.1, []);
        let text = payloads(&mut ledger).await.join("\n");
        let is_kept = |number: u128| text.contains(&format!("{number:032x}"));
        for line in folder.lines("acknowledged") {
            assert!(is_kept(line.parse().unwrap()), "acknowledged and lost: {line}");
        }
        for line in folder.lines("refused") {
            let number: u128 = line.parse().unwrap();
            assert!(is_kept(number + (1 << 40)), "the refusal after {line} has no record");
        }
    });
}
