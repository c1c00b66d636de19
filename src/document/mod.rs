//! A YAML text that a person wrote, as a tree in which every key and value knows its place.
//!
//! The one place that knows the YAML library. It reports syntax faults, bounds depth and size, and gives the typed
//! reading that the registry and the configuration share: each accessor reports what it finds wrong and goes on,
//! so that one run names every fault of the file. A mapping is read by its description ([`Mapping`]), from which the
//! JSON Schema is generated too.

mod fields;
mod json_schema;
mod node;
mod parse;
mod report;
mod schema;
mod suggest;
#[cfg(test)]
mod tests;
mod typed;
mod write;

pub use fields::Fields;
pub use node::{Key, Node, Reference, Substituted, Value};
pub use report::Document;
pub use schema::{Absent, Form, Kind, Mapping, Open, Setting};
pub use suggest::one_of;
pub use write::{quoted, scalar};
