//! `categories:` and `services:`: the words that visitors' choices are made of.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use super::text;
use crate::document::{Document, Fields, Node, one_of};
use crate::registry::schema;
use crate::registry::{Category, CategoryId, KeyTarget, Rule, Service, ServiceId, Text, shipped};

/// Categories, services and their keys.
pub(in crate::registry) struct Keys {
    /// The shipped ones, then the site's own.
    pub(in crate::registry) categories: Vec<Category>,
    /// In the file's order.
    pub(in crate::registry) services: Vec<Service>,
    /// Category and service keys; one namespace, since a consent cookie mixes both.
    pub(in crate::registry) targets: HashMap<String, KeyTarget, FixedState>,
    /// The texts that the file has for them; a shipped text says nothing about the file's languages.
    pub(in crate::registry) written: Vec<Text>,
    /// Where the file gives a key, for the message about a second one.
    places: HashMap<String, Range<usize>>,
}

const RULES: [(&str, Rule); 3] =
    [("exempt", Rule::Exempt), ("unless-anonymised", Rule::UnlessAnonymised), ("required", Rule::Required)];

/// Reads both sections over the shipped categories.
pub(super) fn read(document: &Document, categories: Option<&Node>, services: Option<&Node>) -> Keys {
    let shipped = shipped::categories();
    let ids = (0..).map(|id| KeyTarget::Category(CategoryId(id)));
    let targets = shipped.iter().map(|category| category.key.clone()).zip(ids).collect();
    let mut keys = Keys {
        categories: shipped,
        services: Vec::new(),
        targets,
        written: Vec::new(),
        places: HashMap::new(),
    };
    for node in categories.and_then(|node| document.list(node, "the categories")).unwrap_or_default() {
        keys.category(document, node);
    }
    for node in services.and_then(|node| document.list(node, "the services")).unwrap_or_default() {
        keys.service(document, node);
    }
    keys
}

impl Keys {
    /// The category of a key; an unknown one is reported.
    pub(super) fn category_of(&self, document: &Document, node: &Node) -> Option<CategoryId> {
        let key = document.string(node, "a category")?;
        if let Some(KeyTarget::Category(id)) = self.targets.get(key) {
            return Some(*id);
        }
        let known: Vec<&str> = self.categories.iter().map(|category| category.key.as_str()).collect();
        document.error(
            &node.span,
            "unknown-category",
            format!("there is no category `{key}`"),
            one_of(key, &known),
        );
        None
    }

    /// The service of a key; an unknown one is reported.
    pub(super) fn service_of(&self, document: &Document, node: &Node) -> Option<ServiceId> {
        let key = document.string(node, "a service")?;
        if let Some(KeyTarget::Service(id)) = self.targets.get(key) {
            return Some(*id);
        }
        let known: Vec<&str> = self.services.iter().map(|service| service.key.as_str()).collect();
        let help =
            if known.is_empty() { "declare it under `services:`".to_owned() } else { one_of(key, &known) };
        document.error(&node.span, "unknown-service", format!("there is no service `{key}`"), help);
        None
    }

    /// A category or a service.
    pub(super) fn target_of(&self, document: &Document, node: &Node) -> Option<KeyTarget> {
        let key = document.string(node, "a category or service")?;
        let target = self.targets.get(key).copied();
        if target.is_none() {
            let categories = self.categories.iter().map(|category| category.key.as_str());
            let known: Vec<&str> =
                categories.chain(self.services.iter().map(|service| service.key.as_str())).collect();
            let message = format!("there is no category or service `{key}`");
            document.error(&node.span, "unknown-target", message, one_of(key, &known));
        }
        target
    }

    fn category(&mut self, document: &Document, node: &Node) {
        let Some(mut fields) = document.fields(node, &schema::CATEGORY) else { return };
        let key = self.key(document, &mut fields);
        let shipped = match key.as_deref().and_then(|key| self.targets.get(key)) {
            Some(KeyTarget::Category(id)) => self.categories.get(usize::from(id.0)).cloned(),
            _ => None,
        };
        let missing = |help| if shipped.is_some() { None } else { Some(help) };
        let title = either(&mut fields, "title", missing("write the heading of its table"));
        let title = title.and_then(|node| text::read(document, node, "`title`"));
        let description =
            either(&mut fields, "description", missing("say what it is, and whether it needs consent"));
        let description = description.and_then(|node| text::read(document, node, "`description`"));
        let consent =
            either(&mut fields, "consent", missing("write one of: exempt, unless-anonymised, required"));
        let rule = consent.and_then(|node| document.choice(node, "consent", &RULES));
        fields.finish();
        self.written.extend(title.iter().chain(&description).cloned());
        if let (Some(shipped), Some(node), Some(rule)) = (&shipped, consent, rule) {
            warn_if_laxer(document, node, shipped, rule);
        }
        let Some(key) = key else { return };
        // What is missing here was reported; the category stays known, so that its cookies aren't reported too.
        let nothing = || Text::Plain(String::new());
        let base = shipped.unwrap_or_else(|| Category {
            key,
            title: nothing(),
            description: nothing(),
            rule: Rule::Required,
        });
        let category = Category {
            title: title.unwrap_or(base.title),
            description: description.unwrap_or(base.description),
            rule: rule.unwrap_or(base.rule),
            key: base.key,
        };
        self.put(document, node, category);
    }

