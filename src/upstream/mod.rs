//! The origin server's side: addresses and how they are, connections, TLS, and the idle ones kept for the next request.
//!
//! [`Origin`] is one site's upstream as all threads share it, [`Pool`] what one worker has of all of them. A request goes
//! its [`Way`] to a [`Lease`]. Knows nothing of user agents, policy or cookies.

mod body;
mod codec;
mod condition;
mod connect;
mod fault;
mod gate;
mod health;
mod keeper;
mod lane;
mod lease;
mod lines;
mod multiplex;
mod origin;
mod place;
mod pool;
mod probe;
mod roster;
mod secure;
mod shelf;
mod stream;
#[cfg(test)]
mod tests;
mod trusted;
mod way;

pub use body::{Body, Upgraded};
pub use codec::{Kept, Line};
pub use condition::Trouble;
pub use connect::Error;
pub use fault::{FAILURES, Fault, Flaw};
pub use gate::Busy;
pub use health::{AddressHealth, Health, PlaceHealth};
pub use keeper::Keeper;
pub use lease::{Failed, Lease, Outgoing};
pub use lines::Lines;
pub use origin::Origin;
pub use pool::Pool;
pub use secure::{OriginError, authorities, check_client};
pub use way::Way;
