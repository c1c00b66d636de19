//! One configuration as the threads are given it, and what of the next one has to wait for a restart.

use std::net::SocketAddr;
use std::sync::Arc;

use super::StartError;
use crate::config::{Admin, Listener, LogFormat, Records, Snapshot};
use crate::downstream::{self, Security};
use crate::proxy::Gateway;

/// A compiled configuration with everything that it names, the same for all threads.
pub(super) struct Generation {
    pub(super) gateway: Arc<Gateway>,
    /// How connections begin: one for each listener that is bound.
    pub(super) securities: Vec<Security>,
}

/// How the connections of a listener begin: reads its certificates and keys.
pub(super) fn security(listener: &Listener) -> Result<Security, StartError> {
    let fault = |source| StartError::Tls { address: listener.address, source: Box::new(source) };
    let tls = listener.tls.as_deref().map(downstream::acceptor).transpose().map_err(fault)?;
    Ok(Security { tls, h2c: listener.h2c })
}

/// What a running server was started with and keeps until it ends.
pub(super) struct Fixed {
    /// The listeners' addresses as configured.
    listeners: Vec<SocketAddr>,
    workers: Option<usize>,
    admin: Option<Admin>,
    records: Option<Records>,
    log: (LogFormat, String),
}

impl Fixed {
    /// What a server that is started with this keeps.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Self {
            listeners: snapshot.listeners.iter().map(|listener| listener.address).collect(),
            workers: snapshot.workers,
            admin: snapshot.admin.clone(),
            records: snapshot.records.clone(),
            log: (snapshot.log.format, snapshot.log.level.clone()),
        }
    }

    /// The keys whose new values wait for a restart.
    pub(super) fn waiting(&self, next: &Snapshot) -> Vec<&'static str> {
        let next = Self::of(next);
        let keys = [
            ("listeners", self.listeners != next.listeners),
            ("workers", self.workers != next.workers),
            ("admin", self.admin != next.admin),
            ("records", self.records != next.records),
            ("log.format", self.log.0 != next.log.0),
            ("log.level", self.log.1 != next.log.1),
        ];
        keys.into_iter().filter_map(|(key, differs)| differs.then_some(key)).collect()
    }

    /// How connections begin under the next configuration, for each listener that is bound. One that it lacks goes on as
    /// it is; several of one address (port 0) are matched in their order.
    pub(super) fn securities(
        &self,
        running: &[Security],
        next: &Snapshot,
    ) -> Result<Vec<Security>, StartError> {
        let mut listeners: Vec<&Listener> = next.listeners.iter().collect();
        let bound = self.listeners.iter().zip(running);
        let securities = bound.map(|(address, running)| {
            let same = listeners.iter().position(|listener| listener.address == *address);
            same.map_or_else(|| Ok(running.clone()), |at| security(listeners.remove(at)))
        });
        securities.collect()
    }
}
