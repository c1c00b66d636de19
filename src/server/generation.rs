//! One configuration as the threads are given it, and what of the next one has to wait for a restart.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::StartError;
use crate::config::{
    AccessLog, Admin, Certificate, Listener, LogFormat, Observations, Output, Records, Snapshot,
};
use crate::downstream::{Security, Tls};
use crate::proxy::{Gateway, Outlets};
use crate::upstream::OriginError;

/// A compiled configuration with everything that it names, the same for all threads.
pub(super) struct Generation {
    pub(super) gateway: Arc<Gateway>,
    /// How connections begin: one for each listener that is bound.
    pub(super) securities: Vec<Security>,
}

impl Generation {
    /// The first of a server: reads certificates and keys, settles upstreams.
    ///
    /// # Errors
    /// Every file that can't be used.
    pub(super) fn first(mut snapshot: Snapshot, outlets: Outlets) -> Result<Self, Vec<StartError>> {
        snapshot.generation = 1;
        let securities = snapshot.listeners.iter().map(|listener| security(listener, None)).collect();
        Self::of(securities, Gateway::new(snapshot, outlets))
    }

    /// The next one of a server. What it has in common with this one stays the same.
    ///
    /// # Errors
    /// Every file that can't be used.
    pub(super) fn next(&self, mut snapshot: Snapshot, fixed: &Fixed) -> Result<Self, Vec<StartError>> {
        snapshot.generation = self.gateway.snapshot.generation + 1;
        let securities = fixed.securities(&self.securities, &snapshot);
        Self::of(securities, self.gateway.next(snapshot))
    }

    fn of(
        securities: Vec<Result<Security, StartError>>,
        gateway: Result<Arc<Gateway>, Vec<(String, OriginError)>>,
    ) -> Result<Self, Vec<StartError>> {
        let (mut used, mut faults) = (Vec::new(), Vec::new());
        for security in securities {
            security.map_or_else(|fault| faults.push(fault), |security| used.push(security));
        }
        let fault = |(site, source)| StartError::Origin { site, source: Box::new(source) };
        match gateway {
            Ok(gateway) if faults.is_empty() => return Ok(Self { gateway, securities: used }),
            Ok(_) => {}
            Err(origins) => faults.extend(origins.into_iter().map(fault)),
        }
        Err(faults)
    }
}

/// What only the files beside a configuration can tell: certificates, keys, CA files that can't be used.
pub fn unusable(snapshot: Snapshot) -> Vec<StartError> {
    Generation::first(snapshot, Outlets::default()).err().unwrap_or_default()
}

/// How the connections of a listener begin: reads its certificates and keys. `running` is how they begin so far.
fn security(listener: &Listener, running: Option<&Security>) -> Result<Security, StartError> {
    let fault = |source| StartError::Tls { address: listener.address, source: Box::new(source) };
    let previous = running.and_then(|running| running.tls.as_ref());
    let read = |certificates: &Vec<Certificate>| Tls::read(certificates, previous);
    let tls = listener.tls.as_ref().map(read).transpose().map_err(fault)?;
    let Listener { h2c, proxy_protocol, redirect, .. } = listener;
    Ok(Security { tls, h2c: *h2c, proxy_protocol: proxy_protocol.clone(), redirect: redirect.clone() })
}

/// The keys whose values a running server keeps until it ends, with all that is below them; of `listeners`, which there are.
pub const RESTART: [&str; 7] =
    ["listeners", "workers", "admin", "records", "observations", "log.format", "log.access.to"];

/// What a running server was started with and keeps until it ends.
pub(super) struct Fixed {
    /// The listeners' addresses as configured.
    listeners: Vec<SocketAddr>,
    workers: Option<usize>,
    admin: Option<Admin>,
    records: Option<Records>,
    observations: Option<Observations>,
    log: LogFormat,
    /// The access log's own file.
    access: Option<PathBuf>,
}

impl Fixed {
    /// What a server that is started with this keeps.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Self {
            listeners: snapshot.listeners.iter().map(|listener| listener.address).collect(),
            workers: snapshot.workers,
            admin: snapshot.admin.clone(),
            records: snapshot.records.clone(),
            observations: snapshot.observations.clone(),
            log: snapshot.log.format,
            access: match &snapshot.log.access {
                Some(AccessLog { to: Output::File(path), .. }) => Some(path.clone()),
                _ => None,
            },
        }
    }

    /// The keys whose new values wait for a restart.
    pub(super) fn waiting(&self, next: &Snapshot) -> Vec<&'static str> {
        let written = next.log.access.is_some();
        let next = Self::of(next);
        let differ = [
            self.listeners != next.listeners,
            self.workers != next.workers,
            self.admin != next.admin,
            self.records != next.records,
            self.observations != next.observations,
            self.log != next.log,
            written && self.access != next.access,
        ];
        RESTART.into_iter().zip(differ).filter_map(|(key, differs)| differs.then_some(key)).collect()
    }

    /// How connections begin under the next configuration, for each listener that is bound. One that it lacks goes on as
    /// it is; several of one address (port 0) are matched in their order.
    fn securities(&self, running: &[Security], next: &Snapshot) -> Vec<Result<Security, StartError>> {
        let mut listeners: Vec<&Listener> = next.listeners.iter().collect();
        let bound = self.listeners.iter().zip(running);
        let securities = bound.map(|(address, running)| {
            let same = listeners.iter().position(|listener| listener.address == *address);
            same.map_or_else(|| Ok(running.clone()), |at| security(listeners.remove(at), Some(running)))
        });
        securities.collect()
    }
}
