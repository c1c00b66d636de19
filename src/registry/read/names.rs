//! All declared names together: none twice, no equals that overlap, none too crowded to be found fast.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use foldhash::fast::FixedState;

use super::cookies::{Declared, Row};
use crate::document::Document;
use crate::registry::overlap::witness;
use crate::registry::pattern::Pattern;

/// Patterns with the same literal beginning and end: a look-up tries them one by one.
const MOST_ALIKE: usize = 256;

/// Reports what is wrong between names.
pub(super) fn check(document: &Document, rows: &[Row<'_>]) {
    let mut first: HashMap<&Pattern, &Declared, FixedState> =
        HashMap::with_capacity_and_hasher(rows.len(), FixedState::default());
    let mut patterns = Vec::new();
    for name in rows.iter().flat_map(Row::all_names) {
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

/// Reports beginnings and ends that too many patterns share, and leaves the surplus out.
fn crowds(document: &Document, patterns: &mut Vec<&Declared>) {
    let mut alike: HashMap<(&[u8], &[u8]), usize> = HashMap::new();
    patterns.retain(|name| {
        let (prefix, suffix) = (name.pattern.prefix(), name.pattern.suffix());
        let count = alike.entry((prefix, suffix)).or_default();
        *count += 1;
        if *count == MOST_ALIKE + 1 {
            let shown = |bytes: &[u8]| match bytes {
                [] => "none".to_owned(),
                _ => format!("`{}`", String::from_utf8_lossy(bytes)),
            };
            let message = format!(
                "more than {MOST_ALIKE} patterns have the same literal beginning ({}) and end ({})",
                shown(prefix),
                shown(suffix)
            );
            let help = "declare fewer, or begin them with the literal bytes that tell them apart";
            document.error(&name.span, "too-many-alike", message, help);
        }
        *count <= MOST_ALIKE
    });
}

/// Reports each pattern that overlaps an equally specific one.
///
/// Two can only overlap if the literal beginning of one begins that of the other, and likewise with their ends.
/// Sorted by beginning, the patterns that come into question for one are a stack: those before it whose beginning
/// begins its own.
fn overlaps(document: &Document, mut patterns: Vec<&Declared>) {
    patterns.sort_by(|a, b| {
        let literals = a.pattern.literals().cmp(&b.pattern.literals());
        literals.then_with(|| a.pattern.prefix().cmp(b.pattern.prefix()))
    });
    for equals in patterns.chunk_by(|a, b| a.pattern.literals() == b.pattern.literals()) {
        let mut levels: Vec<Level<'_>> = Vec::new();
        for name in equals {
            let prefix = name.pattern.prefix();
            while levels.pop_if(|level| !prefix.starts_with(level.prefix)).is_some() {}
            if let Some((other, both)) = levels.iter().find_map(|level| level.overlapping(name)) {
                report(document, name, other, &both);
            }
            if levels.last().is_none_or(|level| level.prefix != prefix) {
                levels.push(Level { prefix, by_end: BTreeMap::new() });
            }
            if let Some(level) = levels.last_mut() {
                level.by_end.entry(reversed(name.pattern.suffix())).or_default().push(name);
            }
        }
    }
}

/// Patterns with one literal beginning, by their literal ends from the last byte.
struct Level<'r> {
    prefix: &'r [u8],
    by_end: BTreeMap<Vec<u8>, Vec<&'r Declared>>,
}

impl<'r> Level<'r> {
    /// One of them that overlaps a pattern, and a name that both match.
    fn overlapping(&self, name: &Declared) -> Option<(&'r Declared, Vec<u8>)> {
        let end = reversed(name.pattern.suffix());
        let shorter = (0..end.len()).filter_map(|length| self.by_end.get(end.get(..length)?));
        let from = (Bound::Included(end.as_slice()), Bound::Unbounded);
        let longer = self.by_end.range::<[u8], _>(from).take_while(|(other, _)| other.starts_with(&end));
        let others = shorter.chain(longer.map(|(_, others)| others)).flatten();
        others.copied().find_map(|other| Some((other, witness(&name.pattern, &other.pattern)?)))
    }
}

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
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
