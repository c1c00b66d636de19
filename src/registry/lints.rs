//! What is allowed and most likely a mistake.

use super::ConsentSettings;
use super::read::{Keys, Row};
use crate::document::Document;

/// Reports all warnings about rows.
pub(super) fn report(document: &Document, rows: &[Row<'_>], consent: &ConsentSettings, keys: &Keys) {
    let _ = (document, rows, consent, keys);
}
