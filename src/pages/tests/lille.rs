//! The page of the Lille registry says what that portal's policy says, text by text and cell by cell.

use super::reader::{elements, first_visit, shipped, site, text, texts};

/// The facts with that word, in their order.
fn facts(word: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/data/policy_lille.tsv", env!("CARGO_MANIFEST_DIR"));
    let data = std::fs::read_to_string(path).unwrap();
    let lines = data.lines().filter(|line| !line.starts_with('#'));
    let split = lines.map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    split.filter(|fact| fact[0] == word).map(|fact| fact[1..].to_vec()).collect()
}

fn fact(word: &str) -> String {
    facts(word)[0][0].clone()
}

#[test]
fn the_prose_is_that_of_the_policy_in_its_order() {
    let page = site(&shipped("lille")).policy(&first_visit("en"), false);
    assert_eq!(texts(&page, "h1", ""), [fact("title")]);
    assert_eq!(texts(&page, "p", "tamis-introduction"), [fact("introduction")]);
    let definition = elements(&page, "section", "id=\"tamis-definition\"")[0];
    assert_eq!(texts(definition, "h2", ""), [fact("definition_title")]);
    assert_eq!(texts(definition, "p", ""), [fact("definition")]);
    let kinds = elements(&page, "section", "id=\"tamis-kinds\"")[0];
    assert_eq!(texts(kinds, "h2", ""), [fact("kinds")]);
    let described: Vec<String> =
        elements(kinds, "li", "").iter().map(|kind| texts(kind, "p", "")[0].clone()).collect();
    assert_eq!(described, facts("kind").concat());
    let cookies = elements(&page, "section", "id=\"tamis-cookies\"")[0];
    assert_eq!(texts(cookies, "h2", ""), [fact("cookies")]);
    assert_eq!(texts(cookies, "h3", ""), facts("table").concat(), "no table for a category without cookies");
    let parts = ["title", "definition", "kinds", "cookies", "choice", "version"];
    let order = parts.map(|part| page.find(&format!("id=\"tamis-{part}\"")).unwrap());
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn the_table_is_that_of_the_policy_cell_by_cell() {
    let page = site(&shipped("lille")).policy(&first_visit("en"), true);
    let tables = elements(&page, "table", "");
    assert_eq!(tables.len(), 1);
    let head = texts(tables[0], "th", "scope=\"col\"");
    assert_eq!(head[..4], facts("head")[0]);
    let rows: Vec<Vec<String>> =
        elements(tables[0], "tr", "").into_iter().skip(1).map(|row| texts(row, "td", "")).collect();
    let declared: Vec<Vec<String>> =
        rows.iter().filter(|row| row[2] != "tamis_choice").map(|row| row[..4].to_vec()).collect();
    assert_eq!(declared, facts("row"));
    for row in &rows {
        assert_eq!(row.len(), head.len(), "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
    // What the policy doesn't say and the registry does.
    let durations: Vec<&str> = rows.iter().map(|row| row[4].as_str()).collect();
    assert_eq!(durations[..4], ["2 weeks", "1 year", "52 weeks", "6 months"]);
    assert_eq!(rows[0][5], "the server");
    assert!(text(tables[0]).contains("The visitor asks for it by logging in"));
}

#[test]
fn in_french_it_is_french() {
    let page = site(&shipped("lille")).policy(&first_visit("fr"), false);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"fr\">"), "{page}");
    assert_eq!(texts(&page, "h1", ""), ["Politique en matière de cookies"]);
    let table = elements(&page, "table", "")[0];
    assert_eq!(
        texts(table, "th", "")[..4],
        ["Nom du prestataire", "Fonction et emplacement", "Nom du ou des cookies", "Finalités"]
    );
    assert_eq!(texts(table, "td", "")[4], "2 semaines");
    assert_eq!(texts(&page, "p", "tamis-version"), ["Version 2026-11-23 du 23 novembre 2026"]);
    assert!(!page.contains("<span lang"), "nothing is left in another language");
}
