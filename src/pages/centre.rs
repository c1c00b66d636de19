//! The preference centre.

use super::html::{Html, Template};
use super::markup::said;
use super::sheet::Sheet;
use super::shell::{Shell, language};
use super::slot::Slot;
use super::switches::Switch;
use super::{Message, Place, form};
use crate::registry::Phrase;

/// The page.
pub(super) fn page(shell: &Shell<'_>, sheet: &Sheet<'_>, switches: &[Switch]) -> Template<Slot> {
    let mut html = Html::new();
    let title = shell.words.say(Phrase::CentreTitle);
    shell.open(&mut html, &title);
    html.raw("<section class=\"tamis tamis-centre\" id=\"tamis-centre\" aria-labelledby=\"tamis-title\"");
    language(&mut html, shell.words.language());
    html.raw(">\n").slot(Slot::Notice).raw("<h1 id=\"tamis-title\">");
    said(&mut html, &title);
    html.raw("</h1>\n");
    if !switches.is_empty() {
        html.raw("<p class=\"tamis-introduction\">");
        said(&mut html, &shell.words.say(Phrase::CentreText));
        html.raw("</p>\n");
    }
    form::choice(&mut html, shell, switches, "centre");
    html.raw("<p class=\"tamis-links\"><a id=\"tamis-policy-link\" href=\"");
    html.text(&shell.settings.path(Place::Policy)).raw("?lang=").text(shell.words.language()).raw("\">");
    said(&mut html, &sheet.title);
    html.raw("</a> <a id=\"tamis-back\" href=\"").slot(Slot::BackLink).raw("\">");
    said(&mut html, &shell.words.say(Phrase::Back));
    html.raw("</a></p>\n");
    shell.version(&mut html, &sheet.version);
    html.raw("</section>\n");
    shell.close(&mut html);
    html.template()
}

/// A small page in place of another one, with the way to the preference centre.
pub(super) fn message(shell: &Shell<'_>, message: Message) -> Template<Slot> {
    let (title, text) = match message {
        Message::NotRecorded => (Phrase::NotRecordedTitle, Phrase::NotRecordedText),
        Message::BadForm => (Phrase::BadFormTitle, Phrase::BadFormText),
        Message::ForeignForm => (Phrase::ForeignFormTitle, Phrase::ForeignFormText),
        Message::Maintenance => (Phrase::MaintenanceTitle, Phrase::MaintenanceText),
    };
    let mut html = Html::new();
    let title = shell.words.say(title);
    shell.open(&mut html, &title);
    html.raw(
        "<section class=\"tamis tamis-message\" id=\"tamis-message\" aria-labelledby=\"tamis-title\">\n",
    );
    html.raw("<h1 id=\"tamis-title\">");
    said(&mut html, &title);
    html.raw("</h1>\n<p>");
    said(&mut html, &shell.words.say(text));
    html.raw("</p>\n<p class=\"tamis-links\"><a id=\"tamis-centre-link\" href=\"");
    html.text(&shell.settings.path(Place::Centre)).raw("?lang=").text(shell.words.language()).raw("\">");
    said(&mut html, &shell.words.say(Phrase::CentreTitle));
    html.raw("</a></p>\n</section>\n");
    shell.close(&mut html);
    html.template()
}
