//! Start, reload and shutdown: sockets, threads, and the order in which they come and go.

mod generation;
mod holder;
mod log;
mod notify;
mod operator;
mod pem;
mod reload;
mod sockets;
mod start;
mod thread;
mod watchdog;

pub use generation::{RESTART, unusable};
pub use log::{Guard, LogError, log_to};
pub use notify::{State, notify, watchdog};
pub use pem::check;
pub use reload::{Applied, Reloader};
pub use start::{Drained, Given, Server, StartError};
