//! What an operator does and meets while visitors choose: commands, a database that is taken away, a stop.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use crate::gateway::{Gateway, assert_in_order, configure, origin, records};
use crate::http::{Crowd, Kept};
use crate::kit::{Folder, database, until};
use crate::visitor::{ACCEPT, REFUSE, Visitor};

#[test]
fn every_command_works_while_many_choose() {
    let folder = Folder::new();
    configure(&folder, origin(), "{every: 1s, wait: 10s, instance: paris-1}");
    let gateway = Gateway::start(&folder, "");
    let mut asked = Visitor::new(gateway.address());
    asked.choose(ACCEPT).unwrap();
    let id = asked.id().unwrap();
    let mut rounds = 0;
    let crowd = Crowd::new(vec![gateway.address()], 3000);
    let told = crowd.choose(|crowd| {
        while !crowd.is_done() {
            rounds += 1;
            // Heads that are signed from now on may be of records that the export won't have.
            let _ = fs::copy(folder.path("records.head"), folder.path("copied.head"));
            let output = format!("{rounds}.jsonl");
            let (verified, exported) = (["verify"], ["export", "--chain", "--id", &id, "--output", &output]);
            let (forgot, pruned) = (["forget", &id], ["prune", "--keep", "1 day"]);
            let (counted, shown) = (["stats"], ["show", &id]);
            for arguments in [&verified[..], &exported, &shown, &counted, &pruned, &forgot] {
                let begin = Instant::now();
                let (code, text) = records(&folder, &[arguments, &["--config", "tamis.yaml"]].concat());
                assert_eq!(code, 0, "{arguments:?}: {text}");
                println!("{:?} for {}", begin.elapsed(), arguments[0]);
            }
            let (code, text) = records(&folder, &["verify", &output, "--head", "copied.head"]);
            assert!(code == 0 || text.contains("hold no signed head"), "{text}");
            asked.choose(if rounds % 2 == 0 { ACCEPT } else { REFUSE }).unwrap();
        }
    });
    println!("{rounds} rounds, {} answers 503", told.refused);
    gateway.stop();
    assert_eq!(told.refused, 0, "a command made visitors wait in vain");
    let text = assert_in_order(&folder, &["--head", "records.head"]);
    assert!(!text.contains("not yet under a head"), "{text}");
    let kept = Kept::read(&database(folder.root()));
    assert_eq!((kept.lost(&told.granted).len(), kept.lost(&told.withdrawn).len()), (0, 0));
}

#[test]
fn a_stop_right_after_a_refusal_leaves_its_record_and_a_head() {
    let folder = Folder::new();
    configure(&folder, origin(), "{every: 1h}");
    for round in 1..=5 {
        let gateway = Gateway::start(&folder, "");
        let mut visitor = Visitor::new(gateway.address());
        visitor.choose(REFUSE).unwrap();
        gateway.stop();
        let (code, text) = records(&folder, &["show", &visitor.id().unwrap(), "--config", "tamis.yaml"]);
        assert!(code == 0 && text.contains("statistical=no third-party=no"), "{text}");
        let text = assert_in_order(&folder, &["--head", "records.head"]);
        assert!(text.contains(&format!("{round} records")) && !text.contains("not yet"), "{text}");
    }
}

#[test]
fn a_database_that_is_removed_is_begun_anew_and_told_of() {
    let folder = Folder::new();
    configure(&folder, origin(), "{every: 1s}");
    let gateway = Gateway::start(&folder, "");
    let mut visitor = Visitor::new(gateway.address());
    assert_eq!(visitor.choose(ACCEPT).unwrap().status, 303);
    until("a head is signed", || gateway.metric("tamis_records_heads_total") == 1);
    fs::remove_file(folder.path("records.sqlite")).unwrap();
    visitor.next(gateway.address());
    assert_eq!(visitor.choose(ACCEPT).unwrap().status, 303);
    gateway.until_logged("not those of the last signed head");
    let (code, text) = records(&folder, &["show", &visitor.id().unwrap(), "--config", "tamis.yaml"]);
    assert_eq!(code, 0, "{text}");
    gateway.stop();
    let (code, text) = records(&folder, &["verify", "--config", "tamis.yaml"]);
    assert!(code == 1 && text.contains("place 1: the head that was signed at"), "{text}");
}

#[test]
fn a_key_that_others_may_read_is_told_of() {
    let folder = Folder::new();
    configure(&folder, origin(), "{every: 1s}");
    let log = Gateway::start(&folder, "").stop();
    assert!(!log.contains("chmod"), "{log}");
    fs::set_permissions(folder.path("records.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let gateway = Gateway::start(&folder, "");
    gateway.until_logged("chmod 600");
}

#[test]
fn heads_that_cannot_be_kept_are_told_of_at_once() {
    let folder = Folder::new();
    configure(&folder, origin(), "{every: 1h, head: gone/records.head}");
    let gateway = Gateway::start(&folder, "");
    gateway.until_logged("the head of the consent records can't be exported");
    assert_eq!(Visitor::new(gateway.address()).choose(ACCEPT).unwrap().status, 303);
}
