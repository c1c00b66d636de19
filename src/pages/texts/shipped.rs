//! Which table a language has.

use super::{de, en, fr, nl};
use crate::registry::Phrase;

/// A phrase in a language (primary subtag), and whether it is in that language: English where there is no table.
pub(in crate::pages) fn shipped(phrase: Phrase, primary: &str) -> (&'static str, bool) {
    let (table, own) = match primary {
        "en" => (&en::TEXTS, true),
        "fr" => (&fr::TEXTS, true),
        "nl" => (&nl::TEXTS, true),
        "de" => (&de::TEXTS, true),
        _ => (&en::TEXTS, false),
    };
    (table.get(phrase as usize).map_or("", |(_, text)| text), own)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{words}` in braces.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_language_has_every_phrase_in_its_place_and_with_its_blanks() {
        for language in Phrase::SHIPPED {
            assert!(shipped(Phrase::Title, language).1, "{language}");
        }
        for table in [&en::TEXTS, &fr::TEXTS, &nl::TEXTS, &de::TEXTS] {
            for (((phrase, text), expected), (_, english)) in table.iter().zip(Phrase::ALL).zip(&en::TEXTS) {
                assert_eq!(*phrase, expected);
                assert!(!text.is_empty() && text.trim() == *text, "{phrase:?}");
                assert_eq!(places(text), places(english), "{phrase:?}: {text}");
            }
            assert_eq!(table[Phrase::Months as usize].1.split(", ").count(), 12);
        }
        assert_eq!(shipped(Phrase::AcceptAll, "es"), ("Accept all", false));
    }
}
