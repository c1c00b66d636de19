//! The operator's listener: is tamis ready, what does it serve, what did it count. Never for visitors: on this machine only,
//! or with a token.

mod answer;
mod explain;
mod exposition;
mod guard;
mod listener;
mod observed;
mod operator;
mod routes;
mod serve;
mod sites;
mod status;

pub use listener::{BindError, Listener};
pub use operator::{Operator, Reloaded, Wish};
pub use serve::serve;
pub use status::{Phase, Status};
