//! What leaves a trace: the access log, verdicts one by one where they are wanted, and hints about cookies that the
//! registry doesn't know yet.
//!
//! Cookie names may appear, their values never.

mod access;
mod hints;
mod level;
mod line;
pub mod observed;
mod sink;
mod verdicts;

pub use access::{AccessLog, Record, Tally, Words};
pub use hints::{Hinted, Hints};
pub use level::Level;
pub use sink::{Sink, Writing};
pub use verdicts::{VERDICTS, trace, trace_purge, traced};
