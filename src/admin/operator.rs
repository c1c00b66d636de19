//! What the server hands in: what can be told to the operator, and what the operator may ask for.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Status;
use crate::metrics::Metrics;

/// All that the operator's listener knows and can do.
#[derive(Clone, Debug)]
pub struct Operator {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// The state of the gateway.
    pub status: Arc<Status>,
    /// To the thread that reloads; `None` where nothing can be read again, as in a demonstration.
    pub reload: Option<mpsc::Sender<Reload>>,
}

/// The wish for a reload.
#[derive(Debug)]
pub struct Reload {
    /// Where its outcome goes.
    pub reply: oneshot::Sender<Reloaded>,
}

/// What a reload came to.
#[derive(Clone, Debug, serde::Serialize)]
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
