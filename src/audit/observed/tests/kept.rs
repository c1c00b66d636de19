//! The file, as it is written and as it is found.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::audit::observed::{FileError, Observations};
use crate::config::Observations as Settings;
use crate::metrics::ObservationCounters;

fn filled(snapshot: &Snapshot) -> Book {
    let table = Table::new(&snapshot.sites, 500);
    let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Observe);
    traffic.request("/explore", b"_ga=1; sessionid=2; caf\xe9=3; =4");
    traffic.response("/", b"sessionid=1; Expires=Mon, 07 Dec 2026 00:00:00 GMT; Path=/; Secure");
    book(&table, 500)
}

#[test]
fn what_is_written_is_read_again() {
    let folder = Folder::new();
    let path = folder.path("observed.json");
    assert!(Book::load(&path).unwrap().is_none());
    let book = filled(&snapshot());
    book.save(&path).unwrap();
    assert_eq!(Book::load(&path).unwrap().unwrap(), book);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    book.save(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_link_that_was_laid_for_it_is_not_followed() {
    let folder = Folder::new();
    fs::write(folder.path("victim"), "precious").unwrap();
    std::os::unix::fs::symlink(folder.path("victim"), folder.path("observed.json.new")).unwrap();
    filled(&snapshot()).save(&folder.path("observed.json")).unwrap();
    assert_eq!(fs::read_to_string(folder.path("victim")).unwrap(), "precious");
}

#[test]
fn what_is_no_such_file_is_said_to_be_none() {
    let folder = Folder::new();
    let path = folder.path("observed.json");
    for text in
        ["", "{", "[]", "{\"version\":1,\"sites\":[{}]}", "\u{0}\u{1}", "{\"version\":1,\"sites\":{}}"]
    {
        fs::write(&path, text).unwrap();
        assert!(matches!(Book::load(&path), Err(FileError::Syntax(_))), "{text}");
    }
    fs::write(&path, "{\"version\":2}").unwrap();
    assert!(matches!(Book::load(&path), Err(FileError::Version(2))));
    assert!(matches!(Book::load(&folder.path("")), Err(FileError::Io(_))));
}

/// A thread that keeps, without workers.
fn keeper(settings: &Settings, sites: Registries) -> (Observations, Arc<ObservationCounters>) {
    let counters = Arc::new(ObservationCounters::default());
    let (observations, _) = Observations::start(settings, sites, 0, Arc::clone(&counters)).unwrap();
    (observations, counters)
}

fn settings(file: std::path::PathBuf, named: bool) -> Settings {
    Settings { file: Some(file), named, every: Duration::from_secs(3600), names: 500 }
}

#[test]
fn a_broken_file_is_put_aside_and_the_work_goes_on() {
    let folder = Folder::new();
    let path = folder.path("observed.json");
    fs::write(&path, "{ half a fi").unwrap();
    let (observations, counters) = keeper(&settings(path.clone(), true), Registries::default());
    assert!(observations.blocking_report().unwrap().pages.is_empty());
    observations.close();
    assert_eq!(fs::read_to_string(folder.path("observed.json.broken")).unwrap(), "{ half a fi");
    assert!(!path.exists());
    assert_eq!(counters.failing.value(), 0);
    assert!(observations.blocking_report().is_err(), "after its end it says so");
}

#[test]
fn a_file_that_can_neither_be_read_nor_moved_is_left_alone() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("observed.json/inner")).unwrap();
    fs::create_dir_all(folder.path("observed.json.broken/inner")).unwrap();
    let (observations, counters) =
        keeper(&settings(folder.path("observed.json"), true), Registries::default());
    assert!(observations.blocking_report().unwrap().pages.is_empty());
    assert_eq!(counters.failing.value(), 1);
    observations.close();
    assert!(folder.path("observed.json/inner").exists());
}

#[test]
fn what_was_kept_is_taken_up_again() {
    let folder = Folder::new();
    let path = folder.path("observed.json");
    let snapshot = snapshot();
    let book = filled(&snapshot);
    book.save(&path).unwrap();
    let (observations, counters) = keeper(&settings(path, true), Registries::of(&snapshot.sites));
    let report = observations.blocking_report().unwrap();
    assert_eq!(report.pages[0].cookies.len(), 4);
    assert_eq!(counters.rows.value(), 4);
    assert_eq!(report.pages[0].registry.as_deref(), Some("registry/site.yaml"));
    observations.close();
}
