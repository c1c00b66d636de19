//! The visitor's choice and how to change it: the part that the policy page and the preference centre share.
//!
//! Two forms, so that the Enter key in the second saves the switches: buttons for everything, and the switches.

use super::html::Html;
use super::markup::said;
use super::shell::Shell;
use super::slot::Slot;
use super::switches::{Switch, targets};
use super::words::Said;
use super::{Action, Place};
use crate::registry::{Category, KeyTarget, Phrase, Rule};

/// Present choice and forms; `from` is the page's word in records.
pub(super) fn choice(html: &mut Html<Slot>, shell: &Shell<'_>, switches: &[Switch], from: &'static str) {
    if switches.is_empty() {
        html.raw("<p class=\"tamis-status\" id=\"tamis-nothing-to-choose\">");
        said(html, &shell.words.say(Phrase::NothingToChoose));
        html.raw("</p>\n");
        return;
    }
    html.slot(Slot::Status).slot(Slot::Gpc);
    open(html, shell, ("tamis-all", from));
    for target in targets(switches) {
        ask(html, shell.registry.key(target));
    }
    both_buttons(html, shell);
    html.raw("</form>\n");
    open(html, shell, ("tamis-form", from));
    html.raw("<fieldset class=\"tamis-switches\">\n<legend>");
    said(html, &shell.words.say(Phrase::ByCategory));
    html.raw("</legend>\n<ul>\n");
    let exempt = shell.registry.categories().iter().filter(|category| category.rule == Rule::Exempt);
    let has_switch = |category: &Category| {
        switches.iter().any(|switch| std::ptr::eq(shell.registry.category(switch.category), category))
    };
    let exempt = exempt.filter(|category| has_rows(shell, category) && !has_switch(category));
    exempt.for_each(|category| always_on(html, shell, category));
    switches.iter().for_each(|one| switch(html, shell, one));
    html.raw("</ul>\n</fieldset>\n<div class=\"tamis-buttons\">");
    button(html, shell, Action::Save, Phrase::Save);
    html.raw("</div>\n</form>\n");
}

/// A form up to its own fields; `id` and `from`.
pub(super) fn open(html: &mut Html<Slot>, shell: &Shell<'_>, (id, from): (&'static str, &'static str)) {
    html.raw("<form class=\"tamis-form\"").attribute("id", id).raw(" method=\"post\"");
    html.attribute("action", &shell.settings.path(Place::Consent))
        .attribute("data-tamis-form", from)
        .raw(">\n");
    html.raw("<input type=\"hidden\" name=\"from\"").attribute("value", from).raw(">\n");
    html.raw("<input type=\"hidden\" name=\"language\"")
        .attribute("value", shell.words.language())
        .raw(">\n");
    html.raw("<input type=\"hidden\" name=\"shown\" value=\"").slot(Slot::Shown).raw("\">\n");
    html.raw("<input type=\"hidden\" name=\"back\" value=\"").slot(Slot::Back).raw("\">\n");
}

/// Refusing is as easy as accepting: the same element, in the same place, with the same style (CNIL 2020-092, 30).
pub(super) fn both_buttons(html: &mut Html<Slot>, shell: &Shell<'_>) {
    html.raw("<div class=\"tamis-buttons\">");
    button(html, shell, Action::RefuseAll, Phrase::RefuseAll);
    button(html, shell, Action::AcceptAll, Phrase::AcceptAll);
    html.raw("</div>\n");
}

fn button(html: &mut Html<Slot>, shell: &Shell<'_>, action: Action, phrase: Phrase) {
    html.raw("<button class=\"tamis-button\" type=\"submit\" name=\"action\"")
        .attribute("value", action.word());
    html.raw(">");
    said(html, &shell.words.say(phrase));
    html.raw("</button>\n");
}

fn ask(html: &mut Html<Slot>, key: &str) {
    html.raw("<input type=\"hidden\" name=\"ask\"").attribute("value", key).raw(">\n");
}

fn has_rows(shell: &Shell<'_>, category: &Category) -> bool {
    let registry = shell.registry;
    registry.entries().iter().any(|entry| std::ptr::eq(registry.category(entry.category), category))
}

fn always_on(html: &mut Html<Slot>, shell: &Shell<'_>, category: &Category) {
    html.raw("<li class=\"tamis-switch\"").attribute("data-tamis-always", &category.key);
    html.raw(">\n<p class=\"tamis-label\"><strong class=\"tamis-name\">");
    said(html, &Said::of(&category.title, shell.words.language()));
    html.raw("</strong> <em class=\"tamis-always\">");
    said(html, &shell.words.say(Phrase::AlwaysOn));
    html.raw("</em></p>\n");
    describe(html, shell, category);
    html.raw("</li>\n");
}

/// A category's switch, and those of its services on demand.
fn switch(html: &mut Html<Slot>, shell: &Shell<'_>, switch: &Switch) {
    let registry = shell.registry;
    let category = registry.category(switch.category);
    let target = KeyTarget::Category(switch.category);
    html.raw("<li class=\"tamis-switch\">\n");
    toggle(html, shell, target, &Said::of(&category.title, shell.words.language()));
    describe(html, shell, category);
    if !switch.services.is_empty() {
        html.raw("<details class=\"tamis-services\"").attribute("data-tamis-services", &category.key);
        html.slot(Slot::Open(switch.category)).raw(">\n<summary>");
        said(html, &shell.words.say(Phrase::ByService));
        html.raw("</summary>\n<ul>\n");
        for service in &switch.services {
            html.raw("<li class=\"tamis-switch\">\n");
            let title = Said::of(&registry.service(*service).title, shell.words.language());
            toggle(html, shell, KeyTarget::Service(*service), &title);
            html.raw("</li>\n");
        }
        html.raw("</ul>\n</details>\n");
    }
    html.raw("</li>\n");
}

/// What a category is, referred to by its switch.
fn describe(html: &mut Html<Slot>, shell: &Shell<'_>, category: &Category) {
    html.raw("<p class=\"tamis-about\" id=\"tamis-about-").text(&category.key).raw("\">");
    said(html, &Said::of(&category.description, shell.words.language()));
    html.raw("</p>\n");
}

fn toggle(html: &mut Html<Slot>, shell: &Shell<'_>, target: KeyTarget, title: &Said) {
    let key = shell.registry.key(target);
    html.raw("<label class=\"tamis-label\"><span class=\"tamis-name\">");
    said(html, title);
    html.raw("</span> <input type=\"checkbox\" role=\"switch\" name=\"grant\"").attribute("value", key);
    html.raw(" id=\"tamis-grant-").text(key).raw("\"").attribute("data-tamis-switch", key);
    if matches!(target, KeyTarget::Category(_)) {
        html.raw(" aria-describedby=\"tamis-about-").text(key).raw("\"");
    }
    html.slot(Slot::Checked(target)).raw("></label>\n");
    ask(html, key);
    html.slot(Slot::Was(target));
}
