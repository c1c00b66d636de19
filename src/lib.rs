//! tamis sifts cookies in transit: a reverse proxy that makes the traffic of a web site match one registry of declared
//! cookies and what the visitor agreed to.

pub mod diagnostic;
pub mod document;
pub mod cookie; pub mod registry; pub mod consent; pub mod policy; pub mod config;
#[cfg(feature = "proxy")]
pub mod metrics;
#[cfg(feature = "proxy")] pub mod downstream;
#[cfg(feature = "proxy")] pub mod upstream;
pub mod pages;
#[cfg(feature = "proxy")] pub mod audit;
#[cfg(feature = "proxy")] pub mod proxy;
