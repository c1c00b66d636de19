//! Which cookies were seen, and what became of them or would have become.
//!
//! Each worker fills a [`Table`] where it judges. A thread asks the workers every few seconds ([`Observations`]), adds up
//! what they saw in a [`Book`], keeps that in a file, and makes a [`Report`] of it for people and tools.
//!
//! Names are kept, folded into families, and nothing of a value or a query; of paths and attributes only what is no
//! secret: words, hosts that were asked, durations.

mod book;
mod draft;
mod facts;
mod file;
mod fold;
mod forms;
mod html;
mod json;
mod keeper;
mod path;
mod report;
mod sent;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod text;
mod words;
mod worker;
mod yaml;

pub use book::{Book, Page, Row};
pub use facts::{Counts, Examples, Facts, Reasons, Ways};
pub use file::FileError;
pub use keeper::{Closed, Observations};
pub use report::{Cookie, Order, Registries, Report, Setter, Site, Standing};
pub use sent::{ELSEWHERE, Sent, Setting};
pub use table::{Look, NAMELESS, Sighting, Spot, Table};
pub use worker::{Observer, Seat};
