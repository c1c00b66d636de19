//! Records as JSON lines, which can be verified without the database.
//!
//! A line is an object of `digest`, `instance`, `link`, `record` (the payload as it is, or null), `sequence`, and
//! `withheld` (true) where the export left the payload out. A line with `of` is the checkpoint of a chain, in the form
//! of a signed head, before the chain's first record.

use serde_json::{Value, json};

use super::chain::Row;
use super::entry::Facts;
use super::head::SignedHead;
use crate::consent::hex;

/// A line of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What stands for the beginning of a chain.
    Checkpoint(SignedHead),
    /// A record, and whether its payload was left out.
    Record(Row, bool),
}

impl Line {
    /// The text, without its end.
    pub fn text(&self) -> String {
        let (row, withheld) = match self {
            Self::Checkpoint(signed) => return signed.line(),
            Self::Record(row, withheld) => (row, *withheld),
        };
        let payload = row.payload.as_deref().filter(|_| !withheld);
        let mut text = format!(
            "{{\"digest\":\"{}\",\"instance\":{},\"link\":\"{}\",\"record\":{},\"sequence\":{}",
            hex::encode(&row.digest),
            json!(row.instance),
            hex::encode(&row.link),
            payload.unwrap_or("null"),
            row.sequence,
        );
        text.push_str(if withheld { ",\"withheld\":true}" } else { "}" });
        text
    }

    /// Reads a line; `None` if it is none of an export.
    pub fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        if value.get("of").is_some() {
            return SignedHead::parse(line).map(Self::Checkpoint);
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        // The payload is canonical, and a JSON object keeps the order of its members here, so writing it gives the
        // octets back whose digest is in the chain.
        let payload = value.get("record").filter(|record| !record.is_null()).map(Value::to_string);
        let facts = payload.as_deref().and_then(Facts::of).unwrap_or_default();
        let row = Row {
            instance: text("instance")?.to_owned(),
            sequence: value.get("sequence")?.as_u64()?,
            id: facts.id.map(|id| id.to_vec()),
            time: facts.time,
            site: facts.site,
            payload,
            digest: hex::decode::<32>(text("digest")?)?.to_vec(),
            link: hex::decode::<32>(text("link")?)?.to_vec(),
        };
        Some(Self::Record(row, value.get("withheld").and_then(Value::as_bool).unwrap_or(false)))
    }
}
