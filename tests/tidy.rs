//! The house rules that a compiler doesn't hold (docs/architecture.md).

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Words of the outer world: clocks, sockets, files, threads, randomness.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "std::net::Tcp",
    "std::net::Udp",
    "SystemTime",
    "Instant",
    "async ",
    "await",
    "tokio",
    "hyper",
    "rustls",
    "rand::",
    "println!",
    "File::",
];
/// The first room that is not on the pure floor.
const IO_FLOOR: &str = "metrics";
const MOST_LINES: usize = 400;

struct Source {
    path: PathBuf,
    room: String,
    /// The text without its tests.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Every source file that is not a test, without the tests at its foot.
fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    files(&root().join("src"), &mut paths);
    paths.sort();
    let is_test = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
        let path = path.strip_prefix(root()).unwrap().to_owned();
        let room = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        Source { path, room, code }
    };
    paths.into_iter().filter(|path| !is_test(path)).map(read).collect()
}

/// Rooms in their order, with what each may import: the table of docs/architecture.md.
fn table() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("| room |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cell = |row: &str, index: usize| row.split('|').nth(index).unwrap().trim().to_owned();
    rows.map(|row| (cell(row, 1), cell(row, 2).split(", ").map(str::to_owned).collect())).collect()
}

/// The rooms named by `crate::room` and `crate::{room, room::…}`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for after in code.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        match after.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.push(word(std::mem::take(&mut item).trim())),
                        _ => {}
                    }
                    if depth == 0 && c != ',' {
                        item.push(c);
                    }
                }
                found.push(word(item.trim()));
            }
            None => found.push(word(after)),
        }
    }
    found.retain(|room: &String| !room.is_empty());
    found
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let table = table();
    let order: BTreeMap<&str, usize> =
        table.iter().enumerate().map(|(n, (room, _))| (room.as_str(), n)).collect();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&source.room.as_str())) {
        let Some((_, allowed)) = table.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: the room {} has no row", source.path.display(), source.room));
            continue;
        };
        for import in imports(&source.code) {
            let above = order.get(import.as_str()) < order.get(source.room.as_str());
            let listed = allowed.contains(&import) || allowed.contains(&"*".to_owned());
            if import != source.room && order.contains_key(import.as_str()) && !(above && listed) {
                wrong.push(format!("{}: {} imports {import}", source.path.display(), source.room));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_is_a_room_that_exists() {
    let rooms: Vec<String> = sources().into_iter().map(|source| source.room).collect();
    let missing: Vec<_> = table().into_iter().filter(|(room, _)| !rooms.contains(room)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_pure_floor_stays_pure() {
    let table = table();
    let pure: Vec<&str> =
        table.iter().map(|(room, _)| room.as_str()).take_while(|room| *room != IO_FLOOR).collect();
    assert!(pure.len() >= 8, "{pure:?}");
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| pure.contains(&source.room.as_str())) {
        let lines = source.code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}: `{word}` in: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_front_doors_hold_no_code() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.code.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{}: {lines} lines", source.path.display()));
        }
        let opens =
            |line: &str| line.starts_with("fn ") || line.starts_with("impl") || line.contains("struct ");
        let front_door = source.path.ends_with("mod.rs") && source.room != "cli";
        if front_door && source.code.lines().filter(|line| !line.starts_with("//")).any(opens) {
            wrong.push(format!("{}: code in a front door", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn features_are_settled_in_one_place_and_nothing_is_left_open() {
    let mut wrong = Vec::new();
    for source in sources() {
        let place = source.path.display();
        if source.room != "lib" && source.code.contains("cfg(feature") {
            wrong.push(format!("{place}: cfg(feature) belongs into lib.rs"));
        }
        for word in ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "macro_rules!"] {
            if source.code.contains(word) {
                wrong.push(format!("{place}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_import_is_caught() {
    assert_eq!(imports("use crate::{admin, config::{A, B}, proxy::C};"), ["admin", "config", "proxy"]);
    assert_eq!(imports("fn f() -> crate::upstream::Pool"), ["upstream"]);
}

/// SECURITY.md says by which tests each promise is held: `[file](file) name, name`.
#[test]
fn what_holds_a_promise_exists() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for link in text.lines().filter(|line| line.starts_with('|')).flat_map(|row| row.split("](").skip(1)) {
        let (path, names) = link.split_once(')').unwrap();
        let Ok(file) = fs::read_to_string(root().join(path)) else {
            wrong.push(format!("there is no {path}"));
            continue;
        };
        let names = names.split('[').next().unwrap().split('`').skip(1).step_by(2);
        for name in names.filter(|name| path.ends_with(".rs") && !name.is_empty()) {
            count += 1;
            if !file.contains(&format!("fn {name}(")) {
                wrong.push(format!("{path} has no test {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20, "{count}");
}
