//! The gateway's configuration, `tamis.yaml`: YAML in, diagnostics or one immutable [`Snapshot`] out.
//!
//! Reads no file, variable or socket itself: text, environment and registries come in as arguments. Every setting
//! with its type, default and purpose is in `docs/configuration.md`.

mod admin;
mod compile;
mod cookies;
mod effective;
mod host;
mod hsts;
mod limits;
mod listener;
mod log;
mod maintenance;
mod mode;
mod network;
mod observations;
mod outline;
mod outside;
mod pages;
mod pem;
mod prefix;
mod proxy_protocol;
mod records;
mod redirect;
mod registries;
mod rule;
mod schema;
mod secret;
pub mod single;
mod site;
mod site_files;
mod sites;
mod snapshot;
mod substitute;
#[cfg(test)]
mod tests;
mod units;
mod upstream;
mod values;

pub use admin::{Access, Admin, AdminAddress};
pub use compile::{Compiled, compile};
pub use effective::{Effective, Entry, Line, Origin, Shown};
pub use limits::{Limits, Times};
pub use listener::{Certificate, Listener};
pub use log::{AccessLog, Log, LogFormat, Output};
pub use maintenance::{Maintenance, Retry};
pub use mode::Mode;
pub use observations::Observations;
pub use outline::{Change, Outline};
pub use outside::{Check, Environment, List, Outside, Part, Pem, Read, Sources, Unusable};
pub use pages::{GPC, Pages};
pub use proxy_protocol::ProxyProtocol;
pub use records::{Database, PostgresUrl, Records};
pub use redirect::Redirect;
pub use rule::Rule;
pub use schema::{SETTINGS, SITE, schema, site_schema};
pub use secret::Secret;
pub use site::{HostField, RequestBody, Site, SiteId};
pub use site_files::is_site_file;
pub use sites::Sites;
pub use snapshot::{Snapshot, TraceContext, UnknownHost};
pub use upstream::{Address, At, Balance, Limit, Probe, Upstream};
