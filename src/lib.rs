//! tamis sifts cookies in transit: a reverse proxy that makes the traffic of a web site match one registry of declared
//! cookies and what the visitor agreed to.

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
pub mod upstream;
