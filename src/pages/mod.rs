//! Text that tamis itself authors for visitors, escaped.

mod answers;
mod error;
mod html;
mod settings;
mod site;
mod visit;

pub use answers::{Action, Posted};
pub use error::error_page;
pub use settings::{Place, Settings};
pub use site::{Message, Site};
pub use visit::{Notice, Visit};
