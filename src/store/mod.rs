//! Consent records: every choice made through tamis, durable, and so that an alteration is found.
//!
//! Each instance writes one chain: a record's link is a digest over the link before it and the record's own digest
//! ([`chain`]). The chain's newest link, its head, is signed and appended to a file on a schedule. docs/records.md says
//! what that proves and what it doesn't.
//!
//! One thread writes ([`Store`] is its queue), so no page waits for a database; whoever needs a record to be durable
//! waits for a future.

mod queue;
mod writer;

pub use queue::{Store, Unavailable};
