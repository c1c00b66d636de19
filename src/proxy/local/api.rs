//! The choice as JSON: what a site's own banner reads and writes. docs/preferences.md describes it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Asked;
use super::chosen::Chosen;
use crate::consent::{Choices, Companion, hex, unanswered};
use crate::registry::{KeyTarget, Registry, Rule};

/// Why JSON is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// It can't be read at all.
    #[error("this is not JSON: {0}")]
    Syntax(String),
    /// It says something else than choices.
    #[error("{0}; write {{\"choices\": {{\"{1}\": true}}}}")]
    Shape(&'static str, String),
    /// A key that means nothing here.
    #[error("`{key}` is none of the categories and services of this site: {known}")]
    Key { key: String, known: String },
    /// A choice that is neither yes nor no.
    #[error("`{0}` must be true or false")]
    Value(String),
    /// The refusal of what is not asked for.
    #[error("`{0}` needs no consent, so it can't be refused")]
    Exempt(String),
    /// A yes and a no about the same, by a repeated key or by two words for it.
    #[error("`{0}` is both agreed to and refused")]
    Disagreeing(String),
}

impl Fault {
    /// A stable word for programs.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "syntax",
            Self::Shape(..) => "shape",
            Self::Key { .. } => "unknown-key",
            Self::Value(_) => "not-boolean",
            Self::Exempt(_) => "exempt",
            Self::Disagreeing(_) => "disagreeing",
        }
    }
}

/// The choice in force: `{"choices": {key: true | false | null}, "asked": [key], "id", "time", "version", "gpc"}`. A key
/// that was not answered is `null`; `asked` is what a banner has to ask.
pub(super) fn state(asked: Asked<'_>) -> Value {
    let companion = asked.companion();
    let ask = unanswered(asked.registry(), asked.visit.consent(), companion.as_ref());
    describe(asked, &asked.answers(), &ask, companion.as_ref())
}

/// The same for a choice that was just made.
pub(super) fn describe(
    asked: Asked<'_>,
    answers: &Choices,
    ask: &[KeyTarget],
    companion: Option<&Companion>,
) -> Value {
    let registry = asked.registry();
    let choices: Map<String, Value> = registry
        .asked()
        .iter()
        .map(|target| (registry.key(*target).to_owned(), answers.get(*target).into()))
        .collect();
    let ask: Vec<&str> = ask.iter().map(|target| registry.key(*target)).collect();
    json!({
        "choices": choices,
        "asked": ask,
        "id": companion.map(|companion| hex::encode(&companion.id)),
        "time": companion.map(|companion| companion.time),
        "version": companion.map(|companion| companion.version.as_str()),
        "gpc": asked.gpc(),
    })
}

/// What went wrong, for programs and for whoever writes them.
pub(super) fn fault(word: &str, message: &str) -> Value {
    json!({ "error": word, "message": message })
}

/// What was put.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Put {
    /// What is chosen; `None` where nothing is.
    pub(super) chosen: Option<Chosen>,
    /// The language of the text that was shown, if it is said.
    pub(super) language: Option<String>,
}

/// Reads `{"choices": {key: boolean}, "language": tag}` onto the answers that there are. A category speaks for its
/// services too, unless they are named beside it. The language, if it is said, is that of the text that was shown.
///
/// # Errors
/// What is wrong with it; nothing of it counts then.
pub(super) fn read(octets: &[u8], registry: &Registry, before: &Choices) -> Result<Put, Fault> {
    let shape = |what| Fault::Shape(what, example(registry));
    let body: Members<'_> = serde_json::from_slice(octets).map_err(|fault| match fault.is_data() {
        true => shape("this is no object"),
        false => Fault::Syntax(fault.to_string()),
    })?;
    if body.0.iter().any(|(key, _)| key != "choices" && key != "language") {
        return Err(shape("there is more than `choices` and `language`"));
    }
    let choices = body.only("choices").ok_or_else(|| shape("there is no one `choices`"))?;
    let choices: Members<'_> =
        serde_json::from_str(choices.get()).map_err(|_| shape("`choices` is no object"))?;
    let language = match body.0.iter().any(|(key, _)| key == "language") {
        true => {
            let text = body.only("language").and_then(|text| serde_json::from_str(text.get()).ok());
            Some(text.ok_or_else(|| shape("`language` is no text"))?)
        }
        false => None,
    };
    let mut said: Vec<(KeyTarget, bool)> = Vec::with_capacity(choices.0.len());
    for (key, choice) in &choices.0 {
        let Some((target, granted)) = one(registry, key, choice)? else { continue };
        if said.contains(&(target, !granted)) {
            return Err(Fault::Disagreeing(registry.key(target).to_owned()));
        }
        said.push((target, granted));
    }
    let chosen = (!said.is_empty()).then(|| Chosen::over(registry, before, &said));
    Ok(Put { chosen, language })
}

/// The members of an object, repeated keys too: readers differ in which of them counts (RFC 8259 4), so none may be lost.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The value of a key that is there once.
    fn only(&self, key: &str) -> Option<&'a RawValue> {
        let mut values = self.0.iter().filter(|(other, _)| other == key).map(|(_, value)| *value);
        values.next().filter(|_| values.next().is_none())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// What is said of one key; `None` where it is no choice. Nobody can agree to what isn't asked about, as nothing is said
