//! A large registry compiles and answers like a small one; hostile rows are refused, not ground on for ever.

use std::fmt::Write as _;

use crate::diagnostic::Source;
use crate::registry::Registry;

/// Enough to tell linear from quadratic: at 5,000 rows the latter would not come back.
const ROWS: usize = 5_000;

/// The declared name of a row, or the name that a visitor sends for it.
type Naming = fn(usize) -> String;

/// A registry of so many rows with one name each.
fn text(rows: usize, name: impl Fn(usize) -> String) -> String {
    let mut text = "version: '1'\ncookies:\n\
        - {provider: Us, names: cookies_preferences, purposes: Choice, category: necessary, exemption: the choice}\n"
        .to_owned();
    for row in 0..rows {
        let name = name(row);
        let _ = writeln!(text, "- {{provider: Us, names: '{name}', purposes: To test, category: internal}}");
    }
    text
}

fn compile(rows: usize, name: impl Fn(usize) -> String) -> (Option<Registry>, usize) {
    let text = text(rows, name);
    let (registry, faults) = Registry::compile(Source::new("scale.yaml", text));
    (registry, faults.iter().count())
}

/// Asks for names of which some are declared.
fn ask(registry: &Registry, name: impl Fn(usize) -> (String, bool)) {
    for (name, declared) in (0..1000).map(|at| name(at * 97)) {
        assert_eq!(registry.lookup(name.as_bytes()).is_some(), declared, "{name}");
    }
}

#[test]
fn many_rows_answer_like_ten() {
    let families: [(Naming, Naming); 5] = [
        (|row| format!("cookie_{row}"), |row| format!("cookie_{row}")),
        (|row| format!("cookie_{row}_*"), |row| format!("cookie_{row}_abc")),
        (|row| format!("app{row}.{{id}}.x"), |row| format!("app{row}.7f3a.x")),
        (|row| format!("app_{{id}}.{row:06}"), |row| format!("app_7f3a.{row:06}")),
        (|row| format!("*_session{row:06}"), |row| format!("a_session{row:06}")),
    ];
    for (name, asked) in families {
        let (small, few) = compile(10, name);
        let (large, many) = compile(ROWS, name);
        let (small, large) = (small.unwrap(), large.unwrap());
        assert_eq!((few, many), (0, 0));
        ask(&small, |at| (asked(at), at < 10));
        ask(&large, |at| (asked(at), at < ROWS));
    }
}

#[test]
fn hostile_rows_are_refused() {
    let families: [Naming; 4] = [
        |row| format!("*a{row:05}*"),
        |row| format!("{{id}}.k{row:05}.{{id}}"),
        |_| "*".to_owned(),
        |row| format!("same{}", row % 2),
    ];
    for name in families {
        let (registry, faults) = compile(ROWS / 2, name);
        assert!(registry.is_none() && faults > 0);
    }
}
