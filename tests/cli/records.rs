//! `tamis records`.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use serde_json::Value;
use tamis::config::Records;
use tamis::consent::{How, Record};
use tamis::metrics::RecordCounters;
use tamis::store::Store;

use crate::place::Place;

const ONE: &str = "01010101010101010101010101010101";
const TWO: &str = "02020202020202020202020202020202";

fn record(visitor: u8, time: i64) -> Record {
    Record {
        id: [visitor; 16],
        time,
        site: "opendata.example.org".to_owned(),
        how: How::Centre,
        language: "fr".to_owned(),
        text: [0xa1; 32],
        registry_version: "2026, \"11\"".to_owned(),
        registry_digest: [0xa2; 32],
        choices: vec![("statistical".to_owned(), true), ("ads".to_owned(), false)],
    }
}

/// With a configuration and the records of three visitors; their head is signed.
fn place() -> Place {
    let place = Place::with_site();
    let base = place.path("");
    let store = Store::open(&Records::beside(&base), Arc::new(RecordCounters::default())).unwrap();
    for (visitor, time) in [(1, 86_400), (2, 2 * 86_400), (1, 3 * 86_400), (3, 1_795_000_000)] {
        assert!(store.note(record(visitor, time)));
    }
    store.close();
    place
}

fn told(place: &Place, arguments: &[&str]) -> (i32, String) {
    let arguments = [&["records"][..], arguments, &["--config", "tamis.yaml"]].concat();
    let told = place.tamis(&arguments);
    (told.code, told.out + &told.err)
}

#[test]
fn records_are_listed_and_shown() {
    let place = place();
    let (code, text) = told(&place, &["list"]);
    assert_eq!((code, text.lines().count()), (0, 4), "{text}");
    let line =
        format!("1970-01-02T00:00:00Z  {ONE}  opendata.example.org  centre  fr  ads=no statistical=yes");
    assert!(text.contains(&line), "{text}");
    for (filter, count) in [
        (&["--id", TWO][..], 1),
        (&["--since", "1970-01-03"], 3),
        (&["--until", "1970-01-03"], 1),
        (&["--id", ONE, "--since", "1970-01-03T00:00:00Z"], 1),
    ] {
        let (code, text) = told(&place, &[&["list"][..], filter].concat());
        assert_eq!((code, text.lines().count()), (0, count), "{filter:?}: {text}");
    }
    let (code, text) = told(&place, &["list", "--site", "www.example.org"]);
    assert_eq!((code, text.as_str()), (0, "there are no such records\n"));
    // The value of the cookie, as a browser shows it.
    let cookie = "tamis_choice=1.AQEBAQEBAQEBAQEBAQEBAQ.86400.2026.";
    assert_eq!(told(&place, &["show", cookie]), told(&place, &["show", ONE]));
    let (code, text) = told(&place, &["show", ONE]);
    assert_eq!(code, 0);
    assert_eq!(text.matches("choices             ads=no statistical=yes").count(), 2, "{text}");
    let (code, text) = told(&place, &["show", "ffffffffffffffffffffffffffffffff"]);
    assert_eq!(code, 1);
    assert!(text.contains("there is no record with this id"), "{text}");
    assert_eq!(told(&place, &["show", "short"]).0, 2);
    let (code, text) = told(&place, &["stats"]);
    assert_eq!(code, 0);
    assert!(text.contains(": 4 choices of 3 ids, 1970-01-02T00:00:00Z to 2026-"), "{text}");
    let stats: Value = serde_json::from_str(&told(&place, &["stats", "--format", "json"]).1).unwrap();
    assert_eq!(stats[0]["last"], 4);
}

