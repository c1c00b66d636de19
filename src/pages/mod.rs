//! Text that tamis itself authors for visitors, escaped.

mod error;

pub use error::error_page;
