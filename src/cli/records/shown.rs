//! A record in the words and columns that people read.

use serde_json::Value;

use crate::consent::hex;
use crate::store::Row;

/// What a payload says; everything is empty where it was forgotten.
pub(super) struct Shown {
    value: Value,
}

impl Shown {
    pub(super) fn of(row: &Row) -> Self {
        let value = row.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok());
        Self { value: value.unwrap_or(Value::Null) }
    }

    /// A member of the payload, or of an object in it: `registry/version`.
    pub(super) fn text(&self, path: &str) -> String {
        match self.value.pointer(&format!("/{path}")) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// `choice`, `missing`, `forgotten` or `void`; `blank` where the payload was forgotten.
    pub(super) fn kind(&self) -> String {
        let kind = self.text("kind");
        if kind.is_empty() { "blank".to_owned() } else { kind }
    }

    /// `ads=no stats=yes`.
    pub(super) fn choices(&self) -> String {
        let choices = self.value.get("choices").and_then(Value::as_object);
        let word = |granted: &Value| if granted.as_bool() == Some(true) { "yes" } else { "no" };
        let each = choices.into_iter().flatten().map(|(key, granted)| format!("{key}={}", word(granted)));
        each.collect::<Vec<_>>().join(" ")
    }

    /// What a notice says, in a sentence.
    pub(super) fn notice(&self) -> Option<String> {
        let places = self.text("sequences").replace(',', ", ");
        let places = places.trim_matches(['[', ']']);
        Some(match self.kind().as_str() {
            "missing" => format!("{} choices were honoured and have no record", self.text("count")),
            "forgotten" if self.text("why") == "retention" => {
                format!("blanked for their age: {places}")
            }
            "forgotten" => format!("blanked on request: {places}"),
            "void" => format!("not put into force, since the record took too long: {places}"),
            "blank" => "forgotten; only its digest is kept".to_owned(),
            _ => return None,
        })
    }
}

/// A time as RFC 3339 has it, in UTC.
pub(super) fn time(seconds: Option<i64>) -> String {
    let time = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// The columns of a CSV.
pub(super) const COLUMNS: [&str; 15] = [
    "instance",
    "sequence",
    "kind",
    "time",
    "id",
    "site",
    "how",
    "language",
    "choices",
    "registry_version",
    "registry_digest",
    "text",
    "notice",
    "digest",
    "link",
];

/// A record as a line of CSV (RFC 4180), without its end.
pub(super) fn csv(row: &Row) -> String {
    let shown = Shown::of(row);
    let notice = shown.notice().unwrap_or_default();
    let cells = [
        row.instance.clone(),
        row.sequence.to_string(),
        shown.kind(),
        time(row.time),
        shown.text("id"),
        shown.text("site"),
        shown.text("how"),
        shown.text("language"),
        shown.choices(),
        shown.text("registry/version"),
        shown.text("registry/digest"),
        shown.text("text"),
        notice,
        hex::encode(&row.digest),
        hex::encode(&row.link),
    ];
    cells.map(|cell| quoted(&cell)).join(",")
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}
