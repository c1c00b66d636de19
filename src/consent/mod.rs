//! What a user agent agreed to: the values of the consent cookie and `Sec-GPC` in, a [`Consent`] out.
//!
//! A value is untrusted input. Every doubt about it means "no choice", never an error: what cannot be read grants
//! nothing and says why ([`Unreadable`]). docs/consent.md has the grammars for people.

mod choice;
mod encoding;
mod flag;
mod json;
mod list;
mod object;
mod statement;

pub use choice::{Choice, Reading, Unreadable};
