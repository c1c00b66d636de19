//! All that visitors are told before they choose, as plain text: what a consent record's digest is over. The
//! European Data Protection Board asks for a copy of the information shown (guidelines 05/2020, 108).

use super::sheet::Sheet;
use super::words::Said;
use crate::registry::Phrase;

/// What the interface says around a choice.
const ASKED: [Phrase; 11] = [
    Phrase::BannerTitle,
    Phrase::BannerText,
    Phrase::CentreTitle,
    Phrase::CentreText,
    Phrase::ByCategory,
    Phrase::ByService,
    Phrase::AlwaysOn,
    Phrase::RefuseAll,
    Phrase::AcceptAll,
    Phrase::Choose,
    Phrase::Save,
];

/// One line a text. The same registry gives the same octets: nothing in it depends on the visitor or the address.
pub(super) fn shown(sheet: &Sheet<'_>) -> String {
    let mut lines: Vec<&str> = vec![&sheet.title.text];
    let words = sheet.words;
    let definition = sheet.definition.iter().flat_map(|(title, text)| [title, text]);
    let opening = sheet.introduction.iter().chain(definition).chain([&sheet.kinds_title]);
    let kinds = sheet.kinds.iter().flat_map(|kind| [&kind.title, &kind.description, &kind.need]);
    lines.extend(opening.chain(kinds).chain([&sheet.cookies_title]).map(text));
    let mut tables = Vec::new();
    for table in &sheet.tables {
        tables.push(table.kind.title.text.clone());
        let heading = |column: &super::sheet::Column| words.text(column.heading()).to_owned();
        tables.push(table.columns.iter().map(heading).collect::<Vec<_>>().join(" | "));
        for row in &table.rows {
            let cell = |column: &super::sheet::Column| {
                row.cell(*column).map_or_else(|| words.text(Phrase::NotSaid).to_owned(), |said| said.text)
            };
            tables.push(table.columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
        }
    }
    lines.extend(tables.iter().map(String::as_str));
    let language = words.language();
    let services = sheet.registry.services().iter().map(|service| service.title.in_language(language));
    lines.extend(services);
    lines.extend(ASKED.map(|phrase| words.text(phrase)));
    lines.push(&sheet.version.text);
    // A text of several lines stays one here.
    lines.iter().map(|line| format!("{}\n", line.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

fn text(said: &Said) -> &str {
    &said.text
}
