//! `docs/reliability.md` says what the table holds; `TAMIS_BLESS=1` writes it anew, to be reviewed as text.

use std::fs;

use super::case::{Ask, Gets};
use super::matrix::{PLACES, WAYS};
use super::rows::{Row, rows};
use super::run::cases;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md");
const BEGIN: &str = "<!-- table of faults: written by tests/e2e/fault_table -->\n";
const END: &str = "<!-- end of the table of faults -->\n";

#[test]
fn the_page_holds_the_table() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let expected = text();
    if std::env::var_os("TAMIS_BLESS").is_some() {
        fs::write(PAGE, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert!(
            table == expected,
            "{PAGE} has another table; TAMIS_BLESS=1 writes it. It should be:\n{expected}"
        );
    }
}

fn text() -> String {
    let ways: Vec<&str> = WAYS.iter().map(|way| way.word).collect();
    let mut text = format!(
        "\n{} faults, each met by four visitors (HTTP/1.1, HTTP/2, and both over TLS).\n\n\
         | An answer of HTTP/1.1 stops, since the origin server … | {} |\n|{}\n",
        cases().len(),
        ways.join(" | "),
        " --- |".repeat(1 + ways.len())
    );
    for place in PLACES {
        let gets: Vec<String> = place.gets.iter().map(|gets| words(*gets)).collect();
        text += &format!("| {} | {} |\n", place.word, gets.join(" | "));
    }
    text += "\n| The origin server … | over | asked | the visitor gets | heard |\n| --- | --- | --- | --- | --- |\n";
    rows().iter().for_each(|row| text += &line(row));
    text + "\n"
}

fn line(row: &Row) -> String {
    let over: Vec<&str> = row.over.iter().map(|over| over.word()).collect();
    let ask = match row.ask {
        Ask::Get => "GET",
        Ask::Post => "POST",
        Ask::Upload => "POST, 8 MiB",
    };
    let heard = match row.heard {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    };
    format!("| {} | {} | {ask} | {} | {heard} |\n", row.fault, over.join(", "), words(row.gets))
}

fn words(gets: Gets) -> String {
    match gets {
        Gets::Page => "the page".to_owned(),
        Gets::Answer(200) => "200, whole".to_owned(),
        Gets::Answer(status) => format!("the {status}"),
        Gets::Error(status, kind) => format!("{status} `{kind}`"),
        Gets::Cut => "200, then cut".to_owned(),
    }
}
