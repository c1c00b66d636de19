//! The policy as one JSON object, for a site's own templates and tools (docs/policy-page.md).

use serde_json::{Map, Value, json};

use super::sheet::{Kind, Row, Sheet, Table};
use super::words::Said;
use crate::registry::{Lifetime, Rule, SetBy, Text};

/// The object, with a line end after it. What is not declared is `null`; texts are in one language.
pub(super) fn json(sheet: &Sheet<'_>, languages: &[String]) -> String {
    let registry = sheet.registry;
    let definition = sheet.definition.as_ref();
    let kinds: Vec<Value> = sheet.kinds.iter().map(|kind| category(sheet, kind)).collect();
    let policy = json!({
        "language": sheet.words.language(),
        "languages": languages,
        "version": registry.version(),
        "date": registry.date().map(|date| date.to_string()),
        "site": registry.site(),
        "title": sheet.title.text,
        "introduction": text(sheet.introduction.as_ref()),
        "definition": definition.map(|(title, text)| json!({"title": title.text, "text": text.text})),
        "kinds": sheet.kinds_title.text,
        "cookies": sheet.cookies_title.text,
        "categories": kinds,
    });
    format!("{policy:#}\n")
}

fn category(sheet: &Sheet<'_>, kind: &Kind<'_>) -> Value {
    let own = |table: &&Table<'_>| std::ptr::eq(table.kind.category, kind.category);
    let rows = sheet.tables.iter().find(own).map(|table| &table.rows[..]).unwrap_or_default();
    json!({
        "key": kind.category.key,
        "title": kind.title.text,
        "description": kind.description.text,
        "consent": match kind.category.rule {
            Rule::Exempt => "exempt",
            Rule::UnlessAnonymised => "unless-anonymised",
            Rule::Required => "required",
        },
        "cookies": rows.iter().map(|row| cookie(sheet, row)).collect::<Vec<_>>(),
    })
}

fn cookie(sheet: &Sheet<'_>, row: &Row<'_>) -> Value {
    let (registry, entry) = (sheet.registry, row.entry);
    let own = |text: &Option<Text>| {
        text.as_ref().map(|text| Value::from(text.in_language(sheet.words.language()))).unwrap_or_default()
    };
    let patterns: Vec<&str> = entry.names.iter().map(|name| name.pattern.as_str()).collect();
    let mut cookie = Map::new();
    let mut put = |key: &str, value: Value| cookie.insert(key.to_owned(), value);
    put("provider", row.provider.text.clone().into());
    put("function", own(&entry.function));
    put("location", own(&entry.location));
    put("names", patterns.into());
    put("renamed", entry.rename.clone().into());
    put("purposes", row.purposes.text.clone().into());
    put("service", entry.service.map(|id| registry.service(id).key.clone()).into());
    put("needs_consent", entry.needs_consent.into());
    put("exemption", text(row.exemption.as_ref()).into());
    put(
        "lifetime",
        match entry.lifetime {
            Some(Lifetime::Session) => "session".into(),
            Some(Lifetime::Seconds(seconds)) => seconds.into(),
            None => Value::Null,
        },
    );
    put("duration", text(row.duration.as_ref()).into());
    put(
        "set_by",
        match entry.set_by {
            Some(SetBy::Server) => "server".into(),
            Some(SetBy::Script) => "script".into(),
            None => Value::Null,
        },
    );
    cookie.into()
}

fn text(said: Option<&Said>) -> Option<&str> {
    said.map(|said| said.text.as_str())
}
