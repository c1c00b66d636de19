//! Text for people: the same in every language, or one per language.

/// A text of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The same for everybody.
    Plain(String),
    /// Language tag (BCP 47, lower case) and text, in the file's order; never empty.
    ByLanguage(Vec<(String, String)>),
}

impl Text {
    /// The text in a language: its own, that of its primary subtag (`fr` for `fr-CA`), else the first.
    pub fn in_language(&self, language: &str) -> &str {
        self.found_in(language).0
    }

    /// The text in a language as [`in_language`](Self::in_language) finds it, and the language that it is in where
    /// that is another one.
    pub fn found_in(&self, language: &str) -> (&str, Option<&str>) {
        match self {
            Self::Plain(text) => (text, None),
            Self::ByLanguage(texts) => match (self.own(language), texts.first()) {
                (Some(text), _) => (text, None),
                (None, Some((tag, text))) => (text, Some(tag)),
                (None, None) => ("", None),
            },
        }
    }

    /// The text that is meant for a language: its own, that of its primary subtag, or one for everybody.
    pub fn own(&self, language: &str) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::ByLanguage(texts) => {
                let primary = language.split('-').next().unwrap_or(language);
                let find = |wanted: &str| texts.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
                find(language).or_else(|| find(primary)).map(|(_, text)| text.as_str())
            }
        }
    }

    /// The languages that it is given in; none for a plain text.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        let texts: &[(String, String)] = match self {
            Self::Plain(_) => &[],
            Self::ByLanguage(texts) => texts,
        };
        texts.iter().map(|(tag, _)| tag.as_str())
    }
}
