//! The policy in one language, as facts: every format of the page is written from this.

use super::words::{Said, Words};
use crate::registry::{Category, CategoryId, Entry, Phrase, Registry, Rule, SetBy, Text};

/// What the policy says, in the order of the page.
#[derive(Debug)]
pub(super) struct Sheet<'r> {
    pub(super) registry: &'r Registry,
    pub(super) words: &'r Words,
    pub(super) title: Said,
    pub(super) introduction: Option<Said>,
    /// "What is a cookie?" and the answer.
    pub(super) definition: Option<(Said, Said)>,
    pub(super) kinds_title: Said,
    pub(super) kinds: Vec<Kind<'r>>,
    pub(super) cookies_title: Said,
    /// One for each category that has rows.
    pub(super) tables: Vec<Table<'r>>,
    /// "Version …, dated …".
    pub(super) version: Said,
}

/// A category.
#[derive(Clone, Debug)]
pub(super) struct Kind<'r> {
    pub(super) category: &'r Category,
    pub(super) title: Said,
    pub(super) description: Said,
    /// Whether it waits for consent.
    pub(super) need: Said,
}

/// The cookies of a category. A column beyond the first four is there if a row says something in it.
#[derive(Debug)]
pub(super) struct Table<'r> {
    pub(super) kind: Kind<'r>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row<'r>>,
}

/// A column of every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Provider,
    Function,
    Names,
    Purposes,
    Duration,
    SetBy,
    Exemption,
}

/// A row: cookies that share provider, purposes and rule.
#[derive(Debug)]
pub(super) struct Row<'r> {
    pub(super) entry: &'r Entry,
    pub(super) provider: Said,
    /// "Authentication (front and back office)".
    pub(super) function: Option<Said>,
    /// As people find them in a browser: an asterisk stands for the part that differs.
    pub(super) names: Vec<String>,
    pub(super) purposes: Said,
    pub(super) duration: Option<Said>,
    pub(super) set_by: Option<Said>,
    pub(super) exemption: Option<Said>,
}

impl Column {
    /// All, in their order.
    pub(super) const ALL: [Self; 7] = [
        Self::Provider,
        Self::Function,
        Self::Names,
        Self::Purposes,
        Self::Duration,
        Self::SetBy,
        Self::Exemption,
    ];

    /// A stable word for style sheets and tests.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Function => "function",
            Self::Names => "names",
            Self::Purposes => "purposes",
            Self::Duration => "duration",
            Self::SetBy => "set-by",
            Self::Exemption => "exemption",
        }
    }

    /// Its heading.
    pub(super) fn heading(self) -> Phrase {
        match self {
            Self::Provider => Phrase::Provider,
            Self::Function => Phrase::Function,
            Self::Names => Phrase::Names,
            Self::Purposes => Phrase::Purposes,
            Self::Duration => Phrase::Duration,
            Self::SetBy => Phrase::SetBy,
            Self::Exemption => Phrase::Exemption,
        }
    }

    /// Whether it is there whatever the rows say: what the policy has always listed.
    fn is_constant(self) -> bool {
        matches!(self, Self::Provider | Self::Function | Self::Names | Self::Purposes)
    }
}

impl<'r> Sheet<'r> {
    /// The policy of a registry.
    pub(super) fn of(registry: &'r Registry, words: &'r Words) -> Self {
        let language = words.language();
        let page = registry.page();
        let own = |text: &Option<Text>| text.as_ref().map(|text| Said::of(text, language));
        let definition = page
            .definition
            .as_ref()
            .map(|passage| (Said::of(&passage.title, language), Said::of(&passage.text, language)));
        let kinds: Vec<Kind<'r>> =
            registry.categories().iter().map(|category| Kind::of(category, words)).collect();
        let ids = (0..).map(CategoryId);
        let tables =
            ids.zip(&kinds).filter_map(|(id, kind)| Table::of(registry, (id, kind), words)).collect();
        let version = registry.version();
        let version = match registry.date() {
            Some(date) => {
                let date = words.date(date);
                words.fill(Phrase::VersionDated, &[("version", version), ("date", &date)])
            }
            None => words.fill(Phrase::Version, &[("version", version)]),
        };
        Self {
            registry,
            words,
            title: own(&page.title).unwrap_or_else(|| words.say(Phrase::Title)),
            introduction: own(&page.introduction),
            definition,
            kinds_title: own(&page.kinds).unwrap_or_else(|| words.say(Phrase::Kinds)),
            kinds,
            cookies_title: own(&page.cookies).unwrap_or_else(|| words.say(Phrase::Cookies)),
            tables,
            version,
        }
    }
}