/// of it on any page; a refusal of it is remembered.
fn one(registry: &Registry, key: &str, choice: &RawValue) -> Result<Option<(KeyTarget, bool)>, Fault> {
    let Some(target) = registry.key_target(key) else {
        let known: Vec<&str> = registry.asked().iter().map(|target| registry.key(*target)).collect();
        return Err(Fault::Key { key: key.chars().take(64).collect(), known: known.join(", ") });
    };
    let granted = match choice.get() {
        "true" => true,
        "false" => false,
        _ => return Err(Fault::Value(key.to_owned())),
    };
    let category = match target {
        KeyTarget::Category(category) => category,
        KeyTarget::Service(service) => registry.service(service).category,
    };
    match (registry.category(category).rule, granted) {
        (Rule::Exempt, false) => Err(Fault::Exempt(key.to_owned())),
        (_, true) if !registry.asked().contains(&target) => Ok(None),
        (_, granted) => Ok(Some((target, granted))),
    }
}

fn example(registry: &Registry) -> String {
    registry.asked().first().map_or("statistical", |target| registry.key(*target)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const REGISTRY: &str = "
version: \"1\"
services: [{key: matomo, title: Matomo, category: statistical}, {key: maps, title: Maps, category: third-party}]
consent: {keys: {analytics: statistical}}
cookies:
  - {provider: P, names: [_pk], purposes: C., service: matomo}
  - {provider: P, names: [_ga], purposes: C., category: statistical}
  - {provider: P, names: [_map], purposes: C., service: maps}
";

    fn registry() -> Registry {
        Registry::compile(Source::new("registry.yaml", REGISTRY)).0.unwrap()
    }

    fn read_over(before: &[(&str, bool)], text: &str) -> Result<Vec<(String, bool)>, Fault> {
        let registry = registry();
        let before: Choices =
            before.iter().map(|(key, granted)| (registry.key_target(key).unwrap(), *granted)).collect();
        let chosen = read(text.as_bytes(), &registry, &before)?.chosen;
        let choices = chosen.map_or_else(Choices::default, |chosen| chosen.all);
        Ok(choices.words(&registry).map(|(key, granted)| (key.to_owned(), granted)).collect())
    }

    fn words(words: &[(&str, bool)]) -> Vec<(String, bool)> {
        words.iter().map(|(key, granted)| ((*key).to_owned(), *granted)).collect()
    }

    #[test]
    fn a_category_speaks_for_its_services_and_the_rest_is_kept() {
        let before = [("third-party", true), ("maps", false)];
        let after = read_over(&before, r#"{"choices": {"statistical": true}}"#).unwrap();
        let rest = [("statistical", true), ("third-party", true), ("matomo", true), ("maps", false)];
        assert_eq!(after, words(&rest));
        let after = read_over(&before, r#"{"choices": {"matomo": false, "analytics": true}}"#).unwrap();
        let rest = [("statistical", true), ("third-party", true), ("matomo", false), ("maps", false)];
        assert_eq!(after, words(&rest));
        assert_eq!(
            read_over(&[("matomo", true)], r#"{"choices": {"statistical": false}}"#).unwrap().len(),
            2
        );
    }

    #[test]
    fn what_is_not_taken() {
        for (text, word) in [
            ("", "syntax"),
            ("{\"choices\":", "syntax"),
            ("[]", "shape"),
            ("{}", "shape"),
            (r#"{"choices": []}"#, "shape"),
            (r#"{"choices": {}, "x": 1}"#, "shape"),
            (r#"{"choices": {}, "language": 1}"#, "shape"),
            (r#"{"choices": {"nothing": true}}"#, "unknown-key"),
            (r#"{"choices": {"statistical": "true"}}"#, "not-boolean"),
            (r#"{"choices": {"statistical": null}}"#, "not-boolean"),
            (r#"{"choices": {"necessary": false}}"#, "exempt"),
        ] {
            assert_eq!(read_over(&[], text).unwrap_err().word(), word, "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(read_over(&[], &deep).unwrap_err().word(), "shape");
        let below = format!(r#"{{"choices": {{"statistical": {deep}}}}}"#);
        assert_eq!(read_over(&[], &below).unwrap_err().word(), "not-boolean");
    }

    #[test]
    fn what_contradicts_itself_is_not_taken() {
        for text in [
            r#"{"choices": {"statistical": false, "statistical": true}}"#,
            r#"{"choices": {"statistical": true, "statistical": false}}"#,
            r#"{"choices": {"analytics": false, "statistical": true}}"#,
            r#"{"choices": {"statistical": false, "analytics": true}}"#,
        ] {
            assert_eq!(read_over(&[], text).unwrap_err().word(), "disagreeing", "{text}");
        }
        for text in [
            r#"{"choices": {"statistical": false}, "choices": {"statistical": true}}"#,
            r#"{"choices": {"statistical": true}, "language": "en", "language": "fr"}"#,
        ] {
            assert_eq!(read_over(&[], text).unwrap_err().word(), "shape", "{text}");
        }
        let twice = r#"{"choices": {"statistical": false, "analytics": false, "statistical": false}}"#;
        assert_eq!(read_over(&[], twice).unwrap(), words(&[("statistical", false), ("matomo", false)]));
    }

    #[test]
    fn what_is_no_choice() {
        let registry = registry();
        // `internal` has no cookies, so nobody can know what they would agree to.
        for text in [
            r#"{"choices": {}}"#,
            r#"{"choices": {"necessary": true}}"#,
            r#"{"choices": {"internal": true}}"#,
        ] {
            let put = read(text.as_bytes(), &registry, &Choices::all(&registry, true)).unwrap();
            assert_eq!(put.chosen, None, "{text}");
        }
        let refused = read_over(&[], r#"{"choices": {"internal": false}}"#).unwrap();
        assert_eq!(refused, words(&[("internal", false)]));
    }
}
