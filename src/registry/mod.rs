//! The declared cookies of one site: YAML in, diagnostics or a compiled [`Registry`] out.
//!
//! The registry is the policy that people read, the consent that they give and the rule that is enforced.
//! It knows nothing of requests or of what a visitor agreed to.

mod adapter;
mod companion;
mod compiled;
mod endings;
mod entry;
mod index;
mod known;
mod lifetime;
mod lints;
mod outline;
mod overlap;
mod page;
mod pattern;
mod phrase;
mod read;
mod rewrite;
mod schema;
mod settings;
mod shipped;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod trie;
mod wording;
mod written;

pub use adapter::{Adapter, Manager, Revision};
pub use compiled::Registry;
pub use entry::{
    Attributes, Category, CategoryId, Entry, EntryId, Lifetime, Name, Rule, SameSite, Service, ServiceId,
    SetBy,
};
pub use known::{is_csrf_token, known_cookie};
pub use page::{Page, Passage};
pub use phrase::Phrase;
pub use rewrite::{LifetimeChange, Presence, Renewal, Rewrite, SameSiteChange};
pub(crate) use schema::SITE_REWRITE;
pub use schema::{SETTINGS, schema};
pub use settings::{ConsentSettings, Format, GrantedValue, Key, KeyTarget};
pub use text::Text;
pub(crate) use time::unix_time;
pub(crate) use written::UNESCAPED;
