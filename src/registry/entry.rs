//! What a registry declares: categories, services and cookies.

use super::{Rewrite, Text};

/// Index of a row of `cookies:`; valid for the registry that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub(crate) u32);

impl EntryId {
    /// Its place in the file, from 0; below the number of rows. For tables of one row an entry.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Index of a category; below [`Category::MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CategoryId(pub(crate) u8);

/// Index of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub(crate) u16);

/// Whether a category's cookies wait for consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Never (strictly necessary; ePrivacy directive 5(3)).
    Exempt,
    /// Unless a cookie is declared `anonymised: true` (audience measurement; the regulator's conditions apply).
    UnlessAnonymised,
    /// Always.
    Required,
}

/// A kind of cookie that visitors choose together.
#[derive(Clone, Debug)]
pub struct Category {
    /// The word in consent cookies, X-Consent and `category:`; an RFC 9651 key.
    pub key: String,
    /// The heading of its table on the policy page.
    pub title: Text,
    /// What it is and whether it needs consent, for people.
    pub description: Text,
    /// Whether its cookies wait for consent.
    pub rule: Rule,
}

impl Category {
    /// A consent's grants are one bit a category.
    pub const MOST: usize = 64;
}

/// A tool whose cookies visitors may choose apart from their category.
#[derive(Clone, Debug)]
pub struct Service {
    /// The word in consent cookies, X-Consent and `service:`; never a category's.
    pub key: String,
    /// Its name for people.
    pub title: Text,
    /// The category whose choice counts where none was made for the service.
    pub category: CategoryId,
}

/// Who writes a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// `Set-Cookie`.
    Server,
    /// `document.cookie` or the Cookie Store API: must stay readable by scripts.
    Script,
}

/// How long a cookie is declared to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the browser closes.
    Session,
    /// Seconds; a year is 365 days, months are whole days of its twelfths.
    Seconds(u64),
}

/// The attribute of that name (6265bis 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Cross-site requests carry the cookie.
    None,
    /// Only top-level navigations do.
    Lax,
    /// None does.
    Strict,
}

/// Attributes as declared; `None` = not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `Secure`.
    pub secure: Option<bool>,
    /// `HttpOnly`.
    pub http_only: Option<bool>,
    /// `SameSite`.
    pub same_site: Option<SameSite>,
    /// `Partitioned` (CHIPS).
    pub partitioned: Option<bool>,
}

/// One declared cookie-name or family of names, as written.
#[derive(Clone, Debug)]
pub struct Name {
    /// As in the file: `_pk_id.{id}.{id}`.
    pub pattern: String,
    /// Line in the registry's file, from 1; 0 for a name that isn't in it.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// One row of the policy: cookies that share provider, purpose and rule.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who provides the service.
    pub provider: Text,
    /// What it is for on the site ("Language selection").
    pub function: Option<Text>,
    /// Where on the site ("front and back office").
    pub location: Option<Text>,
    /// The declared names.
    pub names: Vec<Name>,
    /// What the cookies are for.
    pub purposes: Text,
    /// Its kind.
    pub category: CategoryId,
    /// The tool it belongs to.
    pub service: Option<ServiceId>,
    /// How long it lives, where declared.
    pub lifetime: Option<Lifetime>,
    /// Who writes it, where declared.
    pub set_by: Option<SetBy>,
    /// Domain attributes it is set with; empty = host-only.
    pub domains: Vec<String>,
    /// Path attributes it is set with; empty = `/`.
    pub paths: Vec<String>,
    /// Its other attributes.
    pub attributes: Attributes,
    /// Why it needs no consent, where it needs none.
    pub exemption: Option<Text>,
    /// Declared as anonymous audience measurement.
    pub anonymised: bool,
    /// What is changed on its `Set-Cookie` fields, where that is anything.
    pub rewrite: Option<Rewrite>,
    /// The `__Host-` or `__Secure-` name under which user agents keep it; the row then declares one exact name.
    pub rename: Option<String>,
    /// Whether it waits for consent, settled from the category's rule and `anonymised`.
    pub needs_consent: bool,
    /// Not in the file: every registry has it.
    pub shipped: bool,
}

impl Entry {
    /// Its texts for people.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let optional = [&self.function, &self.location, &self.exemption];
        [&self.provider, &self.purposes].into_iter().chain(optional.into_iter().flatten())
    }
}
