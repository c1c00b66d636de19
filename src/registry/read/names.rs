//! All declared names together: none twice, no equals that overlap, none too crowded to be found fast.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::cookies::{Declared, Row};
use crate::document::Document;
use crate::registry::overlap::witness;
use crate::registry::pattern::Pattern;

/// Patterns with the same literal beginning: a look-up tries them one by one.
const MOST_ALIKE: usize = 1000;

/// Reports what is wrong between names.
pub(super) fn check(document: &Document, rows: &[Row<'_>]) {
    let mut first: HashMap<&Pattern, &Declared> = HashMap::with_capacity(rows.len());
    let mut patterns = Vec::new();
    for name in rows.iter().flat_map(|row| &row.names) {
        if let Some(first) = first.get(&name.pattern) {
            let texts = (
                format!("{} is declared twice", shown(document, name)),
                "keep it in the row that it belongs to; one row can have several purposes",
            );
            document.error_at_two(&name.span, "duplicate-name", texts, (&first.span, "first declared here"));
            continue;
        }
        first.insert(&name.pattern, name);
        if name.pattern.exact().is_none() {
            patterns.push(name);
        }
    }
    crowds(document, &mut patterns);
    overlaps(document, patterns);
}

/// Reports literal beginnings that too many patterns share, and leaves the surplus out.
fn crowds(document: &Document, patterns: &mut Vec<&Declared>) {
    let mut alike: HashMap<&[u8], usize> = HashMap::new();
    patterns.retain(|name| {
        let count = alike.entry(name.pattern.prefix()).or_default();
        *count += 1;
        if *count == MOST_ALIKE + 1 {
            let beginning = String::from_utf8_lossy(name.pattern.prefix());
            let message = format!("more than {MOST_ALIKE} patterns begin with `{beginning}` and a wildcard");
            let help = "declare fewer: begin patterns with the literal bytes that tell them apart";
            document.error(&name.span, "too-many-alike", message, help);
        }
        *count <= MOST_ALIKE
    });
}

/// Reports each pattern that overlaps an equally specific one.
///
/// Two can only overlap if the literal beginning of one begins that of the other. Sorted by beginning, the patterns
/// that come into question for one are a stack: those before it whose beginning begins its own.
fn overlaps(document: &Document, mut patterns: Vec<&Declared>) {
    let order = |a: &&Declared, b: &&Declared| -> Ordering {
        let literals = a.pattern.literals().cmp(&b.pattern.literals());
        literals.then_with(|| a.pattern.prefix().cmp(b.pattern.prefix()))
    };
    patterns.sort_by(order);
    for equals in patterns.chunk_by(|a, b| a.pattern.literals() == b.pattern.literals()) {
        let mut stack: Vec<&Declared> = Vec::new();
        for name in equals {
            while stack.last().is_some_and(|top| !name.pattern.prefix().starts_with(top.pattern.prefix())) {
                stack.pop();
            }
            let found =
                stack.iter().find_map(|other| Some((*other, witness(&name.pattern, &other.pattern)?)));
            if let Some((other, both)) = found {
                report(document, name, other, &both);
            }
            stack.push(name);
        }
    }
}

fn report(document: &Document, a: &Declared, b: &Declared, both: &[u8]) {
    let (earlier, later) = if a.span.start < b.span.start { (a, b) } else { (b, a) };
    let both = String::from_utf8_lossy(both);
    let message = format!(
        "{} and {} are equally specific, and both match `{both}`",
        shown(document, later),
        shown(document, earlier)
    );
    let help = format!("add literal bytes to one of them, or declare `{both}` itself");
    document.error_at_two(
        &later.span,
        "overlapping-names",
        (message, help),
        (&earlier.span, "the other one"),
    );
}

fn shown(document: &Document, name: &Declared) -> String {
    let text = document.source().text.get(name.span.clone()).unwrap_or_default();
    format!("`{}`", text.trim().trim_matches(['"', '\'']))
}