#[test]
fn an_export_is_verified_without_the_database() {
    let place = place();
    place.write("public.pem", place.tamis(&["records", "key", "--config", "tamis.yaml"]).out);
    let verify = |file: &str| {
        let told = place.tamis(&["records", "verify", file, "--head", "records.head", "--key", "public.pem"]);
        (told.code, told.out + &told.err)
    };
    for (file, arguments) in [
        ("all.jsonl", &["export", "-o", "all.jsonl"][..]),
        ("one.jsonl", &["export", "--id", ONE, "--chain", "-o", "one.jsonl"]),
    ] {
        assert_eq!(told(&place, arguments), (0, String::new()));
        let (code, text) = verify(file);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("signed heads that agree: 1") && text.contains("in order"), "{text}");
    }
    let one = std::fs::read_to_string(place.path("one.jsonl")).unwrap();
    assert_eq!((one.matches("\"withheld\":true").count(), one.contains(TWO)), (2, false), "{one}");
    place.write("forged.jsonl", one.replace("\"ads\":false", "\"ads\":true"));
    let (code, text) = verify("forged.jsonl");
    assert_eq!(code, 1);
    assert!(text.contains("place 1: the payload is not the one whose digest is in the chain"), "{text}");
    let (code, text) = told(&place, &["export", "-o", "all.jsonl"]);
    assert!(code == 1 && text.contains("there is such a file already"), "{text}");
    let mode = std::fs::metadata(place.path("all.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let cut: Vec<&str> = one.lines().take(3).collect();
    place.write("early.jsonl", cut.join("\n"));
    let (code, text) = verify("early.jsonl");
    assert!(code == 1 && text.contains("leave out heads that were signed later"), "{text}");

    let (code, csv) = told(&place, &["export", "--format", "csv", "--id", TWO]);
    assert_eq!((code, csv.lines().count()), (0, 2), "{csv}");
    assert!(
        csv.contains(&format!(",choice,1970-01-03T00:00:00Z,{TWO},opendata.example.org,centre,fr,")),
        "{csv}"
    );
    assert!(csv.contains(",\"2026, \"\"11\"\"\","), "{csv}");
}

#[test]
fn an_alteration_is_found_and_with_its_tail_computed_anew_by_the_head() {
    let place = place();
    let (code, text) = told(&place, &["verify"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("4 records, to place 4; signed heads that agree: 1"), "{text}");

    // The forger deletes the newest record.
    let database = rusqlite::Connection::open(place.path("records.sqlite")).unwrap();
    database.execute("DELETE FROM record WHERE sequence = 4", []).unwrap();
    drop(database);
    let (code, text) = told(&place, &["verify"]);
    assert_eq!(code, 1);
    assert!(text.contains("place 4: the head that was signed at 20"), "{text}");
    let bare = place.tamis(&["records", "verify", "--database", "records.sqlite"]);
    assert_eq!(bare.code, 0, "the chain alone can't tell: {}", bare.out);
    assert!(bare.out.contains("no signed head was compared"), "{}", bare.out);
}

#[test]
fn what_is_forgotten_and_pruned_is_gone_and_the_chain_is_in_order() {
    let place = place();
    let (code, text) = told(&place, &["forget", ONE]);
    assert_eq!(code, 0);
    assert!(text.contains("forgotten: 2 "), "{text}");
    assert_eq!(told(&place, &["forget", ONE]).0, 1);
    for file in ["records.sqlite", "records.sqlite-wal"] {
        let octets = std::fs::read(place.path(file)).unwrap_or_default();
        assert!(!octets.windows(32).any(|part| part == ONE.as_bytes()), "{file} still holds it");
        assert!(!octets.windows(16).any(|part| part == [1; 16]), "{file} still holds it");
    }
    let (code, text) = told(&place, &["verify"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("only the digest was checked: 2"), "{text}");
    let (code, text) = told(&place, &["prune", "--before", "1971-01-01"]);
    assert_eq!(code, 0);
    assert!(text.contains(": 3 deleted, 0 blanked"), "{text}");
    let (code, text) = told(&place, &["verify"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("a checkpoint stands for the places to 3"), "{text}");
    assert_eq!(told(&place, &["prune"]).0, 2);
    assert_eq!(told(&place, &["prune", "--keep", "9 years", "--before", "1971-01-01"]).0, 2);
    assert_eq!(told(&place, &["prune", "--keep", "9 years"]).0, 0);
}

#[test]
fn what_is_in_the_way_is_said() {
    let place = Place::with_site();
    let (code, text) = told(&place, &["list"]);
    assert_eq!(code, 1);
    assert!(text.contains("there are no records yet: records.sqlite is made"), "{text}");
    place.write(
        "tamis.yaml",
        format!("{}records: off\n", std::fs::read_to_string(place.path("tamis.yaml")).unwrap()),
    );
    let (code, text) = told(&place, &["list"]);
    assert_eq!(code, 1);
    assert!(text.contains("says `records: off`"), "{text}");
    let told = place.tamis(&["records", "list", "--database", "mysql://host"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("--database: this is no database that tamis knows"), "{}", told.err);
}

#[test]
fn the_program_of_the_manual_verifies_an_export_too() {
    let place = place();
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/records.md")).unwrap();
    let program = manual.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    place.write("verify.py", program);
    assert_eq!(told(&place, &["prune", "--before", "1970-01-03"]).0, 0);
    assert_eq!(told(&place, &["forget", TWO]).0, 0);
    assert_eq!(told(&place, &["export", "-o", "all.jsonl"]).0, 0);
    let run = |file: &str| {
        let files = [place.path("verify.py"), place.path(file)];
        std::process::Command::new("python3").args(files).output().unwrap()
    };
    let good = run("all.jsonl");
    let text = String::from_utf8(good.stdout).unwrap();
    assert!(good.status.success() && text.starts_with("in order to 5 "), "{text}");
    let forged = std::fs::read_to_string(place.path("all.jsonl")).unwrap();
    place.write("forged.jsonl", forged.replace("\"centre\"", "\"banner\""));
    assert!(!run("forged.jsonl").status.success());
}
