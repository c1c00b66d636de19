//! The user agent's side: listeners, TLS, HTTP/1.1, time limits, drain.
//!
//! Knows nothing of origin servers, policy or cookies: what answers a request is one closure, handed in by the server.

mod listener;
mod pace;
mod serve;
mod timer;
mod tls;

pub use listener::bind;
pub use serve::{Peer, Settings, serve};
pub use timer::LazyTimer;
pub use tls::{Error as TlsError, acceptor};
