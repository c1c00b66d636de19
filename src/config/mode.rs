//! Whether verdicts are carried out, by path (`mode:` and `paths:`).

use std::ops::Range;

use super::schema;
use super::values::{Wrong, parsed, path};
use crate::document::{Document, Node};

/// What becomes of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It is carried out.
    Enforce,
    /// It is counted and logged; everything passes.
    Observe,
}

impl Mode {
    /// As it is written in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}

const MODES: [(&str, Mode); 2] = [("enforce", Mode::Enforce), ("observe", Mode::Observe)];

/// The modes of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Modes {
    otherwise: Mode,
    /// Longest prefix first.
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// Without the last slash: empty for `/`.
    prefix: String,
    mode: Mode,
}

impl Modes {
    /// Both keys of a site; `enforce` everywhere where they are missing.
    pub(super) fn read(document: &Document, mode: Option<&Node>, paths: Option<&Node>) -> Self {
        let otherwise =
            mode.and_then(|node| document.choice(node, "`mode`", &MODES)).unwrap_or(Mode::Enforce);
        let items = paths.and_then(|node| document.list(node, "`paths`")).unwrap_or_default();
        let mut rules: Vec<(Rule, Range<usize>)> = Vec::new();
        for (rule, span) in items.iter().filter_map(|item| rule(document, item)) {
            match rules.iter().find(|(other, _)| other.prefix == rule.prefix) {
                Some((_, first)) => {
                    let message = format!("`{}/` has a rule already", rule.prefix);
                    let texts = (message, "keep one of the two (a last slash makes no difference)");
                    document.error_at_two(&span, "duplicate-prefix", texts, (first, "first given here"));
                }
                None => rules.push((rule, span)),
            }
        }
        let mut rules: Vec<Rule> = rules.into_iter().map(|(rule, _)| rule).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.prefix.len()));
        Self { otherwise, rules }
    }

    /// The mode of the longest prefix that covers a path: one that equals it, or that it continues after a `/`.
    pub(super) fn at(&self, path: &str) -> Mode {
        let covers = |rule: &&Rule| {
            path.strip_prefix(rule.prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.rules.iter().find(covers).map_or(self.otherwise, |rule| rule.mode)
    }
}

fn rule(document: &Document, node: &Node) -> Option<(Rule, Range<usize>)> {
    let mut fields = document.fields(node, &schema::PATH)?;
    let prefix = fields.required("prefix", "add the beginning of the paths: prefix: /preview/");
    let mode = fields.required("mode", "add what becomes of verdicts there: mode: observe");
    fields.finish();
    let mode = mode.and_then(|node| document.choice(node, "`mode`", &MODES));
    let node = prefix?;
    let wanted = "the beginning of a path, such as /preview/";
    let prefix = parsed(document, node, "bad-prefix", wanted, prefix_of)?;
    Some((Rule { prefix, mode: mode? }, node.span.clone()))
}

/// A path's beginning without its last slash.
fn prefix_of(text: &str) -> Result<String, Wrong> {
    const WHAT: &str = "beginning of a path";
    if let Some(prefix) = text.strip_suffix('*').filter(|prefix| prefix.starts_with('/')) {
        let help = format!("leave the `*` out, a prefix covers all below it: {prefix}");
        return Err(Wrong::new(format!("`{text}` is no {WHAT}"), help));
    }
    path(text, WHAT)?;
    Ok(text.strip_suffix('/').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn modes(paths: &str) -> Modes {
        let document = Document::parse(Source::new("t", paths)).expect("YAML");
        let modes = Modes::read(&document, None, Some(document.root()));
        assert_eq!(document.errors(), 0);
        modes
    }

    #[test]
    fn the_longest_prefix_wins_at_segment_boundaries() {
        let modes = modes(
            "[{prefix: /a, mode: observe}, {prefix: /a/b/, mode: enforce}, {prefix: /a/b/c, mode: observe}]",
        );
        for observed in ["/a", "/a/", "/a/x", "/a/bb", "/a/b/c", "/a/b/c/d"] {
            assert_eq!(modes.at(observed), Mode::Observe, "{observed}");
        }
        for enforced in ["/", "", "*", "/ab", "/A/x", "/a/b", "/a/b/", "/a/b/cc", "/%61/x", "//a", "/x/a/"] {
            assert_eq!(modes.at(enforced), Mode::Enforce, "{enforced}");
        }
    }

    #[test]
    fn a_slash_covers_every_path() {
        let modes = modes("[{prefix: /, mode: observe}, {prefix: /x, mode: enforce}]");
        assert_eq!(
            (modes.at("/"), modes.at("/y/z"), modes.at("/x/y")),
            (Mode::Observe, Mode::Observe, Mode::Enforce)
        );
        // OPTIONS * has no path.
        assert_eq!(modes.at("*"), Mode::Enforce);
    }

    #[test]
    fn prefixes() {
        assert_eq!(prefix_of("/preview/"), Ok("/preview".to_owned()));
        assert_eq!(prefix_of("/"), Ok(String::new()));
        for bad in
            ["", "preview", "/preview/*", "/a?b", "/a#b", "/é", "/a b", "/a/../b", "/./", "/a//b", "//"]
        {
            assert!(prefix_of(bad).is_err(), "{bad}");
        }
    }
}
