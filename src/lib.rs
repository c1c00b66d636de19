//! tamis sifts cookies in transit: a reverse proxy that makes the traffic of a web site match one registry of declared
//! cookies and what the visitor agreed to.
//!
//! # Code map
//!
//! The rooms stand on floors; each imports only rooms above it, as docs/architecture.md lists and `tests/tidy.rs` holds.
//!
//! The pure floor has no async, clock, sockets, files or randomness; time and text arrive as arguments:
//! [`diagnostic`] faults in files, [`document`] YAML with places, [`cookie`] the wire, [`registry`] what is declared,
//! [`consent`] what was agreed to, [`policy`] the decision, [`pages`] text of ours, [`config`] the gateway's settings.
//!
//! The IO floor (feature `proxy`): `metrics`, `timer`, `turn`, `apart`, `store` consent records, `audit`, `downstream` the user
//! agent's side, `upstream` the origin server's, `proxy` one exchange, `admin` the operator's listener. On the roof: `server` and
//! `cli`.
//!
//! # Words
//!
//! - *field*: a header or trailer line of HTTP (RFC 9110 5); *cookie-pair*, *cookie-av*, *set-cookie-string*: RFC 6265.
//! - *downstream*: the user agent's side; *upstream*: the origin server's side (as proxies use the words; RFC 9110
//!   calls the directions of messages so). *gateway*: RFC 9110's word for a reverse proxy.
//! - *entry*: a row of the registry; *verdict*: what becomes of one cookie in one direction, with its reason.
//! - *exempt*: needs no consent (ePrivacy directive 5(3)); *agreed*: the visitor's consent covers it.

pub mod config;
pub mod consent;
pub mod cookie;
pub mod diagnostic;
pub mod document;
pub mod pages;
pub mod policy;
pub mod registry;

#[cfg(feature = "proxy")]
pub mod admin;
#[cfg(feature = "proxy")]
pub mod apart;
#[cfg(feature = "proxy")]
pub mod audit;
#[cfg(feature = "proxy")]
pub mod cli;
#[cfg(feature = "proxy")]
pub mod downstream;
#[cfg(feature = "proxy")]
pub mod metrics;
#[cfg(feature = "proxy")]
pub mod proxy;
#[cfg(feature = "proxy")]
pub mod server;
#[cfg(feature = "proxy")]
pub mod store;
#[cfg(feature = "proxy")]
pub mod timer;
#[cfg(feature = "proxy")]
pub mod turn;
#[cfg(feature = "proxy")]
pub mod upstream;
