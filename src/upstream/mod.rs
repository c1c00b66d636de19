//! The origin server's side: connections, TLS, and the idle ones kept for the next request.
//!
//! Knows nothing of user agents, policy or cookies.

mod body;
mod codec;
mod connect;
mod fault;
mod lease;
mod lines;
mod origin;
mod pool;
mod shelf;
mod stream;

pub use body::{Body, Upgraded};
pub use codec::{Kept, Line};
pub use connect::Error;
pub use fault::{Fault, Flaw};
pub use lease::{Failed, Lease, Outgoing};
pub use lines::Lines;
pub use origin::{Origin, OriginError};
pub use pool::Pool;
