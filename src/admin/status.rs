//! What the server tells of itself, as it stands.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Snapshot;
use crate::upstream::Origin;

/// How far the gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not all listeners accept yet.
    Starting,
    /// Connections are accepted.
    Serving,
    /// No connections are accepted any more; exchanges may finish.
    Draining,
}

impl Phase {
    /// As answers say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Serving => "serving",
            Self::Draining => "draining",
        }
    }
}

/// The state of the gateway: written by the server, read for the operator.
#[derive(Debug)]
pub struct Status {
    phase: AtomicU8,
    served: Mutex<Served>,
}

/// The configuration that is served.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) snapshot: Arc<Snapshot>,
    /// Its upstreams, one a site in the sites' order: asked how they are, and nothing else.
    pub(super) origins: Vec<Arc<Origin>>,
    /// 1 for the first; each that is applied has the next number.
    pub(super) generation: u64,
    /// Why the last reload was refused; `None` once one is applied.
    pub(super) refused: Option<String>,
}

impl Status {
    /// Of a gateway that starts with its first configuration.
    pub fn new(snapshot: Arc<Snapshot>, origins: Vec<Arc<Origin>>) -> Self {
        let served = Served { snapshot, origins, generation: 1, refused: None };
        Self { phase: AtomicU8::new(Phase::Starting as u8), served: Mutex::new(served) }
    }

    /// It has come so far.
    pub fn reached(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// How far it is.
    pub fn phase(&self) -> Phase {
        let reached = self.phase.load(Ordering::Acquire);
        let phases = [Phase::Starting, Phase::Serving, Phase::Draining];
        phases.into_iter().find(|phase| *phase as u8 == reached).unwrap_or(Phase::Starting)
    }

    /// This configuration is served from now on.
    pub fn applied(&self, snapshot: Arc<Snapshot>, origins: Vec<Arc<Origin>>) {
        let generation = snapshot.generation;
        *self.lock() = Served { snapshot, origins, generation, refused: None };
    }

    /// A reload was refused, and the configuration stays: why, in words.
    pub fn refused(&self, why: String) {
        self.lock().refused = Some(why);
    }

    pub(super) fn served(&self) -> Served {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Served> {
        // Each write is one assignment, so a panic leaves nothing half done.
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
