//! The JSON formats: which values are choices, and of what.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::json::{self, Json, Member};
use super::statement::{Statement, Words, is_refusal};
use super::{Choice, Unreadable, encoding};
use crate::registry::GrantedValue;

/// Keys under which `auto` reads one more level of choices.
const CONTAINERS: [&str; 6] = ["categories", "consent", "consents", "purposes", "services", "preferences"];
/// Keys under which `auto` reads an array of granted words.
const GRANTS: [&str; 2] = ["accepted", "granted"];
/// Keys whose "no" at the top says that there was no consent at all.
const SUMMARIES: [&str; 4] = ["accepted", "granted", "consent", "consents"];
/// Strings that say no.
const NO: [&str; 10] =
    ["false", "0", "no", "off", "none", "null", "denied", "rejected", "refused", "declined"];
/// A value is percent-decoded at most so often.
const MOST_ROUNDS: u8 = 2;

/// `format: auto`: one JSON object or array in any of the usual encodings. Each is undone only where the text isn't
/// JSON yet, so that what a string holds is never taken for structure.
pub(super) fn auto(value: &[u8], granted_values: &[GrantedValue]) -> Result<Statement, Unreadable> {
    let mut text = encoding::unquote(value)?.into_owned();
    let mut rounds = MOST_ROUNDS;
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    if text.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)) {
        if text.contains(&b'%') {
            text = encoding::unpercent(&text); // padding as %3D
            rounds -= 1;
        }
        text = encoding::unbase64(&text)?;
    }
    loop {
        match json::parse(encoding::utf8(&text)?) {
            Ok(json) => {
                return Reading { granted_values, encoded_words: rounds > 0 }.read(&json);
            }
            Err(fault) if fault.encoded && rounds > 0 => {}
            Err(fault) => return Err(fault.reason),
        }
        text = encoding::unpercent(&text);
        rounds -= 1;
    }
}

/// `format: json`: one object, raw, percent-encoded as a whole exactly once, or Django-quoted. Only a choice at the top
/// grants; all else is read as in [`auto`], so that a refusal or a contradiction below counts here too.
pub(super) fn strict(value: &[u8], granted_values: &[GrantedValue]) -> Result<Statement, Unreadable> {
    let mut text = encoding::unquote(value)?.into_owned();
    match text.first() {
        None => return Err(Unreadable::Empty),
        Some(b'%') => text = encoding::unpercent_strict(&text)?,
        Some(_) => {}
    }
    let json = json::parse(encoding::utf8(&text)?).map_err(|fault| fault.reason)?;
    let Json::Object(members) = &json else { return Err(Unreadable::Shape) };
    let reading = Reading { granted_values, encoded_words: false };
    let mut statement = reading.read(&json)?;
    let top = members.iter().filter(|(_, value)| reading.grants(value)).map(|(key, _)| key.as_ref());
    let top: BTreeSet<&str> = top.collect();
    for (word, granted) in &mut statement.words {
        *granted &= top.contains(word.as_str());
    }
    Ok(statement)
}

/// `false`, `null`, 0, or a word for no.
fn says_no(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(value) => !value,
        Json::Null => true,
        Json::Number(text) => text.parse() == Ok(0.0),
        Json::String(text) => NO.iter().any(|no| no.eq_ignore_ascii_case(text)),
        Json::Array(_) | Json::Object(_) => false,
    }
}

/// How a JSON value is read.
struct Reading<'a> {
    granted_values: &'a [GrantedValue],
    /// Words may be percent-encoded though the structure is not (a writer that escapes accents and spaces alone).
    encoded_words: bool,
}

