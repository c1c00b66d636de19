//! Tests of the whole room.

mod properties;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::entry::Entry;
use super::{Fault, Filter, Found, Ledger, SignedHead, Verifier};
use crate::config;
use crate::consent::{How, Record};

/// A directory of a test's own, removed at its end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tamis-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn settings(&self) -> config::Records {
        config::Records { instance: Some("a".to_owned()), ..config::Records::beside(&self.0) }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn record(visitor: u8, time: i64) -> Record {
    Record {
        id: [visitor; 16],
        time,
        site: format!("site-{}", visitor % 3),
        how: How::Banner,
        language: "fr".to_owned(),
        text: [1; 32],
        registry_version: "1".to_owned(),
        registry_digest: [2; 32],
        choices: vec![("stats".to_owned(), visitor.is_multiple_of(2))],
    }
}

fn entry(visitor: u8, time: i64) -> Entry {
    Entry::from(&record(visitor, time))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn in_memory() -> Ledger {
    file(Path::new(":memory:")).await
}

async fn file(path: &Path) -> Ledger {
    Ledger::open(&config::Database::Sqlite(path.to_owned()), None, true).await.unwrap()
}

/// All chains of a database against heads.
async fn verify(ledger: &mut Ledger, heads: Vec<SignedHead>) -> (Vec<(String, Found)>, Vec<Fault>) {
    let mut verifier = Verifier::new(heads, Vec::new());
    ledger.verify(&mut verifier, None).await.unwrap();
    let (found, faults) = verifier.finish();
    (found.into_iter().collect(), faults)
}

async fn rows(ledger: &mut Ledger) -> Vec<super::Row> {
    ledger.page(&Filter::default(), ("", 0)).await.unwrap()
}
