//! What is changed on a `Set-Cookie` field that passes: the keys of `rewrite:`, for a row or for a whole site.

use super::SameSite;
use crate::document::{Document, Fields};

/// An attribute that is there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Put in where it is missing.
    Set,
    /// Taken out where it is.
    Remove,
}

/// What becomes of `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSiteChange {
    /// This value, whatever it was.
    Set(SameSite),
    /// None: the browser's default applies.
    Remove,
}

/// What becomes of `Max-Age` and `Expires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifetimeChange {
    /// At most what is declared and allowed.
    Clamp,
    /// As they came.
    Keep,
}

/// What becomes of a cookie that is set again with the value that the user agent already has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It is stripped, so that its lifetime ends when it was to end.
    Refuse,
    /// It passes.
    Allow,
}

/// Changes to every `Set-Cookie` field that they are meant for; `None` = as it came, or as the site says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrite {
    /// `Secure`.
    pub secure: Option<Presence>,
    /// `HttpOnly`.
    pub http_only: Option<Presence>,
    /// `SameSite`.
    pub same_site: Option<SameSiteChange>,
    /// `Partitioned`.
    pub partitioned: Option<Presence>,
    /// `Max-Age` and `Expires`.
    pub lifetime: Option<LifetimeChange>,
    /// The same value again.
    pub renewal: Option<Renewal>,
}

impl Rewrite {
    /// These changes, and the other ones where these say nothing.
    pub fn over(self, other: Self) -> Self {
        Self {
            secure: self.secure.or(other.secure),
            http_only: self.http_only.or(other.http_only),
            same_site: self.same_site.or(other.same_site),
            partitioned: self.partitioned.or(other.partitioned),
            lifetime: self.lifetime.or(other.lifetime),
            renewal: self.renewal.or(other.renewal),
        }
    }

    /// Reads the keys of a `rewrite:` section; what can't hold together is reported as `bad-rewrite`.
    pub(crate) fn read(document: &Document, fields: &mut Fields<'_>) -> Self {
        let presence = [("set", Presence::Set), ("remove", Presence::Remove)];
        let same_site = [
            ("strict", SameSiteChange::Set(SameSite::Strict)),
            ("lax", SameSiteChange::Set(SameSite::Lax)),
            ("none", SameSiteChange::Set(SameSite::None)),
            ("remove", SameSiteChange::Remove),
        ];
        let lifetime = [("clamp", LifetimeChange::Clamp), ("keep", LifetimeChange::Keep)];
        let renewal = [("refuse", Renewal::Refuse), ("allow", Renewal::Allow)];
        let insecure = fields.optional("secure");
        let read = Self {
            secure: choice(document, insecure, "secure", &presence),
            http_only: choice(document, fields.optional("http_only"), "http_only", &presence),
            same_site: choice(document, fields.optional("same_site"), "same_site", &same_site),
            partitioned: choice(document, fields.optional("partitioned"), "partitioned", &presence),
            lifetime: choice(document, fields.optional("lifetime"), "lifetime", &lifetime),
            renewal: choice(document, fields.optional("renewal"), "renewal", &renewal),
        };
        let what = if read.same_site == Some(SameSiteChange::Set(SameSite::None)) {
            Some("`SameSite=None`")
        } else {
            (read.partitioned == Some(Presence::Set)).then_some("`Partitioned`")
        };
        if let (Some(what), Some(Presence::Remove), Some(node)) = (what, read.secure, insecure) {
            // 6265bis 5.7, step 18; CHIPS.
            let message = format!("user agents refuse {what} without `Secure`");
            document.error(
                &node.span,
                "bad-rewrite",
                message,
                "write `secure: set`, or remove one of the two",
            );
        }
        read
    }
}

fn choice<T: Copy>(
    document: &Document,
    node: Option<&crate::document::Node>,
    what: &str,
    words: &[(&str, T)],
) -> Option<T> {
    node.and_then(|node| document.choice(node, what, words))
}
