//! From the file to the registry: each section has its reader, and a reader that finds a fault reports it and goes on.

mod adapters;
mod categories;
mod consent;
mod cookies;
mod file;
mod names;
mod page;
mod rewrite;
mod text;
mod texts;

pub(super) use categories::Keys;
pub(super) use consent::Consent;
pub(super) use cookies::{Declared, Row, declaring};
pub(super) use file::registry;
