//! A process of its own that records choices, to be killed: this very test binary, started again.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tamis::metrics::RecordCounters;
use tamis::store::Store;

use crate::kit::{record, settings};

const FOLDER: &str = "TAMIS_TEST_RECORDS";
const FIRST: &str = "TAMIS_TEST_FIRST";

/// Starts it. It records choices numbered from `first` on, by 50 tasks at once, and appends the numbers of those that
/// are durable to the file `acknowledged`, of those that are refused to `refused`, until there is a file `stop`.
/// `shell` runs before it.
pub(crate) fn command(folder: &Path, first: u64, shell: &str) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{shell}\nexec \"$0\" \"$@\"")]).arg(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "child::recording", "--test-threads=1"]);
    command.env(FOLDER, folder).env(FIRST, first.to_string());
    command
}

#[test]
#[ignore = "runs in a process of its own, started by other tests"]
fn recording() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let first = std::env::var(FIRST).unwrap().parse().unwrap();
    let store = Store::open(&settings(&folder), Arc::new(RecordCounters::default())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let next = Arc::new(AtomicU64::new(first));
        let tasks: Vec<_> = (0..50)
            .map(|_| tokio::spawn(record_until_stopped(folder.clone(), store.clone(), Arc::clone(&next))))
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    store.close();
}

async fn record_until_stopped(folder: PathBuf, store: Store, next: Arc<AtomicU64>) {
    let file = |name| OpenOptions::new().create(true).append(true).open(folder.join(name)).unwrap();
    let (mut acknowledged, mut refused) = (file("acknowledged"), file("refused"));
    while !folder.join("stop").exists() {
        let number = next.fetch_add(1, Ordering::Relaxed);
        match store.record(record(number)).await {
            // One write a line: a process that is killed leaves whole lines.
            Ok(()) => acknowledged.write_all(format!("{number}\n").as_bytes()).unwrap(),
            Err(_) => {
                refused.write_all(format!("{number}\n").as_bytes()).unwrap();
                assert!(store.note(record(number + (1 << 40))), "a refusal is always taken");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}
