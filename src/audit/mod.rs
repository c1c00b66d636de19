//! What leaves a trace: the access log, verdicts one by one where they are wanted, and hints about cookies that the
//! registry doesn't know yet.
//!
//! Cookie names may appear, their values never.

mod access;
mod hints;
pub mod observed;
mod verdicts;

pub use access::{Line, Tally};
pub use hints::{Hinted, Hints};
pub use verdicts::{VERDICTS, trace, trace_purge, traced};
