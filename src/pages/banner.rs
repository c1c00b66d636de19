//! The banner: a fragment for the site's own pages. It asks, and keeps nobody from reading: no dialog, no trap.

use super::Place;
use super::form::{both_buttons, open};
use super::html::{Html, Template};
use super::markup::said;
use super::sheet::Sheet;
use super::shell::{Shell, language};
use super::slot::Slot;
use crate::registry::Phrase;

/// The fragment, with its style sheet: it comes by a script or by a server-side include.
pub(super) fn fragment(shell: &Shell<'_>, sheet: &Sheet<'_>) -> Template<Slot> {
    let (words, settings) = (shell.words, shell.settings);
    let mut html = Html::new();
    html.raw(
        "<section class=\"tamis tamis-banner\" id=\"tamis-banner\" aria-labelledby=\"tamis-banner-title\"",
    );
    language(&mut html, words.language());
    html.raw(">\n<link rel=\"stylesheet\"").attribute("href", &settings.path(Place::BannerStyle)).raw(">\n");
    html.raw("<div class=\"tamis-banner-text\">\n<h2 id=\"tamis-banner-title\" tabindex=\"-1\">");
    said(&mut html, &words.say(Phrase::BannerTitle));
    html.raw("</h2>\n<p>");
    said(&mut html, &words.say(Phrase::BannerText));
    html.raw("</p>\n").slot(Slot::Asked).slot(Slot::Gpc).raw("</div>\n");
    open(&mut html, shell, ("tamis-banner-form", "banner"));
    html.slot(Slot::Ask);
    html.raw("<p class=\"tamis-failed\" id=\"tamis-banner-failed\" role=\"alert\" hidden>");
    said(&mut html, &words.say(Phrase::Failed));
    html.raw("</p>\n");
    both_buttons(&mut html, shell);
    html.raw("<p class=\"tamis-links\"><a id=\"tamis-banner-choose\" href=\"")
        .text(&settings.path(Place::Centre));
    html.raw("?lang=").text(words.language()).raw("&amp;back=").slot(Slot::BackQuery).raw("\">");
    said(&mut html, &words.say(Phrase::Choose));
    html.raw("</a> <a id=\"tamis-banner-policy\" href=\"").text(&settings.path(Place::Policy));
    html.raw("?lang=").text(words.language()).raw("\">");
    said(&mut html, &sheet.title);
    html.raw("</a></p>\n</form>\n</section>\n");
    html.template()
}
