//! What leaves a trace: the access log, and hints about cookies that the registry doesn't know yet.
//!
//! Cookie names may appear, their values never.

mod access;
mod hints;

pub use access::{Line, Tally};
pub use hints::{Hinted, Hints};
