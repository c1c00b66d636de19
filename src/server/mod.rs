//! Start and shutdown: sockets, threads, and the order in which they come and go.

mod log;
mod operator;
mod start;

pub use log::{Guard, log_to};
pub use start::{Drained, Server, StartError};
