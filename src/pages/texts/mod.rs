//! The interface in the languages that tamis ships: one table a language, each of every phrase.

mod de;
mod en;
mod fr;
mod nl;
mod shipped;

pub(super) use shipped::shipped;
