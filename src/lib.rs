//! tamis sifts cookies in transit: a reverse proxy that makes the traffic of a web site match one registry of declared
//! cookies and what the visitor agreed to.

pub mod config;
pub mod consent;
pub mod cookie;
pub mod diagnostic;
pub mod document;
pub mod policy;
pub mod registry;
