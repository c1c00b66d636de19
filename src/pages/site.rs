//! The pages of one site, rendered as far as they don't depend on the visitor.

use std::sync::Arc;

use super::{Settings, Visit};
use crate::registry::Registry;

/// The pages of one site in each of its languages. Cheap to ask, dear to make: compile it off the workers.
#[derive(Debug)]
pub struct Site {
    registry: Arc<Registry>,
}

/// A small page that answers a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A grant was refused, since no record of it could be kept (503).
    NotRecorded,
    /// The form can't be read, or asks about what the registry no longer has (400).
    BadForm,
    /// The form came from another site (403).
    ForeignForm,
}

impl Site {
    /// Renders every page in every language.
    pub fn compile(registry: &Arc<Registry>, settings: &Settings) -> Self {
        todo!()
    }

    /// The languages of the pages (lower-case BCP 47 tags), the first of which is the default.
    pub fn languages(&self) -> &[String] {
        todo!()
    }

    /// The language for a visitor: that of the address (`?lang=`), else the `django_language` cookie's, else the
    /// first acceptable one (Accept-Language, RFC 9110 12.5.4), else the first.
    pub fn language(&self, url: Option<&str>, cookie: Option<&[u8]>, accept: Option<&[u8]>) -> &str {
        todo!()
    }

    /// The policy page; with `fragment` its section alone, for a template of the site.
    pub fn policy(&self, visit: &Visit<'_>, fragment: bool) -> String {
        todo!()
    }

    /// The preference centre.
    pub fn centre(&self, visit: &Visit<'_>) -> String {
        todo!()
    }

    /// The banner as an HTML fragment that asks for what the visit says.
    pub fn banner(&self, visit: &Visit<'_>) -> String {
        todo!()
    }

    /// A small page.
    pub fn message(&self, message: Message, language: &str) -> &str {
        todo!()
    }

    /// All that visitors are told in a language, as plain text: what a record's digest is over.
    pub fn shown(&self, language: &str) -> &str {
        todo!()
    }

    /// Every category and service that visitors can choose.
    pub fn switches(&self) -> &[crate::registry::KeyTarget] {
        todo!()
    }
}
