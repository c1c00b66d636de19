//! The policy as CommonMark, with the tables of GitHub Flavored Markdown.

use super::markup::link;
use super::sheet::{Column, Row, Sheet, Table};
use super::words::Said;
use crate::registry::Phrase;

/// The whole policy.
pub(super) fn markdown(sheet: &Sheet<'_>) -> String {
    let mut blocks = vec![heading(1, &sheet.title)];
    blocks.extend(sheet.introduction.iter().map(paragraph));
    if let Some((title, text)) = &sheet.definition {
        blocks.extend([heading(2, title), paragraph(text)]);
    }
    blocks.push(heading(2, &sheet.kinds_title));
    let kind = |kind: &super::sheet::Kind<'_>| {
        format!("- {} **{}**\n", paragraph(&kind.description), inline(&kind.need.text))
    };
    blocks.push(sheet.kinds.iter().map(kind).collect::<String>().trim_end().to_owned());
    blocks.push(heading(2, &sheet.cookies_title));
    for one in &sheet.tables {
        blocks.extend([heading(3, &one.kind.title), table(sheet, one)]);
    }
    blocks.push(inline(&sheet.version.text));
    format!("{}\n", blocks.join("\n\n"))
}

fn heading(level: usize, text: &Said) -> String {
    format!("{} {}", "#".repeat(level), paragraph(text))
}

/// A text whose addresses in angle brackets stay links.
fn paragraph(text: &Said) -> String {
    let mut out = String::new();
    let mut rest = text.text.as_str();
    while let Some((before, address, after)) = link(rest) {
        out.push_str(&inline(before));
        out.push_str(&format!("<{address}>"));
        rest = after;
    }
    out + &inline(rest)
}

/// A text on one line in which nothing is markup: every ASCII punctuation character that could be is escaped
/// (CommonMark 2.4).
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // White space at the edges of what is joined up counts: " <https://…> ".
    let mut space = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\n' | '\r' | '\t') {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            out.push(' ');
        }
        let number = out.ends_with(|before: char| before.is_ascii_digit());
        let marks = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~')
            || (matches!(c, '#' | '+' | '-' | '=') && out.is_empty())
            || (matches!(c, '.' | ')') && number && out.bytes().all(|byte| byte.is_ascii_digit()));
        if marks {
            out.push('\\');
        }
        out.push(c);
    }
    if space {
        out.push(' ');
    }
    out
}

fn table(sheet: &Sheet<'_>, table: &Table<'_>) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let headings = table.columns.iter().map(|column| inline(sheet.words.text(column.heading())));
    let mut lines = vec![line(headings.collect())];
    lines.push(line(table.columns.iter().map(|_| "---".to_owned()).collect()));
    for row in &table.rows {
        lines.push(line(table.columns.iter().map(|column| cell(sheet, row, *column)).collect()));
    }
    lines.join("\n")
}

fn cell(sheet: &Sheet<'_>, row: &Row<'_>, column: Column) -> String {
    match row.cell(column) {
        Some(_) if column == Column::Names => {
            row.names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
        }
        Some(said) => inline(&said.text),
        None => format!("*{}*", inline(sheet.words.text(Phrase::NotSaid))),
    }
}

/// A name as code; a table's bar is escaped even there (GFM 4.10). What can't be code is text.
fn code(name: &str) -> String {
    if name.contains(['`', '|', '\\']) { inline(name) } else { format!("`{name}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_never_markup() {
        assert_eq!(
            inline("a|b *c* _d_ <e> [f](g) \\ `h`\n\ni"),
            "a\\|b \\*c\\* \\_d\\_ \\<e\\> \\[f\\](g) \\\\ \\`h\\` i"
        );
        assert_eq!(inline("# 1"), "\\# 1");
        assert_eq!(inline("- 1"), "\\- 1");
        assert_eq!(inline("1. b-c."), "1\\. b-c.");
        assert_eq!(code("a|b`"), "a\\|b\\`");
        let text = Said { text: "on <https://a.example> & <b>".to_owned(), language: None };
        assert_eq!(paragraph(&text), "on <https://a.example> \\& \\<b\\>");
    }
}
