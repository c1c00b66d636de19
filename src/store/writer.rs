//! The thread that writes.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::Unavailable;
use super::queue::{Job, Shared};
use crate::config;

/// Starts it.
pub(super) fn start(
    _settings: config::Records,
    mut jobs: mpsc::Receiver<Job>,
    shared: Arc<Shared>,
) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("records".to_owned()).spawn(move || {
        while let Some(job) = jobs.blocking_recv() {
            let Job { record, reply } = job;
            drop(record);
            match reply {
                Some(reply) => drop(reply.send(Err(Unavailable))),
                None => shared.miss(1),
            }
        }
    })
}
