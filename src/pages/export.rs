//! The policy as a file: for a site's own page, an archive, a register of processing activities.

use super::sheet::Sheet;
use super::site::languages;
use super::words::Words;
use super::{csv, json, language, markdown, policy, shown};
use crate::registry::Registry;

/// How a policy is written as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The whole page in one file, its style within.
    Html,
    /// CommonMark with the tables of GitHub's.
    Markdown,
    /// One object (docs/policy-page.md).
    Json,
    /// One line a row of the policy (RFC 4180).
    Csv,
    /// What a consent record's digest is over, octet by octet.
    Shown,
}

/// Why a policy can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The registry has no text in the language.
    #[error("the registry has no texts in `{wanted}`; it has: {}", .languages.join(", "))]
    NoSuchLanguage {
        /// As it was asked for.
        wanted: String,
        /// What there is instead.
        languages: Vec<String>,
    },
}

/// Writes the policy of a registry in a language, in its first one if none is given.
///
/// # Errors
/// The registry doesn't have the language, nor a wider or narrower one (RFC 4647 3.4).
pub fn export(registry: &Registry, wanted: Option<&str>, format: Export) -> Result<String, ExportError> {
    let languages = languages(registry);
    let language = match wanted {
        None => languages.first(),
        Some(wanted) => language::lookup(&languages, wanted),
    };
    let Some(language) = language else {
        let wanted = wanted.unwrap_or_default().to_owned();
        return Err(ExportError::NoSuchLanguage { wanted, languages });
    };
    let words = Words::of(registry, language);
    let sheet = Sheet::of(registry, &words);
    Ok(match format {
        Export::Html => policy::file(&sheet),
        Export::Markdown => markdown::markdown(&sheet),
        Export::Json => json::json(&sheet, &languages),
        Export::Csv => csv::csv(&sheet),
        Export::Shown => shown::shown(&sheet),
    })
}
