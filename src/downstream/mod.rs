//! The user agent's side: listeners, PROXY protocol, TLS, HTTP/1.1 and HTTP/2, time limits, drain.
//!
//! Knows nothing of origin servers, policy or cookies: what answers a request is one closure, handed in by the server.

mod batch;
mod connection;
mod cork;
mod cut;
mod ending;
mod inherited;
mod listener;
mod open;
mod pace;
mod parked;
mod proxy_protocol;
mod security;
mod serve;
mod settings;
mod shortage;
mod streams;
mod strict;
mod terms;
mod tls;

pub use inherited::Inherited;
pub use listener::{Listening, bind, share};
pub use security::Security;
pub use serve::serve;
pub use settings::{Peer, Settings};
pub use terms::Terms;
pub use tls::{Error as TlsError, Tls, check};