    /// Replaces the category of that key, or adds one.
    fn put(&mut self, document: &Document, node: &Node, category: Category) {
        if let Some(old) = self.categories.iter_mut().find(|old| old.key == category.key) {
            *old = category;
            return;
        }
        let id = u8::try_from(self.categories.len()).ok().filter(|id| usize::from(*id) < Category::MOST);
        let Some(id) = id else {
            let message = format!("there are more than {} categories", Category::MOST);
            document.error(
                &node.span,
                "too-many",
                message,
                "choose among fewer kinds of cookies; use services",
            );
            return;
        };
        self.targets.insert(category.key.clone(), KeyTarget::Category(CategoryId(id)));
        self.categories.push(category);
    }

    fn service(&mut self, document: &Document, node: &Node) {
        let Some(mut fields) = document.fields(node, &schema::SERVICE) else { return };
        let key = self.key(document, &mut fields);
        let key = key.filter(|key| match self.targets.get(key) {
            Some(KeyTarget::Category(_)) => {
                let help = "give the service another key: a consent cookie mixes both";
                let span = self.places.get(key).unwrap_or(&node.span);
                document.error(span, "key-taken", format!("`{key}` is the key of a category"), help);
                false
            }
            _ => true,
        });
        let title = fields.required("title", "write its name for people: title: Matomo");
        let title = title.and_then(|node| text::read(document, node, "`title`"));
        let category = fields.required("category", "name the category whose choice counts for it");
        let category = category.and_then(|node| self.category_of(document, node));
        fields.finish();
        self.written.extend(title.clone());
        let Some(key) = key else { return };
        let Ok(id) = u16::try_from(self.services.len()) else {
            let message = format!("there are more than {} services", u16::MAX);
            document.error(&node.span, "too-many", message, "declare fewer services");
            return;
        };
        self.targets.insert(key.clone(), KeyTarget::Service(ServiceId(id)));
        self.services.push(Service {
            key,
            title: title.unwrap_or_else(|| Text::Plain(String::new())),
            category: category.unwrap_or(CategoryId(0)),
        });
    }

    /// The key of one item; `None` if it is unusable or given before in the file, which is reported.
    fn key(&mut self, document: &Document, fields: &mut Fields<'_>) -> Option<String> {
        let node = fields.required("key", "give it a key: key: statistical")?;
        let key = document.string(node, "a key")?;
        if !is_key(key) {
            let help = "write lower-case letters, digits, `_` and `-`, beginning with a letter";
            document.error(&node.span, "bad-key", format!("`{key}` can't be a key"), help);
            return None;
        }
        if let Some(first) = self.places.get(key) {
            let texts = (
                format!("the key `{key}` is given twice"),
                "give each category and service a key of its own",
            );
            document.error_at_two(&node.span, "key-taken", texts, (first, "first given here"));
            return None;
        }
        self.places.insert(key.to_owned(), node.span.clone());
        Some(key.to_owned())
    }
}

/// The value of a key that must be there if there is help to give about its absence.
fn either<'d>(fields: &mut Fields<'d>, key: &'static str, missing: Option<&str>) -> Option<&'d Node> {
    match missing {
        Some(help) => fields.required(key, help),
        None => fields.optional(key),
    }
}

/// An RFC 9651 3.1.2 key as far as X-Consent uses one: it begins with a letter, and has no `.` or `*`.
fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

fn warn_if_laxer(document: &Document, node: &Node, shipped: &Category, rule: Rule) {
    let strictness = |rule: Rule| RULES.iter().position(|(_, other)| *other == rule);
    if strictness(rule) < strictness(shipped.rule) {
        let was = RULES.iter().find(|(_, other)| *other == shipped.rule).map_or("", |(word, _)| *word);
        let message = format!("the shipped category `{}` asks for more consent than this", shipped.key);
        let help = format!("write `{was}`, or define a category of your own for cookies that are exempt");
        document.warning(&node.span, "laxer-consent", message, help);
    }
}
