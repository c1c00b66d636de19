//! `format: flag`: one word for everything.

use super::list::is_word;
use super::statement::Statement;
use super::{Choice, Unreadable, encoding};
use crate::registry::GrantedValue;

/// Reads one bare word, perhaps Django-quoted and percent-encoded once: it grants all if the site lists it (`all`
/// where it lists nothing: the registry settles that), any other word denies all.
pub(super) fn read(value: &[u8], granted_values: &[GrantedValue]) -> Result<Statement, Unreadable> {
    let text = encoding::unpercent_strict(&encoding::unquote(value)?)?;
    let word = encoding::utf8(&text)?;
    if word.is_empty() {
        return Err(Unreadable::Empty);
    }
    let granted = |listed: &GrantedValue| matches!(listed, GrantedValue::String(listed) if listed == word);
    if granted_values.iter().any(granted) {
        Ok(Statement::of_all(Choice::Granted))
    } else if is_word(word) {
        Ok(Statement::of_all(Choice::Denied))
    } else {
        Err(Unreadable::Syntax)
    }
}
