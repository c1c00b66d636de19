//! The decision: may this cookie pass, in this direction, given what this visitor agreed to?
//!
//! A [`Policy`] judges one cookie at a time, and says why; it never acts. [`Policy::filter_request`] applies it to
//! the `Cookie` fields of a request. The explanations tell people what the same judgement was and what would change it.

mod ambiguous;
mod change;
mod declaration;
mod dump;
mod explain;
mod familiar;
mod filter;
mod inquiry;
mod judge;
mod purge;
mod renaming;
mod rewrite;
mod sentences;
#[cfg(test)]
mod tests;
mod twins;
mod verdict;

pub use declaration::{declaration_yaml, family_yaml};
pub use dump::{cookie_fields, explain_dump};
pub use explain::{Declared, Explanation, cookie_pairs, explain_cookie_field, explain_set_cookie};
pub use familiar::{Familiar, Moment};
pub use filter::Sifted;
pub use inquiry::{Inquiry, Told};
pub use judge::{Policy, Undeclared};
pub use purge::{Expiry, Purge, PurgeUndeclared};
pub use rewrite::{LONGEST, LONGEST_ANONYMISED, Occasion};
pub use twins::Twins;
pub use verdict::{Direction, Reason, Verdict};