impl<'r> Kind<'r> {
    fn of(category: &'r Category, words: &Words) -> Self {
        let need = match category.rule {
            Rule::Exempt => Phrase::Exempt,
            Rule::UnlessAnonymised => Phrase::UnlessAnonymised,
            Rule::Required => Phrase::Required,
        };
        Self {
            category,
            title: Said::of(&category.title, words.language()),
            description: Said::of(&category.description, words.language()),
            need: words.say(need),
        }
    }
}

impl<'r> Table<'r> {
    /// The table of a category; `None` if no row is in it.
    fn of(registry: &'r Registry, (id, kind): (CategoryId, &Kind<'r>), words: &Words) -> Option<Self> {
        let own = registry.entries().iter().filter(|entry| entry.category == id);
        let rows: Vec<Row<'r>> = own.map(|entry| Row::of(registry, entry, words)).collect();
        let said = |column: Column| rows.iter().any(|row| row.cell(column).is_some());
        let columns =
            Column::ALL.into_iter().filter(|column| column.is_constant() || said(*column)).collect();
        (!rows.is_empty()).then(|| Self { kind: kind.clone(), columns, rows })
    }
}

impl<'r> Row<'r> {
    fn of(registry: &Registry, entry: &'r Entry, words: &Words) -> Self {
        let language = words.language();
        let own = |text: &Option<Text>| text.as_ref().map(|text| Said::of(text, language));
        let service = entry.service.map(|service| Said::of(&registry.service(service).title, language));
        let function = match (own(&entry.function).or(service), own(&entry.location)) {
            (Some(function), Some(location)) => {
                Some(Said { text: format!("{} ({})", function.text, location.text), ..function })
            }
            (function, location) => function.or(location),
        };
        let set_by = entry.set_by.map(|set_by| match set_by {
            SetBy::Server => words.say(Phrase::ByServer),
            SetBy::Script => words.say(Phrase::ByScript),
        });
        let lifetime = entry.lifetime.map(|lifetime| Said { text: words.lifetime(lifetime), language: None });
        let declared = entry.names.iter().map(|name| shown(&name.pattern));
        Self {
            entry,
            provider: Said::of(&entry.provider, language),
            function,
            names: declared.chain(entry.rename.clone()).collect(),
            purposes: Said::of(&entry.purposes, language),
            duration: lifetime,
            set_by,
            exemption: own(&entry.exemption).filter(|_| !entry.needs_consent),
        }
    }

    /// What a column says of it, in one text; `None` if nothing is declared.
    pub(super) fn cell(&self, column: Column) -> Option<Said> {
        match column {
            Column::Provider => Some(self.provider.clone()),
            Column::Function => self.function.clone(),
            Column::Names => Some(Said { text: self.names.join(", "), language: None }),
            Column::Purposes => Some(self.purposes.clone()),
            Column::Duration => self.duration.clone(),
            Column::SetBy => self.set_by.clone(),
            Column::Exemption => self.exemption.clone(),
        }
    }
}

/// A declared name without the escapes of patterns: `_pk_id.{id}.{id}` is `_pk_id.*.*`.
fn shown(pattern: &str) -> String {
    let mut name = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => name.extend(rest.next()),
            '{' => {
                name.push('*');
                rest.find(|c| *c == '}');
            }
            c => name.push(c),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_a_browser_has_them() {
        assert_eq!(shown("_pk_id.{id}.{id}"), "_pk_id.*.*");
        assert_eq!(shown(r"a\*b\{c\\*"), r"a*b{c\*");
    }
}
