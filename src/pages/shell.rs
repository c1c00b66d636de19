//! What is around every page: head, languages, foot.

use super::html::Html;
use super::language::right_to_left;
use super::markup::said;
use super::slot::Slot;
use super::words::{Said, Words};
use super::{Place, Settings};
use crate::registry::{Phrase, Registry};

/// The surroundings of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shell<'a> {
    pub(super) registry: &'a Registry,
    pub(super) settings: &'a Settings,
    pub(super) words: &'a Words,
    /// All languages of the site.
    pub(super) languages: &'a [String],
    /// The page around which it is, for links to its other languages.
    pub(super) place: Option<Place>,
}

/// ` lang="…"`, and the direction where it is not the usual one.
pub(super) fn language<S: Copy>(html: &mut Html<S>, language: &str) {
    html.attribute("lang", language);
    if right_to_left(language) {
        html.raw(" dir=\"rtl\"");
    }
}

/// Up to what only the place of the style sheet differs in.
pub(super) fn head<S: Copy>(html: &mut Html<S>, words: &Words, title: &Said) {
    html.raw("<!doctype html>\n<html");
    language(html, words.language());
    html.raw(">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
        .text(&title.text)
        .raw("</title>\n");
}

impl Shell<'_> {
    /// Everything before the page's own content.
    pub(super) fn open(&self, html: &mut Html<Slot>, title: &Said) {
        head(html, self.words, title);
        self.addresses(html);
        html.raw("<link rel=\"stylesheet\"").attribute("href", &self.settings.path(Place::Style)).raw(">\n");
        html.raw("<script").attribute("src", &self.settings.path(Place::Script)).raw(" defer></script>\n");
        html.raw("</head>\n<body class=\"tamis-page\">\n");
        self.other_languages(html);
        html.raw("<main id=\"tamis-main\">\n");
    }

    /// Everything after it.
    pub(super) fn close(&self, html: &mut Html<Slot>) {
        html.raw("</main>\n</body>\n</html>\n");
    }

    /// The address of the policy page in a language, or in whatever language a visitor's browser asks for.
    pub(super) fn policy_address(&self, language: Option<&str>) -> String {
        let origin = self.settings.origin.as_deref().or_else(|| origin(self.registry.site()?));
        let path = &self.settings.policy_path;
        let query = language.map(|language| format!("?lang={language}")).unwrap_or_default();
        format!("{}{path}{query}", origin.unwrap_or_default())
    }

    /// Canonical and alternate addresses (RFC 6596; `hreflang` as search engines read it).
    fn addresses(&self, html: &mut Html<Slot>) {
        if self.place != Some(Place::Policy) {
            return;
        }
        let several = self.languages.len() > 1;
        let own = self.policy_address(several.then(|| self.words.language()));
        html.raw("<link rel=\"canonical\"").attribute("href", &own).raw(">\n");
        if !several {
            return;
        }
        for language in self.languages {
            html.raw("<link rel=\"alternate\"").attribute("hreflang", language);
            html.attribute("href", &self.policy_address(Some(language))).raw(">\n");
        }
        html.raw("<link rel=\"alternate\" hreflang=\"x-default\"");
        html.attribute("href", &self.policy_address(None)).raw(">\n");
    }

    fn other_languages(&self, html: &mut Html<Slot>) {
        let Some(place) = self.place.filter(|_| self.languages.len() > 1) else { return };
        html.raw("<nav class=\"tamis-languages\"");
        html.attribute("aria-label", self.words.text(Phrase::Languages)).raw(">\n<ul>\n");
        for language in self.languages {
            html.raw("<li><a href=\"").text(&self.settings.path(place)).raw("?lang=").text(language);
            if place == Place::Centre {
                html.raw("&amp;back=").slot(Slot::BackQuery);
            }
            html.raw("\"").attribute("lang", language).attribute("hreflang", language);
            if language == self.words.language() {
                html.raw(" aria-current=\"true\"");
            }
            html.raw(">").text(name(language)).raw("</a></li>\n");
        }
        html.raw("</ul>\n</nav>\n");
    }

    /// The policy's version, for the foot of a page.
    pub(super) fn version(&self, html: &mut Html<Slot>, version: &Said) {
        html.raw("<p class=\"tamis-version\" id=\"tamis-version\"");
        html.attribute("data-tamis-version", self.registry.version()).raw(">");
        said(html, version);
        html.raw("</p>\n");
    }
}

/// Scheme and host of an address.
fn origin(site: &str) -> Option<&str> {
    let host = site.find("://")? + "://".len();
    let end = site.get(host..)?.find(['/', '?', '#']).map_or(site.len(), |end| host + end);
    site.get(..end)
}

/// A language by its own name, for those whose readers are likely; else its tag.
fn name(language: &str) -> &str {
    const NAMES: [(&str, &str); 32] = [
        ("ar", "العربية"),
        ("bg", "Български"),
        ("br", "Brezhoneg"),
        ("ca", "Català"),
        ("co", "Corsu"),
        ("cs", "Čeština"),
        ("da", "Dansk"),
        ("de", "Deutsch"),
        ("el", "Ελληνικά"),
        ("en", "English"),
        ("es", "Español"),
        ("et", "Eesti"),
        ("eu", "Euskara"),
        ("fi", "Suomi"),
        ("fr", "Français"),
        ("ga", "Gaeilge"),
        ("he", "עברית"),
        ("hr", "Hrvatski"),
        ("hu", "Magyar"),
        ("it", "Italiano"),
        ("lb", "Lëtzebuergesch"),
        ("lt", "Lietuvių"),
        ("lv", "Latviešu"),
        ("nl", "Nederlands"),
        ("no", "Norsk"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("ro", "Română"),
        ("sk", "Slovenčina"),
        ("sl", "Slovenščina"),
        ("sv", "Svenska"),
        ("uk", "Українська"),
    ];
    NAMES.iter().find(|(tag, _)| *tag == language).map_or(language, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        assert_eq!(origin("https://a.example:8443/b?c"), Some("https://a.example:8443"));
        assert_eq!(origin("http://a.example"), Some("http://a.example"));
        assert_eq!(origin("https://a.example?b"), Some("https://a.example"));
        assert_eq!(origin("https://a/b/c/d/e/f"), Some("https://a"));
    }
}
