//! The YAML that declares a cookie which the registry does not know yet.

use super::Direction;
use crate::cookie::shown;
use crate::document::quoted;
use crate::registry::{Registry, Rule, SetBy};

/// One row for the `cookies:` list of that registry, to paste and complete: indented by two spaces, ended by a
/// newline. The name is quoted so that it means itself, in patterns (`\*`, `\{`) and in YAML.
///
/// The category is the first that always needs consent, so that a row pasted unread forwards nothing by itself. A
/// name that is not UTF-8 cannot be spelt in YAML: then the text is a comment that says so.
pub fn declaration_yaml(registry: &Registry, name: &[u8], direction: Direction) -> String {
    let Ok(literal) = std::str::from_utf8(name) else {
        return format!(
            "  # {}: not UTF-8, so no exact name can declare it; a pattern with * in place of the other octets can\n",
            shown(name)
        );
    };
    let remark = " # write * or {id} for a part that differs between visitors";
    let mut yaml = format!("  - names: [{}]{remark}\n", quoted(&pattern(literal)));
    yaml += &body(registry, None, (direction == Direction::Request).then_some(SetBy::Script));
    yaml
}

/// The same for a name or family in the notation of patterns, by whoever is known to provide and to set it.
pub fn family_yaml(
    registry: &Registry,
    pattern: &str,
    provider: Option<&str>,
    set_by: Option<SetBy>,
) -> String {
    format!("  - names: [{}]\n{}", quoted(pattern), body(registry, provider, set_by))
}

/// All but the names.
fn body(registry: &Registry, provider: Option<&str>, set_by: Option<SetBy>) -> String {
    let categories = registry.categories();
    let category = categories.iter().find(|category| category.rule == Rule::Required).or(categories.first());
    let category = category.map_or("", |category| category.key.as_str());
    let others: Vec<_> =
        categories.iter().map(|other| other.key.as_str()).filter(|key| *key != category).collect();
    let mut yaml = format!("    provider: {} # who provides it\n", quoted(provider.unwrap_or("?")));
    yaml += "    purposes: \"?\" # what it is for, in the visitors' words\n";
    yaml += &format!("    category: {category} # or: {}\n", others.join(", "));
    match set_by {
        Some(SetBy::Script) => yaml += "    set_by: script # or: server\n",
        Some(SetBy::Server) => yaml += "    set_by: server\n",
        None => {}
    }
    yaml
}

/// The pattern that matches one name alone.
fn pattern(name: &str) -> String {
    let mut pattern = String::new();
    for character in name.chars() {
        if matches!(character, '*' | '{' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
