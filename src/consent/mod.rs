//! What a user agent agreed to: the values of the consent cookie and `Sec-GPC` in, a [`Consent`] out.
//!
//! A value is untrusted input. Every doubt about it means "no choice", never an error: what cannot be read grants
//! nothing and says why ([`Unreadable`]). docs/consent.md has the grammars for people.
//!
//! A value is undone to a text (`encoding`), the text read by the site's format (`object` over `json`, `list`,
//! `flag`) or by that of another manager (`adapters`) into words (`statement`), and the words looked up in the registry
//! (`read`).
//!
//! The other way, [`Choices`] that a visitor makes become the value of the site's cookie (`write`), with a [`Companion`]
//! for what that can't hold; [`unanswered`] tells what is still to be asked.

#![deny(clippy::indexing_slicing)]

mod adapters;
mod choice;
mod choices;
mod companion;
mod decision;
mod encoding;
mod flag;
mod header;
pub mod hex;
mod json;
mod list;
mod object;
mod read;
mod record;
mod statement;
#[cfg(test)]
mod tests;
mod unanswered;
mod write;

pub use choice::{Choice, Reading, Source, Unreadable};
pub use choices::Choices;
pub use companion::Companion;
pub use decision::Consent;
pub use record::{How, Record};
pub use unanswered::unanswered;
pub use write::Unwritable;
