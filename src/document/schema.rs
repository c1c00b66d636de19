//! What may be written in a file: each mapping key by key, as one description that readers, schema and reference share.
//!
//! A reader asks a mapping's fields by its [`Mapping`]; [`Fields::finish`](super::Fields::finish) holds that it asked
//! exactly for what is described there. The JSON Schema for editors is generated from the same description
//! ([`Mapping::json_schema`]), and `tests/schema` holds that it agrees with the readers value by value.

/// A mapping with known keys.
#[derive(Debug)]
pub struct Mapping {
    /// Its name in messages: "a cookie"; one name for one mapping of a file.
    pub what: &'static str,
    /// Its keys, in the order in which people are shown them.
    pub settings: &'static [Setting],
    /// At least one of these keys must be there, and not `false`; empty where no such rule is.
    pub one_of: &'static [&'static str],
}

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What holds where it is not written.
    pub absent: Absent,
    /// What it does, one sentence in Markdown.
    pub about: &'static str,
    /// A value as it is written in YAML, which works.
    pub example: &'static str,
    /// The value is a secret, or may hold one: how it is shown to people, its secret left out. Only such a value can
    /// come out of a file (`${file:…}`).
    pub secret: Option<fn(&str) -> String>,
}

/// What holds where a setting is not written.
#[derive(Clone, Copy, Debug)]
pub enum Absent {
    /// That is a fault.
    Fault,
    /// This value, as it would be written in YAML.
    Default(&'static str),
    /// No value that could be written: in words.
    Words(&'static str),
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds (inclusive).
    Integer(i64, i64),
    /// A string of at least one character.
    String,
    /// A string that this regular expression finds something in (ECMA-262, as JSON Schema has them). It may take more
    /// than the reader does, never less.
    Pattern(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A value of that form.
    Form(&'static Form),
    /// A value of that form within bounds (inclusive), as they are written.
    Bounded(&'static Form, &'static str, &'static str),
    /// A mapping with known keys.
    Mapping(&'static Mapping),
    /// A mapping whose keys the author chooses.
    Open(&'static Open),
    /// A list of at least so many.
    List(&'static Kind, usize),
    /// A list of at least so many, or one item that stands for a list of one.
    OneOrMore(&'static Kind, usize),
    /// One of several.
    Either(&'static [Kind]),
}

/// A kind of value with a name, used by several settings.
#[derive(Debug)]
pub struct Form {
    /// Its name in the reference and in the schema's `$defs`.
    pub name: &'static str,
    /// How it is written, one sentence in Markdown.
    pub about: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// A mapping whose keys the author chooses.
#[derive(Debug)]
pub struct Open {
    /// What every key is like: a regular expression as in [`Kind::Pattern`].
    pub keys: &'static str,
    /// What every value is.
    pub values: Kind,
    /// How many there are at least.
    pub least: usize,
}

impl Mapping {
    /// The description of one key.
    pub fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }
}

impl Setting {
    /// A setting that must be there, without a description yet.
    pub const fn new(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, absent: Absent::Fault, about: "", example: "", secret: None }
    }

    /// The value that holds where it is not written.
    pub const fn default(self, yaml: &'static str) -> Self {
        Self { absent: Absent::Default(yaml), ..self }
    }

    /// It may be absent; in words, what holds then.
    pub const fn absent(self, words: &'static str) -> Self {
        Self { absent: Absent::Words(words), ..self }
    }

    /// What it does.
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// The value is a secret, or may hold one; `shown` writes it without.
    pub const fn secret(self, shown: fn(&str) -> String) -> Self {
        Self { secret: Some(shown), ..self }
    }

    /// A value that works.
    pub const fn example(self, yaml: &'static str) -> Self {
        Self { example: yaml, ..self }
    }
}

impl Kind {
    /// The kind in the words of the reference: "number, 1 to 1024", "`text`, `json`", "host or list of hosts".
    pub fn words(&self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Integer(_, i64::MAX) => "number".to_owned(),
            Self::Integer(low, high) => format!("number, {low} to {high}"),
            Self::String | Self::Pattern(_) => "string".to_owned(),
            Self::Choice(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            Self::Form(form) => form.name.to_owned(),
            Self::Bounded(form, low, high) => format!("{}, {low} to {high}", form.name),
            Self::Mapping(_) | Self::Open(_) => "mapping".to_owned(),
            Self::List(item, 0) => format!("list of {}", item.plural()),
            Self::List(item, least) => format!("list of {}, at least {least}", item.plural()),
            Self::OneOrMore(item, _) => format!("{} or list of them", item.words()),
            Self::Either(kinds) => {
                let each: Vec<String> = kinds.iter().map(Self::words).collect();
                each.join(if each.len() > 2 { ", " } else { " or " })
            }
        }
    }

    fn plural(&self) -> String {
        let one = self.words();
        if one.ends_with('y') { format!("{}ies", one.trim_end_matches('y')) } else { format!("{one}s") }
    }

    /// The mappings with known keys that a value may be or hold.
    pub fn mappings(&self) -> Vec<&'static Mapping> {
        match self {
            Self::Mapping(mapping) => vec![mapping],
            Self::Form(form) | Self::Bounded(form, ..) => form.kind.mappings(),
            Self::List(item, _) | Self::OneOrMore(item, _) => item.mappings(),
            Self::Open(open) => open.values.mappings(),
            Self::Either(kinds) => kinds.iter().flat_map(Self::mappings).collect(),
            Self::Boolean | Self::Integer(..) | Self::String | Self::Pattern(_) | Self::Choice(_) => {
                Vec::new()
            }
        }
    }
}
