//! `consent:`: where the visitor's choice is written, and how.

use std::collections::HashMap;

use super::adapters;
use super::categories::Keys;
use crate::document::{Document, Fields, Node, Value};
use crate::registry::pattern::Pattern;
use crate::registry::schema;
use crate::registry::{ConsentSettings, Format, GrantedValue, Key, Rule};

const FORMATS: [(&str, Format); 4] =
    [("auto", Format::Auto), ("json", Format::Json), ("list", Format::List), ("flag", Format::Flag)];

/// Values that say no in some language of cookies; the site can't mean that they grant.
const REFUSALS: [&str; 12] =
    ["false", "0", "no", "off", "none", "null", "deny", "denied", "reject", "rejected", "refuse", "refused"];

/// The settings, and where the cookie is named: there a lint about it points.
pub(in crate::registry) struct Consent<'d> {
    pub(in crate::registry) settings: ConsentSettings,
    /// The value of `cookie:`; the section without one; the top of the file without a section. `None` if the name is
    /// unusable, so that there is nothing more to say about it.
    pub(in crate::registry) at: Option<&'d Node>,
    /// Whether the section names the cookie.
    pub(in crate::registry) named: bool,
    /// Where each adapter stands.
    pub(in crate::registry) adapters: Vec<&'d Node>,
}

/// Reads the section over its defaults.
pub(super) fn read<'d>(document: &'d Document, node: Option<&'d Node>, keys: &Keys) -> Consent<'d> {
    let mut at = Some(node.unwrap_or(document.root()));
    let mut settings = ConsentSettings {
        cookie: "cookies_preferences".to_owned(),
        format: Format::Auto,
        granted_values: vec![GrantedValue::Bool(true)],
        keys: Vec::new(),
        gpc_denies: Vec::new(),
        adapters: Vec::new(),
    };
    let Some(mut fields) = node.and_then(|node| document.fields(node, &schema::CONSENT)) else {
        return Consent { settings, at, named: false, adapters: Vec::new() };
    };
    let cookie_node = fields.optional("cookie");
    let named = cookie_node.is_some();
    if let Some(node) = cookie_node {
        let name = cookie(document, node);
        at = name.is_some().then_some(node);
        settings.cookie = name.unwrap_or(settings.cookie);
    }
    let format = fields.optional("format").and_then(|node| document.choice(node, "the format", &FORMATS));
    settings.format = format.unwrap_or(settings.format);
    if settings.format == Format::Flag {
        settings.granted_values = vec![GrantedValue::String("all".to_owned())];
    }
    if let Some(node) = fields.optional("granted_values") {
        settings.granted_values = granted_values(document, node, settings.format);
    }
    settings.keys = words(document, fields.optional("keys"), keys);
    settings.gpc_denies = gpc_denies(document, &mut fields, keys);
    let managers =
        fields.optional("adapters").map(|node| adapters::read(document, node, keys, &settings.cookie));
    let (adapters, places) = managers.unwrap_or_default().into_iter().unzip();
    settings.adapters = adapters;
    fields.finish();
    Consent { settings, at, named, adapters: places }
}

/// The name of a cookie that holds a choice.
pub(super) fn cookie(document: &Document, node: &Node) -> Option<String> {
    let name = document.string(node, "the consent cookie's name")?;
    let fault = match Pattern::parse(name) {
        Ok(pattern) => match pattern.exact() {
            Some(exact) => return Some(String::from_utf8_lossy(exact).into_owned()),
            None => (
                "the consent cookie has one name, this is a pattern".to_owned(),
                "write the name without wildcards",
            ),
        },
        Err(fault) => (fault.to_string(), fault.help()),
    };
    document.error(&node.span, "bad-pattern", fault.0, fault.1);
    None
}

fn granted_values(document: &Document, node: &Node, format: Format) -> Vec<GrantedValue> {
    if format == Format::List {
        let help = "remove the key, or choose another format";
        document.warning(&node.span, "without-effect", "a list grants by naming, it has no values", help);
    }
    let mut granted = Vec::new();
    for item in document.one_or_more(node) {
        let value = match &item.value {
            Value::String(text) => GrantedValue::String(text.clone()),
            Value::Bool(value) if format != Format::Flag => GrantedValue::Bool(*value),
            Value::Integer(value) if format != Format::Flag => GrantedValue::Integer(*value),
            _ if format == Format::Flag => {
                document.wrong_type::<()>(item, "a word that grants: a string");
                continue;
            }
            _ => {
                document.wrong_type::<()>(item, "a value that grants: a string, a whole number or a boolean");
                continue;
            }
        };
        let refuses = match &value {
            GrantedValue::Bool(value) => !value,
            GrantedValue::Integer(value) => *value <= 0,
            GrantedValue::String(text) => {
                text.trim().is_empty() || REFUSALS.contains(&text.trim().to_ascii_lowercase().as_str())
            }
        };
        if refuses {
            let help = "write the value with which the site's consent manager says yes";
            document.error(&item.span, "refusal-grants", "a value that says no can't grant", help);
        } else {
            granted.push(value);
        }
    }
    granted
}

/// A mapping of a cookie's words to categories and services.
pub(super) fn words(document: &Document, node: Option<&Node>, keys: &Keys) -> Vec<Key> {
    let Some(node) = node else { return Vec::new() };
    let Value::Map(entries) = &node.value else {
        let wanted = "keys: a mapping of the cookie's words to categories and services";
        return document.wrong_type(node, wanted).unwrap_or_default();
    };
    let mut seen = HashMap::new();
    let mut words = Vec::new();
    for (word, value) in entries {
        if let Some(first) = seen.insert(word.name.as_str(), &word.span) {
            let texts = (format!("the word `{}` is given twice", word.name), "keep one of the two");
            document.error_at_two(&word.span, "duplicate-key", texts, (first, "first given here"));
        }
        if let Some(target) = keys.target_of(document, value) {
            words.push(Key { word: word.name.clone(), target });
        }
    }
    words
}

fn gpc_denies(document: &Document, fields: &mut Fields<'_>, keys: &Keys) -> Vec<crate::registry::CategoryId> {
    let nodes = fields.optional("gpc_denies").map(|node| document.one_or_more(node)).unwrap_or_default();
    let mut denied = Vec::new();
    for node in nodes {
        let Some(id) = keys.category_of(document, node) else { continue };
        let category = keys.categories.get(usize::from(id.0));
        if category.is_some_and(|category| category.rule == Rule::Exempt) {
            let help = "remove it: an exempt category passes whatever was chosen";
            document.warning(&node.span, "without-effect", "no signal denies an exempt category", help);
        }
        if !denied.contains(&id) {
            denied.push(id);
        }
    }
    denied
}
