//! The few places of a page that depend on the visitor.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::html::{Html, Never};
use super::markup::said;
use super::words::{Said, Words};
use super::{Notice, Visit};
use crate::consent::Choice;
use crate::registry::{CategoryId, KeyTarget, Phrase, Registry};

/// A place to fill.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// ` checked` of a switch that is on.
    Checked(KeyTarget),
    /// `was=` of a switch that is on.
    Was(KeyTarget),
    /// ` open` of a category whose services are not all as it is.
    Open(CategoryId),
    /// The path to return to, within a form's field.
    Back,
    /// The same for a link, which has to lead somewhere.
    BackLink,
    /// The same, within the query of an address within an attribute.
    BackQuery,
    /// What tells the text that is shown.
    Shown,
    /// What just happened.
    Notice,
    /// Whether and when the visitor chose.
    Status,
    /// What the visitor's signal denies.
    Gpc,
    /// `ask=` of what the banner asks for.
    Ask,
    /// The names of what the banner asks for.
    Asked,
}

/// What slots are filled from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling<'a> {
    pub(super) registry: &'a Registry,
    /// What visitors can choose.
    pub(super) switches: &'a [KeyTarget],
    pub(super) words: &'a Words,
    pub(super) visit: &'a Visit<'a>,
}

impl Filling<'_> {
    /// Fills one.
    pub(super) fn fill(&self, slot: Slot, html: &mut Html<Never>) {
        let Self { registry, visit, .. } = self;
        match slot {
            Slot::Checked(target) if visit.is_on(registry, target) => {
                html.raw(" checked");
            }
            Slot::Was(target) if visit.is_on(registry, target) => hidden(html, "was", registry.key(target)),
            Slot::Checked(_) | Slot::Was(_) => {}
            Slot::Open(category) if self.differs(category) => {
                html.raw(" open");
            }
            Slot::Open(_) => {}
            Slot::Back => {
                html.text(visit.back_path());
            }
            Slot::BackLink => {
                let path = visit.back_path();
                html.text(if path.is_empty() { "/" } else { path });
            }
            Slot::BackQuery => {
                html.text(&utf8_percent_encode(visit.back_path(), NON_ALPHANUMERIC).to_string());
            }
            Slot::Shown => {
                html.text(visit.shown);
            }
            Slot::Notice => self.notice(html),
            Slot::Status => self.status(html),
            Slot::Gpc => self.gpc(html),
            Slot::Ask => visit.ask.iter().for_each(|target| hidden(html, "ask", registry.key(*target))),
            Slot::Asked => self.asked(html),
        }
    }

    fn differs(&self, category: CategoryId) -> bool {
        let on = self.visit.is_on(self.registry, KeyTarget::Category(category));
        self.visit.answers.iter().any(|(target, choice)| match target {
            KeyTarget::Service(id) if self.registry.service(*id).category == category => {
                *choice != Choice::Unset && (*choice == Choice::Granted) != on
            }
            _ => false,
        })
    }

    fn notice(&self, html: &mut Html<Never>) {
        let phrase = match self.visit.notice {
            Some(Notice::Saved) => Phrase::Saved,
            Some(Notice::Forgotten) => Phrase::Forgotten,
            None => return,
        };
        html.raw("<p class=\"tamis-notice\" id=\"tamis-notice\" role=\"status\">");
        said(html, &self.words.say(phrase));
        html.raw("</p>\n");
    }

    fn status(&self, html: &mut Html<Never>) {
        html.raw("<p class=\"tamis-status\" id=\"tamis-status\" data-tamis-chosen=\"");
        let chosen = self.visit.has_chosen();
        html.raw(if chosen { "yes" } else { "no" }).raw("\">");
        let moment =
            self.visit.chosen_at.filter(|_| chosen).and_then(|time| Timestamp::from_second(time).ok());
        match moment {
            Some(moment) => {
                let date = self.words.date(moment.to_zoned(TimeZone::UTC).date());
                let text = self.words.fill(Phrase::Chosen, &[("date", &date)]);
                // The element around the whole sentence: where in it a language puts the day is its own affair.
                html.raw("<time").attribute("datetime", &moment.to_string()).raw(">");
                said(html, &text);
                html.raw("</time>");
            }
            None if chosen => said(html, &self.words.say(Phrase::ChosenUndated)),
            None => said(html, &self.words.say(Phrase::NotChosen)),
        }
        html.raw("</p>\n");
        if let Some(reference) = self.visit.reference.filter(|_| chosen) {
            html.raw("<p class=\"tamis-reference\" id=\"tamis-reference\">");
            said(html, &self.words.fill(Phrase::Reference, &[("id", reference)]));
            html.raw("</p>\n");
        }
    }

    fn gpc(&self, html: &mut Html<Never>) {
        let language = self.words.language();
        let denied = self.visit.denied_by_gpc(self.registry);
        let denied = denied.filter(|id| self.switches.contains(&KeyTarget::Category(*id)));
        let titles: Vec<&str> =
            denied.map(|id| self.registry.category(id).title.in_language(language)).collect();
        if titles.is_empty() {
            return;
        }
        html.raw("<p class=\"tamis-note\" id=\"tamis-gpc\">");
        said(html, &self.words.fill(Phrase::Gpc, &[("categories", &titles.join(", "))]));
        html.raw("</p>\n");
    }

    /// Categories by their titles, and services whose category isn't asked for by theirs.
    fn asked(&self, html: &mut Html<Never>) {
        html.raw("<ul class=\"tamis-asked\">\n");
        for target in self.visit.ask {
            let title = match target {
                KeyTarget::Category(id) => &self.registry.category(*id).title,
                KeyTarget::Service(id) => {
                    let service = self.registry.service(*id);
                    if self.visit.ask.contains(&KeyTarget::Category(service.category)) {
                        continue;
                    }
                    &service.title
                }
            };
            html.raw("<li>");
            said(html, &Said::of(title, self.words.language()));
            html.raw("</li>\n");
        }
        html.raw("</ul>\n");
    }
}

fn hidden(html: &mut Html<Never>, name: &'static str, value: &str) {
    html.raw("<input type=\"hidden\"").attribute("name", name).attribute("value", value).raw(">\n");
}
