//! The cookie policy page.

use super::form;
use super::html::{Html, Never, Template};
use super::markup::{element, prose, said};
use super::sheet::Sheet;
use super::shell::{Shell, head, language};
use super::slot::Slot;
use super::switches::Switch;
use super::{assets, table};
use crate::registry::Phrase;

/// The page: what is before its section, the section, and what is after it.
pub(super) fn page(shell: &Shell<'_>, sheet: &Sheet<'_>, switches: &[Switch]) -> [Template<Slot>; 3] {
    let (mut before, mut section, mut after) = (Html::new(), Html::new(), Html::new());
    shell.open(&mut before, &sheet.title);
    section.raw("<section class=\"tamis tamis-policy\" id=\"tamis-policy\" aria-labelledby=\"tamis-title\"");
    language(&mut section, shell.words.language());
    section.raw(">\n").slot(Slot::Notice);
    opening(&mut section, sheet);
    section.raw("<p class=\"tamis-jump\"><a href=\"#tamis-choice\">");
    said(&mut section, &shell.words.say(Phrase::Choice));
    section.raw("</a></p>\n");
    explanation(&mut section, sheet);
    section
        .raw("<section class=\"tamis-choice\" id=\"tamis-choice\" aria-labelledby=\"tamis-choice-title\">\n");
    section.raw("<h2 id=\"tamis-choice-title\">");
    said(&mut section, &shell.words.say(Phrase::Choice));
    section.raw("</h2>\n");
    form::choice(&mut section, shell, switches, "policy");
    section.raw("</section>\n");
    shell.version(&mut section, &sheet.version);
    section.raw("<p class=\"tamis-address\">");
    let address = shell.policy_address(Some(shell.words.language()));
    said(&mut section, &shell.words.fill(Phrase::Address, &[("address", &address)]));
    section.raw("</p>\n</section>\n");
    shell.close(&mut after);
    [before.template(), section.template(), after.template()]
}

/// The page as a file of its own: its style within, nothing to choose, no other address needed.
pub(super) fn file(sheet: &Sheet<'_>) -> String {
    let mut html = Html::<Never>::new();
    head(&mut html, sheet.words, &sheet.title);
    html.raw("<style>\n").raw(assets::STYLE).raw("</style>\n</head>\n<body class=\"tamis-page\">\n");
    html.raw("<main id=\"tamis-main\">\n");
    html.raw("<section class=\"tamis tamis-policy\" id=\"tamis-policy\" aria-labelledby=\"tamis-title\">\n");
    opening(&mut html, sheet);
    explanation(&mut html, sheet);
    html.raw("<p class=\"tamis-version\" id=\"tamis-version\"");
    html.attribute("data-tamis-version", sheet.registry.version()).raw(">");
    said(&mut html, &sheet.version);
    html.raw("</p>\n</section>\n</main>\n</body>\n</html>\n");
    html.finish()
}

fn opening<S: Copy>(html: &mut Html<S>, sheet: &Sheet<'_>) {
    html.raw("<h1 id=\"tamis-title\">");
    said(html, &sheet.title);
    html.raw("</h1>\n");
    if let Some(introduction) = &sheet.introduction {
        html.raw("<p class=\"tamis-introduction\">");
        prose(html, introduction);
        html.raw("</p>\n");
    }
}

/// What a cookie is, the kinds, and the tables.
fn explanation<S: Copy>(html: &mut Html<S>, sheet: &Sheet<'_>) {
    if let Some((title, text)) = &sheet.definition {
        html.raw("<section class=\"tamis-definition\" id=\"tamis-definition\">\n");
        element(html, "h2", title);
        html.raw("<p>");
        prose(html, text);
        html.raw("</p>\n</section>\n");
    }
    html.raw("<section id=\"tamis-kinds\">\n");
    element(html, "h2", &sheet.kinds_title);
    table::kinds(html, &sheet.kinds);
    html.raw("</section>\n<section id=\"tamis-cookies\">\n<h2>");
    prose(html, &sheet.cookies_title);
    html.raw("</h2>\n");
    for one in &sheet.tables {
        table::table(html, one, sheet.words);
    }
    html.raw("</section>\n");
}
