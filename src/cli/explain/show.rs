//! Explanations as text and as JSON.

use super::super::terminal::{Paint, say};
use super::Rules;
use crate::config::Mode;
use crate::consent::{Consent, Reading, Source};
use crate::policy::{Explanation, Told};

/// One paragraph a cookie, then the rows to paste for what is undeclared.
pub(super) fn human(rules: &Rules, told: &Told) {
    let Told { consent, cookies: told } = told;
    let paint = Paint::stdout();
    say(&paint.faint(&choice(rules, consent)));
    if rules.mode == Mode::Observe {
        say(&paint.faint("This site observes: everything passes, and the verdicts are counted and logged."));
    }
    if told.is_empty() {
        say("\nThere is no cookie in what was given.");
    }
    for explanation in told {
        let text = explanation.to_string();
        let (verdict, why) = text.split_once('\n').unwrap_or((&text, ""));
        let verdict =
            if explanation.verdict.forwards() { paint.kept(verdict) } else { paint.stripped(verdict) };
        say(&format!("\n{verdict}\n{why}"));
    }
    let rows = declarations(told);
    if !rows.is_empty() {
        let file = rules.policy.registry().file();
        let head = format!("To declare what is undeclared, complete these rows of `cookies:` in {file}:");
        say(&format!("\n{}\n\n{}", paint.strong(&head), rows.concat().trim_end()));
    }
}

/// One object, as the operator's listener has it too.
pub(super) fn json(rules: &Rules, told: &Told) {
    let mode = match rules.mode {
        Mode::Enforce => "enforce",
        Mode::Observe => "observe",
    };
    say(&format!("{:#}", told.json(&rules.policy, rules.site.as_deref(), mode)));
}

/// What is known of the visitor's choice, and what the origin server is told of it.
fn choice(rules: &Rules, consent: &Consent) -> String {
    let registry = rules.policy.registry();
    let reading = match consent.reading() {
        Reading::Absent => "none".to_owned(),
        Reading::Undecided => format!("not made yet{}", by(consent)),
        Reading::Read => format!("read{}", by(consent)),
        Reading::Unreadable(why) => {
            format!("can't be read ({}), which counts as none{}", why.word(), by(consent))
        }
    };
    format!("The visitor's choice: {reading}. X-Consent: {}", consent.header(registry))
}

/// Whose cookie it is, where that isn't the site's own.
fn by(consent: &Consent) -> String {
    match consent.by() {
        Source::Nobody | Source::Own => String::new(),
        Source::Manager(manager) => format!(", in the cookie of {}", manager.word()),
        Source::Several => ", in several cookies of which the stricter counts".to_owned(),
    }
}

/// The rows for undeclared names, each once.
fn declarations(told: &[Explanation]) -> Vec<&str> {
    let mut rows: Vec<&str> = Vec::new();
    for row in told.iter().filter_map(|explanation| explanation.declaration.as_deref()) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}
