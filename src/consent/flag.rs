//! `format: flag`: one word for everything.

use super::list::is_word;
use super::statement::Statement;
use super::{Choice, Unreadable, encoding};
use crate::registry::GrantedValue;

/// The word that grants all where the site lists none.
const ALL: &str = "all";

/// Reads one bare word, perhaps Django-quoted and percent-encoded once: it grants all if the site lists it, any other
/// word denies all.
pub(super) fn read(value: &[u8], granted_values: &[GrantedValue]) -> Result<Statement, Unreadable> {
    let text = encoding::unpercent_strict(&encoding::unquote(value)?)?;
    let word = encoding::utf8(&text)?;
    if word.is_empty() {
        return Err(Unreadable::Empty);
    }
    // A cookie has no types: `granted_values: [true, 1]` means the words.
    let granted = granted_values.iter().any(|granted| match granted {
        GrantedValue::Bool(wanted) => word == if *wanted { "true" } else { "false" },
        GrantedValue::Integer(wanted) => word == wanted.to_string(),
        GrantedValue::String(wanted) => word == wanted,
    });
    if granted || (granted_values.is_empty() && word == ALL) {
        Ok(Statement::of_all(Choice::Granted))
    } else if is_word(word) {
        Ok(Statement::of_all(Choice::Denied))
    } else {
        Err(Unreadable::Syntax)
    }
}