impl Reading<'_> {
    fn read(&self, json: &Json<'_>) -> Result<Statement, Unreadable> {
        let mut words = Words::default();
        match json {
            Json::Object(members) => self.top(members, &mut words)?,
            Json::Array(items) => self.array(items, &mut words)?,
            _ => return Err(Unreadable::Shape),
        }
        words.settle(Choice::Unset)
    }

    fn top(&self, members: &[Member<'_>], words: &mut Words) -> Result<(), Unreadable> {
        self.repeated_agree(members)?;
        for (key, value) in members {
            match value {
                Json::Object(members) if CONTAINERS.contains(&key.as_ref()) => {
                    self.repeated_agree(members)?;
                    members.iter().for_each(|(key, value)| self.choice(key, value, words));
                }
                Json::Array(items) if GRANTS.contains(&key.as_ref()) => self.array(items, words)?,
                scalar if SUMMARIES.contains(&key.as_ref()) && says_no(scalar) => {
                    words.refuse(key);
                    self.choice(key, value, words);
                }
                _ => self.choice(key, value, words),
            }
        }
        Ok(())
    }

    /// Granted words. Anything but strings among them is another grammar: `["analytics", false]`.
    fn array(&self, items: &[Json<'_>], words: &mut Words) -> Result<(), Unreadable> {
        for item in items {
            let Json::String(word) = item else { return Err(Unreadable::Shape) };
            self.say(word, Choice::Granted, words);
        }
        Ok(())
    }

    /// A key with a value that is no container: a scalar is the key's choice; below anything else nothing is granted.
    fn choice(&self, key: &str, value: &Json<'_>, words: &mut Words) {
        let choice = match value {
            Json::Object(_) | Json::Array(_) => Choice::Unset,
            scalar if self.grants(scalar) => Choice::Granted,
            _ => Choice::Denied,
        };
        self.say(key, choice, words);
        if is_refusal(key) {
            if matches!(value, Json::Number(_)) && !says_no(value) {
                words.refuse(key);
            }
            self.refused(value, words);
        }
    }

    /// What a refusal names is denied, however deep, lest a service follow its granted category:
    /// `"rejected": ["matomo"]`.
    fn refused(&self, value: &Json<'_>, words: &mut Words) {
        match value {
            Json::String(word) => self.say(word, Choice::Denied, words),
            Json::Array(items) => items.iter().for_each(|item| self.refused(item, words)),
            Json::Object(members) => {
                for (word, value) in members.iter().filter(|(_, value)| *value != Json::Bool(false)) {
                    self.say(word, Choice::Denied, words);
                    self.refused(value, words);
                }
            }
            _ => {}
        }
    }

    /// JSON `true`, or a value of the same type and text that the site lists; never `false`.
    fn grants(&self, value: &Json<'_>) -> bool {
        let listed = |value: GrantedValue| self.granted_values.contains(&value);
        match value {
            Json::Bool(granted) => *granted,
            Json::Number(text) => text.parse().is_ok_and(|number| listed(GrantedValue::Integer(number))),
            Json::String(text) => listed(GrantedValue::String(text.to_string())),
            Json::Null | Json::Array(_) | Json::Object(_) => false,
        }
    }

    fn say(&self, word: &str, choice: Choice, words: &mut Words) {
        let decoded = if self.encoded_words { percent_decode_str(word).decode_utf8().ok() } else { None };
        words.say(decoded.as_deref().unwrap_or(word), choice);
    }

    /// A repeated key must say the same each time: readers differ in which one counts (RFC 8259 4).
    fn repeated_agree(&self, members: &[Member<'_>]) -> Result<(), Unreadable> {
        let mut sorted: Vec<(&str, &Json<'_>)> =
            members.iter().map(|(key, value)| (key.as_ref(), value)).collect();
        sorted.sort_by_key(|(key, _)| *key);
        let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
        let disagree = pairs.any(|((a, first), (b, second))| a == b && !self.agree(first, second));
        if disagree { Err(Unreadable::Disagreeing) } else { Ok(()) }
    }

    fn agree(&self, first: &Json<'_>, second: &Json<'_>) -> bool {
        let nested = |json: &Json<'_>| matches!(json, Json::Array(_) | Json::Object(_));
        if nested(first) || nested(second) {
            first == second
        } else {
            self.grants(first) == self.grants(second)
        }
    }
}
