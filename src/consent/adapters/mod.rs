//! Cookies of other consent managers.
//!
//! A manager's reader is one small file: from the value of its cookie to what it says in the manager's own words
//! (`heard`), or nothing where the visitor has not chosen yet. The mapping to categories and services, revisions and
//! implied consent are the same for all, in `read`. docs/consent.md has the table for people.

mod axeptio;
mod complianz;
mod cookiebot;
mod cookieyes;
mod didomi;
mod django;
mod heard;
mod klaro;
mod onetrust;
mod orejime;
mod osano;
mod read;
mod tarteaucitron;
mod tcf;
#[cfg(test)]
mod tests;
mod text;
mod trustarc;
mod vanilla;

pub(super) use read::read;
