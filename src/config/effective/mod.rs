//! Every setting of a configuration as it counts, with where its value comes from (`tamis config show`).
//!
//! Made from the descriptions of the mappings, as the readers and the schemas are: a new key is shown with no more to
//! do. What a secret setting holds is left out.

mod collect;
mod json;
mod lines;
mod value;

pub use lines::Line;
pub use value::{Effective, Entry, Origin, Shown};
