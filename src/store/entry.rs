//! What is put into the chain: choices, and notices of what became of others.

use serde_json::{Value, json};

use crate::consent::Record;
use crate::consent::hex;

/// A payload with the parts of it that are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: Option<[u8; 16]>,
    pub(super) time: i64,
    pub(super) site: Option<String>,
    pub(super) payload: String,
}

/// What the chain tells of records that aren't there or don't count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// So many choices were honoured and have no record.
    Missing(u64),
    /// The payloads at these places were blanked.
    Forgotten(Vec<u64>, Why),
    /// The choices at these places were not put into force: their visitor had waited too long for the record.
    Void(Vec<u64>),
}

/// Why payloads were blanked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Somebody asked (`tamis records forget`).
    Asked,
    /// They were older than records are kept.
    Retention,
}

impl From<&Record> for Entry {
    fn from(record: &Record) -> Self {
        Self {
            id: Some(record.id),
            time: record.time,
            site: Some(record.site.clone()),
            payload: record.json(),
        }
    }
}

impl Notice {
    /// Canonical JSON (RFC 8785), as a record's: keys sorted, numbers whole.
    pub(super) fn entry(&self, time: i64) -> Entry {
        let payload = match self {
            Self::Missing(count) => json!({ "count": count, "kind": "missing", "time": time }),
            Self::Forgotten(sequences, why) => {
                let why = match why {
                    Why::Asked => "asked",
                    Why::Retention => "retention",
                };
                json!({ "kind": "forgotten", "sequences": sequences, "time": time, "why": why })
            }
            Self::Void(sequences) => json!({ "kind": "void", "sequences": sequences, "time": time }),
        };
        Entry { id: None, time, site: None, payload: payload.to_string() }
    }
}

/// What a payload says, as far as the columns beside it repeat it and the verifier needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) id: Option<[u8; 16]>,
    pub(super) time: Option<i64>,
    pub(super) site: Option<String>,
    /// Of a notice of forgotten payloads.
    pub(super) forgotten: Vec<u64>,
}

impl Facts {
    /// `None` if this is no payload that tamis writes.
    pub(super) fn of(payload: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(payload).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let sequences = || -> Option<Vec<u64>> {
            value.get("sequences")?.as_array()?.iter().map(Value::as_u64).collect()
        };
        let time = value.get("time")?.as_i64()?;
        let facts = Self { time: Some(time), ..Self::default() };
        match text("kind")? {
            "choice" => Some(Self {
                id: Some(hex::decode(text("id")?)?),
                site: Some(text("site")?.to_owned()),
                ..facts
            }),
            "forgotten" => Some(Self { forgotten: sequences()?, ..facts }),
            _ => Some(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_canonical_and_read_back() {
        let entry = Notice::Forgotten(vec![3, 7], Why::Asked).entry(9);
        assert_eq!(entry.payload, r#"{"kind":"forgotten","sequences":[3,7],"time":9,"why":"asked"}"#);
        assert_eq!(Facts::of(&entry.payload).unwrap().forgotten, [3, 7]);
        let entry = Notice::Missing(2).entry(9);
        assert_eq!(entry.payload, r#"{"count":2,"kind":"missing","time":9}"#);
        assert_eq!(Facts::of(&entry.payload), Some(Facts { time: Some(9), ..Facts::default() }));
        assert_eq!(Facts::of("{\"time\":\"9\"}"), None);
    }
}
