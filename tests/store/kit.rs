//! What the tests share: a directory, records, and the verdict over a database.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tamis::config::{Database, Records};
use tamis::consent::{How, Record};
use tamis::store::{Fault, Filter, Found, Ledger, SignedHead, Verifier};

/// A directory of its own, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// In the system's place for such, which every user may enter.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tamis-records-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// SQLite in a directory, with a head every second.
pub(crate) fn settings(folder: &Path) -> Records {
    Records { every: Duration::from_secs(1), ..Records::beside(folder) }
}

/// A grant with a random id that is this number.
pub(crate) fn record(number: u64) -> Record {
    Record {
        id: id(number),
        time: 1_795_000_000 + i64::try_from(number).unwrap() / 100,
        site: "opendata.example.org".to_owned(),
        how: How::Banner,
        language: "en".to_owned(),
        text: [1; 32],
        registry_version: "1".to_owned(),
        registry_digest: [2; 32],
        choices: vec![("statistical".to_owned(), true)],
    }
}

pub(crate) fn id(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) async fn open(settings: &Records) -> Ledger {
    Ledger::open(&settings.database, settings.ca_file.as_deref(), false).await.unwrap()
}

/// What is in a SQLite file.
pub(crate) fn database(folder: &Path) -> Database {
    Database::Sqlite(folder.join("records.sqlite"))
}

/// All chains, and what is wrong with them.
pub(crate) async fn verify(ledger: &mut Ledger, heads: &[String]) -> (Vec<Found>, Vec<Fault>) {
    let heads = heads.iter().map(|line| SignedHead::parse(line).unwrap()).collect();
    let mut verifier = Verifier::new(heads, Vec::new());
    ledger.verify(&mut verifier, None).await.unwrap();
    let (found, faults) = verifier.finish();
    (found.into_values().collect(), faults)
}

/// The payloads of all records, in order.
pub(crate) async fn payloads(ledger: &mut Ledger) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = (String::new(), 0);
    loop {
        let page = ledger.page(&Filter::default(), (&after.0, after.1)).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = (last.instance.clone(), last.sequence);
        all.extend(page.into_iter().filter_map(|row| row.payload));
    }
}

pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(120), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
