//! Start, reload and shutdown: sockets, threads, and the order in which they come and go.

mod generation;
mod log;
mod operator;
mod reload;
mod start;
mod thread;

pub use log::{Guard, log_to};
pub use reload::{Applied, Reloader};
pub use start::{Drained, Server, StartError};
