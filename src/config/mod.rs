//! The gateway's configuration, `tamis.yaml`: YAML in, diagnostics or one immutable [`Snapshot`] out.
//!
//! Reads no file, variable or socket itself: text, environment and registries come in as arguments. Every setting
//! with its type, default and purpose is in `docs/configuration.md`.

mod admin;
mod cookies;
mod host;
mod limits;
mod listener;
mod log;
mod mode;
mod network;
mod pages;
mod records;
mod registries;
mod schema;
mod secret;
mod site;
mod sites;
mod snapshot;
mod substitute;
#[cfg(test)]
mod tests;
mod units;
mod upstream;
mod values;

pub use admin::{Access, Admin, AdminAddress};
pub use limits::{Limits, Times};
pub use listener::{Certificate, Listener};
pub use log::{Log, LogFormat};
pub use mode::Mode;
pub use pages::{GPC, Pages};
pub use records::{Database, PostgresUrl, Records};
pub use registries::Read;
pub use schema::{SETTINGS, schema};
pub use secret::Secret;
pub use site::{HostField, RequestBody, Site, SiteId};
pub use sites::Sites;
pub use snapshot::{Snapshot, UnknownHost, compile};
pub use substitute::Environment;
pub use upstream::{Address, At, Balance, Limit, Probe, Upstream};
