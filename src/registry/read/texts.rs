//! `texts:`: the interface in the site's own words, and in languages that tamis doesn't ship.

use super::text;
use crate::document::{Document, Node};
use crate::registry::wording;
use crate::registry::{Phrase, Text};

/// The phrases that the section says otherwise than shipped.
pub(super) fn read(document: &Document, node: Option<&Node>) -> Vec<(Phrase, Text)> {
    let Some(mut fields) = node.and_then(|node| document.fields(node, &wording::TEXTS)) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    for phrase in Phrase::ALL {
        let key = phrase.key();
        let text = fields.optional(key).and_then(|node| text::read(document, node, &format!("`{key}`")));
        texts.extend(text.map(|text| (phrase, text)));
    }
    fields.finish();
    texts
}

/// Warns of languages of the registry in which the interface would speak English.
pub(super) fn unshipped(document: &Document, at: &Node, texts: &[(Phrase, Text)], languages: &[String]) {
    for language in languages {
        let primary = language.split('-').next().unwrap_or(language);
        if Phrase::SHIPPED.contains(&primary) {
            continue;
        }
        let said = |phrase: &Phrase| {
            texts.iter().any(|(other, text)| other == phrase && text.own(language).is_some())
        };
        let missing = Phrase::ALL.iter().filter(|phrase| !said(phrase)).count();
        if missing > 0 {
            let message = format!("{missing} texts of the interface are not there in `{language}`");
            let help = "write them under `texts:`, for example `texts: {accept_all: {…}}`; until then they are English";
            document.warning(&at.span, "interface-in-english", message, help);
        }
    }
}
