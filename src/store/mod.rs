//! Consent records: every choice made through tamis, durable, and so that an alteration is found.
//!
//! Each instance writes one chain: a record's link is a digest over the link before it and the record's own digest
//! (`chain`). The chain's newest link, its head, is signed and appended to a file on a schedule (`head`). docs/records.md
//! says what that proves and what it doesn't.
//!
//! One thread writes (`writer`; [`Store`] is its queue), so no page waits for a database; whoever needs a record to be
//! durable waits for a future. [`Ledger`] is the database itself, for the command line.

mod backlog;
mod chain;
mod database;
mod entry;
mod error;
mod export;
mod filter;
mod head;
mod key;
mod ledger;
mod postgres;
mod queue;
mod sqlite;
mod stats;
#[cfg(test)]
mod tests;
mod trouble;
mod upkeep;
mod value;
mod verify;
mod writer;

pub use chain::{Digest, Head, Row, digest};
pub use error::StoreError;
pub use export::Line;
pub use filter::Filter;
pub use head::{Of, SignedHead};
pub use key::{PublicKey, SigningKey};
pub use ledger::Ledger;
pub use queue::{Store, Unavailable};
pub use stats::Stats;
pub use upkeep::Pruned;
pub use verify::{Fault, FaultKind, Found, Verifier};
pub(crate) use writer::now;
