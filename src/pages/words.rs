//! What is said in one language: the registry's texts, and the interface's as the site or tamis words them.

use jiff::civil::Date;

use super::duration;
use super::texts::shipped;
use crate::registry::{Lifetime, Phrase, Registry, Text};

/// A text on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What it says.
    pub(super) text: String,
    /// The language that it is in, where that is not the page's (WCAG 3.1.2).
    pub(super) language: Option<String>,
}

/// The interface in one language.
#[derive(Debug)]
pub(super) struct Words {
    language: String,
    phrases: Vec<Said>,
    months: Vec<String>,
}

impl Said {
    /// A text of the registry for readers of a language.
    pub(super) fn of(text: &Text, language: &str) -> Self {
        let (text, other) = text.found_in(language);
        Self { text: text.to_owned(), language: other.map(str::to_owned) }
    }
}

impl Words {
    /// The interface of a site: its own texts before the shipped ones, those before English.
    pub(super) fn of(registry: &Registry, language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or(language);
        let said = |phrase: Phrase| match registry.phrase(phrase).and_then(|text| text.own(language)) {
            Some(text) => Said { text: text.to_owned(), language: None },
            None => {
                let (text, own) = shipped(phrase, primary);
                Said { text: text.to_owned(), language: (!own).then(|| "en".to_owned()) }
            }
        };
        let phrases: Vec<Said> = Phrase::ALL.into_iter().map(said).collect();
        let months = phrases.get(Phrase::Months as usize).map_or("", |said| &said.text);
        let months = months.split(',').map(|month| month.trim().to_owned()).collect();
        Self { language: language.to_owned(), phrases, months }
    }

    /// The language.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// A phrase.
    pub(super) fn say(&self, phrase: Phrase) -> Said {
        self.phrases.get(phrase as usize).cloned().unwrap_or_default()
    }

    /// A phrase, where no language can be marked.
    pub(super) fn text(&self, phrase: Phrase) -> &str {
        self.phrases.get(phrase as usize).map_or("", |said| &said.text)
    }

    /// A phrase with its blanks filled in, each once: a text that fills one may have braces of its own.
    pub(super) fn fill(&self, phrase: Phrase, blanks: &[(&str, &str)]) -> Said {
        let mut said = self.say(phrase);
        let mut text = String::with_capacity(said.text.len());
        let mut rest = said.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let blank = after.split_once('}').and_then(|(name, after)| {
                let (_, value) = blanks.iter().find(|(blank, _)| *blank == name)?;
                Some((value, after))
            });
            match blank {
                Some((value, after)) => {
                    text.push_str(value);
                    rest = after;
                }
                None => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        said.text = text;
        said
    }

    /// A day: 24 November 2026, 1er décembre 2026.
    pub(super) fn date(&self, date: Date) -> String {
        let month =
            usize::try_from(date.month()).ok().and_then(|month| self.months.get(month.checked_sub(1)?));
        let Some(month) = month else { return date.to_string() };
        let french = self.language == "fr" || self.language.starts_with("fr-");
        let day = if french && date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
        self.fill(Phrase::Date, &[("day", &day), ("month", month), ("year", &date.year().to_string())]).text
    }

    /// How long: 13 months, 2 semaines.
    pub(super) fn lifetime(&self, lifetime: Lifetime) -> String {
        let Lifetime::Seconds(seconds) = lifetime else { return self.text(Phrase::Session).to_owned() };
        let parts = duration::parts(seconds).into_iter().map(|(count, unit)| {
            // French counts from two on as several, the others all but one; nothing here is zero.
            let phrase = if count == 1 { unit.one() } else { unit.many() };
            self.fill(phrase, &[("count", &count.to_string())]).text
        });
        parts.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::diagnostic::Source;

    fn words(language: &str, texts: &str) -> Words {
        let text = format!("version: '1'\ncookies: []\ntexts: {texts}");
        let (registry, faults) = Registry::compile(Source::new("r", text));
        Words::of(&registry.unwrap_or_else(|| panic!("{}", faults.render(false))), language)
    }

    #[test]
    fn dates_and_durations_are_in_the_language() {
        let month = Lifetime::Seconds(34_128_000);
        for (language, day, first, months) in [
            ("en", "24 November 2026", "1 December 2026", "13 months"),
            ("fr", "24 novembre 2026", "1er décembre 2026", "13 mois"),
            ("nl", "24 november 2026", "1 december 2026", "13 maanden"),
            ("de-AT", "24. November 2026", "1. Dezember 2026", "13 Monate"),
        ] {
            let words = words(language, "{}");
            assert_eq!(words.date(date(2026, 11, 24)), day);
            assert_eq!(words.date(date(2026, 12, 1)), first);
            assert_eq!(words.lifetime(month), months);
        }
        assert_eq!(words("en", "{}").lifetime(Lifetime::Seconds(365 * 86400)), "1 year");
        assert_eq!(
            words("fr", "{}").lifetime(Lifetime::Seconds(90_061)),
            "1 jour 1 heure 1 minute 1 seconde"
        );
        assert_eq!(words("nl", "{}").lifetime(Lifetime::Session), "tot de browser wordt gesloten");
    }

    #[test]
    fn a_site_words_it_otherwise_or_in_another_language() {
        let texts = "{accept_all: {en: Agree, es: Aceptar todo}, save: Go}";
        let [en, fr, es] = ["en", "fr", "es-MX"].map(|language| words(language, texts));
        assert_eq!(
            [&en, &fr, &es].map(|words| words.text(Phrase::AcceptAll)),
            ["Agree", "Tout accepter", "Aceptar todo"]
        );
        assert_eq!([&en, &fr, &es].map(|words| words.text(Phrase::Save)), ["Go"; 3]);
        assert_eq!(es.say(Phrase::AcceptAll).language, None);
        assert_eq!(
            es.say(Phrase::RefuseAll),
            Said { text: "Refuse all".to_owned(), language: Some("en".to_owned()) }
        );
    }

    #[test]
    fn blanks_are_filled_once() {
        let words = words("en", "{version: 'a {version} {other} {b'}");
        assert_eq!(
            words.fill(Phrase::Version, &[("version", "{version}"), ("other", "x")]).text,
            "a {version} x {b"
        );
    }
}
