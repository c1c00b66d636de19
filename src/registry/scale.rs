//! A registry of 100,000 rows compiles, answers, and stays bounded where rows are hostile. Times are printed, and
//! bounded loosely, so that only another order of growth fails.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::diagnostic::Source;
use crate::registry::Registry;

const ROWS: usize = 100_000;

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
    let start = Instant::now();
    let (registry, faults) = Registry::compile(Source::new("scale.yaml", text));
    println!("{rows} rows: {:?}, {} faults", start.elapsed(), faults.iter().count());
    (registry, faults.iter().count())
}

/// The mean time of a look-up.
fn ask(registry: &Registry, name: impl Fn(usize) -> (String, bool)) -> Duration {
    let names: Vec<(String, bool)> = (0..1000).map(|at| name(at * 97)).collect();
    let start = Instant::now();
    for (name, declared) in &names {
        assert_eq!(registry.lookup(name.as_bytes()).is_some(), *declared, "{name}");
    }
    let mean = start.elapsed() / 1000;
    println!("{} rows: {mean:?} a look-up", registry.entries().len());
    mean
}

#[test]
fn a_hundred_thousand_rows_answer_like_ten() {
    let families: [(fn(usize) -> String, fn(usize) -> String); 5] = [
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
        let of_few = ask(&small, |at| (asked(at), at < 10));
        let of_many = ask(&large, |at| (asked(at), at < ROWS));
        assert!(of_many < of_few * 20 + Duration::from_micros(20), "{of_few:?}, then {of_many:?}");
    }
}

#[test]
fn hostile_rows_are_refused_in_bounded_time() {
    let families: [fn(usize) -> String; 4] = [
        |row| format!("*a{row:05}*"),
        |row| format!("{{id}}.k{row:05}.{{id}}"),
        |_| "*".to_owned(),
        |row| format!("same{}", row % 2),
    ];
    for name in families {
        let start = Instant::now();
        let (registry, faults) = compile(20_000, name);
        assert!(registry.is_none() && faults > 0);
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    }
}
