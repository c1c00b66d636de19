//! The declared cookies of one site: YAML in, diagnostics or a compiled [`Registry`] out.
//!
//! The registry is the policy that people read, the consent that they give and the rule that is enforced.
//! It knows nothing of requests or of what a visitor agreed to.

mod entry;
mod settings;
mod text;

pub use entry::{
    Attributes, Category, CategoryId, Entry, EntryId, Lifetime, Name, Rule, SameSite, Service, ServiceId, SetBy,
};
pub use text::Text;
pub use settings::{ConsentSettings, Format, GrantedValue, Key, KeyTarget};
