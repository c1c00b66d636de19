//! The origin server's side: connections, TLS, and the idle ones kept for the next request.
//!
//! Knows nothing of user agents, policy or cookies.

mod connect;
mod heard;
mod origin;
mod pool;
mod sender;

pub use connect::Error;
pub use origin::{Origin, OriginError};
pub use pool::{Lease, Pool};
