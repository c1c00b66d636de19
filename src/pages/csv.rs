//! The rows of the policy as comma-separated values (RFC 4180), for spreadsheets and tools.

use super::sheet::{Row, Sheet, Table};
use super::words::Said;
use crate::registry::Lifetime;

/// The columns: the same in every language, so that tools find them.
const HEADER: [&str; 13] = [
    "category",
    "category_title",
    "service",
    "provider",
    "function",
    "location",
    "names",
    "purposes",
    "needs_consent",
    "duration",
    "seconds",
    "set_by",
    "exemption",
];

/// A header line and one line a row, ended by CRLF; UTF-8.
pub(super) fn csv(sheet: &Sheet<'_>) -> String {
    let mut out = String::new();
    line(&mut out, HEADER.map(str::to_owned));
    for table in &sheet.tables {
        for row in &table.rows {
            line(&mut out, record(sheet, table, row));
        }
    }
    out
}

fn record(sheet: &Sheet<'_>, table: &Table<'_>, row: &Row<'_>) -> [String; 13] {
    let language = sheet.words.language();
    let entry = row.entry;
    let text = |said: &Option<Said>| said.as_ref().map(|said| said.text.clone()).unwrap_or_default();
    let own = |text: &Option<crate::registry::Text>| {
        text.as_ref().map(|text| text.in_language(language).to_owned()).unwrap_or_default()
    };
    let service = entry.service.map(|service| sheet.registry.service(service).key.clone());
    let seconds = match entry.lifetime {
        Some(Lifetime::Seconds(seconds)) => seconds.to_string(),
        Some(Lifetime::Session) => "session".to_owned(),
        None => String::new(),
    };
    [
        table.kind.category.key.clone(),
        table.kind.title.text.clone(),
        service.unwrap_or_default(),
        row.provider.text.clone(),
        own(&entry.function),
        own(&entry.location),
        row.names.join(", "),
        row.purposes.text.clone(),
        if entry.needs_consent { "yes" } else { "no" }.to_owned(),
        text(&row.duration),
        seconds,
        text(&row.set_by),
        text(&row.exemption),
    ]
}

fn line(out: &mut String, fields: [String; 13]) {
    let fields = fields.map(|text| field(&text));
    out.push_str(&fields.join(","));
    out.push_str("\r\n");
}

/// A field: quoted where it must be. One that a spreadsheet would take for a formula gets an apostrophe in front
/// (OWASP, CSV injection).
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n', ';', '\t']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stay_fields_and_are_no_formulas() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("a\nb", "\"a\nb\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@SUM", "'@SUM"),
            ("-1", "'-1"),
            ("\tx", "\"'\tx\""),
            ("a;b", "\"a;b\""),
        ] {
            assert_eq!(field(text), expected);
        }
    }
}
