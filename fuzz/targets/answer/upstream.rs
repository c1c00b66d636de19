//! The room in which the codec lies, as far as it needs one.

#[allow(dead_code, unused_imports, reason = "the codec serves more than one answer")]
#[path = "../../../src/upstream/codec/mod.rs"]
mod codec;
#[allow(dead_code, reason = "words for metrics")]
#[path = "../../../src/upstream/fault.rs"]
mod fault;
#[allow(dead_code, reason = "the request has no lines")]
#[path = "../../../src/upstream/lines.rs"]
mod lines;
#[path = "seen.rs"]
mod seen;
#[path = "shelf.rs"]
mod shelf;
#[path = "stream.rs"]
mod stream;

pub use fault::{Fault, Flaw};
pub use lines::Lines;
pub use seen::{Seen, exchange};
