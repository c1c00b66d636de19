//! The pages of one site, rendered as far as they don't depend on the visitor.

use std::sync::Arc;

use super::html::Template;
use super::sheet::Sheet;
use super::shell::Shell;
use super::slot::{Filling, Slot};
use super::switches::{switches, targets};
use super::words::Words;
use super::{Place, Settings, Visit, assets, banner, centre, language, policy, shown};
use crate::registry::{KeyTarget, Registry};

/// The pages of one site in each of its languages. Cheap to ask, dear to make: compile it off the workers. What is kept
/// is the policy once a language, so its size is that of the registry's texts and a few hundred octets a row.
#[derive(Debug)]
pub struct Site {
    registry: Arc<Registry>,
    languages: Vec<String>,
    switches: Vec<KeyTarget>,
    /// In the order of the languages.
    rendered: Vec<Rendered>,
}

#[derive(Debug)]
struct Rendered {
    words: Words,
    policy: [Template<Slot>; 3],
    centre: Template<Slot>,
    banner: Template<Slot>,
    messages: [Template<Slot>; 4],
    shown: String,
}

/// A small page in place of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A grant was refused, since no record of it could be kept (503).
    NotRecorded,
    /// The form can't be read, or asks about what the registry no longer has (400).
    BadForm,
    /// The form came from another site (403).
    ForeignForm,
    /// The site is being worked on (503).
    Maintenance,
}

impl Site {
    /// The policy of every page here: own style sheets, scripts and forms, in no frame (CSP level 3).
    pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// Renders every page in every language of the registry; in English if it has none.
    pub fn compile(registry: &Arc<Registry>, settings: &Settings) -> Self {
        let languages = languages(registry);
        let switches = switches(registry);
        let render = |language: &String| {
            let words = Words::of(registry, language);
            let sheet = Sheet::of(registry, &words);
            let shell = Shell { registry, settings, words: &words, languages: &languages, place: None };
            let at = |place: Place| Shell { place: Some(place), ..shell };
            let policy = policy::page(&at(Place::Policy), &sheet, &switches);
            let centre = centre::page(&at(Place::Centre), &sheet, &switches);
            let banner = banner::fragment(&shell, &sheet);
            let messages =
                [Message::NotRecorded, Message::BadForm, Message::ForeignForm, Message::Maintenance];
            let messages = messages.map(|message| centre::message(&shell, message));
            let shown = shown::shown(&sheet);
            Rendered { policy, centre, banner, messages, shown, words }
        };
        Self {
            rendered: languages.iter().map(render).collect(),
            registry: Arc::clone(registry),
            switches: targets(&switches),
            languages,
        }
    }

    /// The languages of the pages (lower-case BCP 47 tags), the first of which is the default.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The language for a visitor: that of the address (`?lang=`), else the `django_language` cookie's, else the
    /// first acceptable one (Accept-Language, RFC 9110 12.5.4), else the first.
    pub fn language(&self, url: Option<&str>, cookie: Option<&[u8]>, accept: Option<&[u8]>) -> &str {
        language::choose(&self.languages, url, cookie, accept).unwrap_or_default()
    }

    /// Every category and service that visitors can choose, each category before its services; none where no
    /// declared cookie waits for consent.
    pub fn switches(&self) -> &[KeyTarget] {
        &self.switches
    }

    /// The policy page; with `fragment` its section alone, for a template of the site.
    pub fn policy(&self, visit: &Visit<'_>, fragment: bool) -> String {
        let Some(rendered) = self.rendered(visit.language) else { return String::new() };
        let [before, section, after] = &rendered.policy;
        let section = self.fill(rendered, section, visit);
        if fragment {
            return section;
        }
        let mut page = self.fill(rendered, before, visit);
        page.push_str(&section);
        page.push_str(&self.fill(rendered, after, visit));
        page
    }

    /// The preference centre.
    pub fn centre(&self, visit: &Visit<'_>) -> String {
        self.page(visit, |rendered| &rendered.centre)
    }

    /// The banner as an HTML fragment that asks for what the visit says.
    pub fn banner(&self, visit: &Visit<'_>) -> String {
        self.page(visit, |rendered| &rendered.banner)
    }

    /// A small page in place of another one.
    pub fn message(&self, message: Message, language: &str) -> String {
        let nothing = Visit {
            language,
            answers: &[],
            chosen_at: None,
            reference: None,
            back: "/",
            shown: "",
            notice: None,
            gpc: false,
            ask: &[],
        };
        self.page(&nothing, |rendered| {
            let [not_recorded, bad_form, foreign_form, maintenance] = &rendered.messages;
            match message {
                Message::NotRecorded => not_recorded,
                Message::BadForm => bad_form,
                Message::ForeignForm => foreign_form,
                Message::Maintenance => maintenance,
            }
        })
    }

    /// All that visitors are told in a language before they choose, as plain text: what a record's digest is over.
    pub fn shown(&self, language: &str) -> &str {
        self.rendered(language).map_or("", |rendered| &rendered.shown)
    }

    /// A style sheet or script, with its media type; `None` of a place that is a page.
    pub fn asset(place: Place) -> Option<(&'static str, &'static str)> {
        const CSS: &str = "text/css; charset=utf-8";
        const JAVASCRIPT: &str = "text/javascript; charset=utf-8"; // RFC 9239
        match place {
            Place::Style => Some((CSS, assets::STYLE)),
            Place::BannerStyle => Some((CSS, assets::BANNER_STYLE)),
            Place::Script => Some((JAVASCRIPT, assets::SCRIPT)),
            Place::BannerScript => Some((JAVASCRIPT, assets::BANNER_SCRIPT)),
            Place::Policy | Place::Centre | Place::Banner | Place::Consent => None,
        }
    }

    fn page(&self, visit: &Visit<'_>, template: impl Fn(&Rendered) -> &Template<Slot>) -> String {
        let rendered = self.rendered(visit.language);
        rendered.map(|rendered| self.fill(rendered, template(rendered), visit)).unwrap_or_default()
    }

    fn fill(&self, rendered: &Rendered, template: &Template<Slot>, visit: &Visit<'_>) -> String {
        let filling =
            Filling { registry: &self.registry, switches: &self.switches, words: &rendered.words, visit };
        template.fill(|slot, html| filling.fill(slot, html))
    }

    /// The pages in a language; in the first one where a language is not of this site.
    fn rendered(&self, language: &str) -> Option<&Rendered> {
        let found = self.rendered.iter().find(|rendered| rendered.words.language() == language);
        found.or(self.rendered.first())
    }
}

/// The languages in which a registry's pages are written.
pub(super) fn languages(registry: &Registry) -> Vec<String> {
    match registry.languages() {
        [] => vec!["en".to_owned()],
        languages => languages.to_vec(),
    }
}
