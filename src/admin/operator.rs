//! What the server hands in: what can be told to the operator, and what the operator may ask for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::Status;
use crate::audit::Level;
use crate::audit::observed::Observations;
use crate::config::Outline;
use crate::metrics::Metrics;

/// All that the operator's listener knows and can do.
#[derive(Clone, Debug)]
pub struct Operator {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// The state of the gateway.
    pub status: Arc<Status>,
    /// Which cookies were seen; `None` where that is not kept.
    pub observed: Option<Observations>,
    /// How much is logged, if anything is.
    pub level: Option<Arc<Level>>,
    /// To the thread that reads the files; `None` where nothing can be read again, as in a demonstration.
    pub wishes: Option<mpsc::Sender<Wish>>,
}

/// What only the thread that reads the files can answer, and where the answer goes.
#[derive(Debug)]
pub enum Wish {
    /// Read them again.
    Reload(oneshot::Sender<Reloaded>),
    /// What is served, to be compared with other files.
    Outline(oneshot::Sender<Outline>),
}

/// What a reload came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reloaded {
    /// The generation of the configuration that is served now.
    pub generation: u64,
    /// The files differ from what was served before.
    pub changed: bool,
    /// What they say is served now, but for `restart`; if not, what was served before still is.
    pub applied: bool,
    /// Settings that differ and count after a restart alone.
    pub restart: Vec<String>,
    /// How many faults are errors.
    pub errors: usize,
    /// How many are warnings.
    pub warnings: usize,
    /// The faults, as `tamis check --format json` writes them.
    pub faults: Vec<serde_json::Value>,
    /// What differs, in words.
    pub changes: Vec<String>,
}
