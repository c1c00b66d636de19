//! What is kept of a choice, so that it can be shown to have been made (GDPR article 7(1)).
//!
//! A record holds nothing that tells who the visitor is or what they use: no address, no user agent, no cookie value.
//! The random id, which only the visitor's own `tamis_choice` cookie knows otherwise, lets them ask for their records.

use super::hex;
use serde_json::Value;

/// One choice, as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The random id in the visitor's `tamis_choice` cookie.
    pub id: [u8; 16],
    /// When it was made: seconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// The site, as the configuration names it.
    pub site: String,
    /// How it was made.
    pub how: How,
    /// The language of the text shown (BCP 47).
    pub language: String,
    /// SHA-256 of the text shown.
    pub text: [u8; 32],
    /// The version that the registry calls itself.
    pub registry_version: String,
    /// SHA-256 of the registry's file.
    pub registry_digest: [u8; 32],
    /// The registry's keys of categories and services, with what was chosen for each; one that isn't named was not
    /// answered.
    pub choices: Vec<(String, bool)>,
}

/// How a choice was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In the banner.
    Banner,
    /// In the preference centre.
    Centre,
    /// On the cookie policy page.
    Policy,
    /// By the JSON API, for a banner of the site's own.
    Api,
    /// By having the choice forgotten, which withdraws it.
    Forget,
}

impl How {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Banner, Self::Centre, Self::Policy, Self::Api, Self::Forget];

    /// A stable word for records and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Banner => "banner",
            Self::Centre => "centre",
            Self::Policy => "policy",
            Self::Api => "api",
            Self::Forget => "forget",
        }
    }
}

impl Record {
    /// The record as canonical JSON (RFC 8785): one octet string for one record, whoever writes it, so that its digest
    /// can be recomputed anywhere.
    ///
    /// An object with the members `choices` (object of booleans by key), `how`, `id` (hexadecimal), `kind` (`choice`),
    /// `language`, `registry` (object of `digest` and `version`), `site`, `text` (hexadecimal) and `time` (number).
    /// Of a key that stands twice in [`Self::choices`] the refusal counts.
    pub fn json(&self) -> String {
        let mut choices: Vec<(Vec<u16>, &str, bool)> = self
            .choices
            .iter()
            .map(|(key, granted)| (key.encode_utf16().collect(), key.as_str(), *granted))
            .collect();
        // RFC 8785 3.2.3: members are sorted by their UTF-16 code units.
        choices.sort();
        choices.dedup_by(|later, earlier| later.0 == earlier.0);
        let choices: Vec<String> =
            choices.iter().map(|(_, key, granted)| format!("{}:{granted}", quoted(key))).collect();
        format!(
            "{{\"choices\":{{{}}},\"how\":\"{}\",\"id\":\"{}\",\"kind\":\"choice\",\"language\":{},\
             \"registry\":{{\"digest\":\"{}\",\"version\":{}}},\"site\":{},\"text\":\"{}\",\"time\":{}}}",
            choices.join(","),
            self.how.word(),
            hex::encode(&self.id),
            quoted(&self.language),
            hex::encode(&self.registry_digest),
            quoted(&self.registry_version),
            quoted(&self.site),
            hex::encode(&self.text),
            self.time,
        )
    }
}

/// A JSON string; serde_json escapes exactly what RFC 8785 3.2.2.2 does, and as it does.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            id: [0xab; 16],
            time: 1_795_000_000,
            site: "opendata.example.org".to_owned(),
            how: How::Banner,
            language: "fr".to_owned(),
            text: [1; 32],
            registry_version: "2026-11".to_owned(),
            registry_digest: [2; 32],
            choices: vec![("stats".to_owned(), true), ("ads".to_owned(), false)],
        }
    }

    #[test]
    fn it_is_one_octet_string_with_sorted_members() {
        let wanted = format!(
            "{{\"choices\":{{\"ads\":false,\"stats\":true}},\"how\":\"banner\",\"id\":\"{}\",\"kind\":\"choice\",\
             \"language\":\"fr\",\"registry\":{{\"digest\":\"{}\",\"version\":\"2026-11\"}},\
             \"site\":\"opendata.example.org\",\"text\":\"{}\",\"time\":1795000000}}",
            "ab".repeat(16),
            "02".repeat(32),
            "01".repeat(32),
        );
        assert_eq!(record().json(), wanted);
        let other_order = Record { choices: record().choices.into_iter().rev().collect(), ..record() };
        assert_eq!(other_order.json(), wanted);
    }

    #[test]
    fn members_are_sorted_by_utf_16_code_units_and_escaped_as_rfc_8785_says() {
        // The example of RFC 8785 3.2.3, and its escapes of 3.2.2.2.
        let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
        let choices = keys.map(|key| (key.to_owned(), true)).to_vec();
        let json = Record { choices, language: "\u{20ac}$\u{f}\nA'B\"\\\\\"/".to_owned(), ..record() }.json();
        let wanted = "{\"\\r\":true,\"1\":true,\"\u{80}\":true,\"\u{f6}\":true,\"\u{20ac}\":true,\"\u{1f600}\":true,\
                      \"\u{fb33}\":true}";
        assert!(json.contains(wanted), "{json}");
        assert!(json.contains("\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""), "{json}");
    }

    #[test]
    fn of_a_key_that_stands_twice_the_refusal_counts() {
        for order in [[true, false], [false, true]] {
            let choices = order.map(|granted| ("ads".to_owned(), granted)).to_vec();
            assert!(Record { choices, ..record() }.json().starts_with("{\"choices\":{\"ads\":false},"));
        }
    }

    #[test]
    fn every_way_has_its_word() {
        let words: std::collections::HashSet<_> = How::ALL.iter().map(|how| how.word()).collect();
        assert_eq!(words.len(), How::ALL.len());
    }
}
