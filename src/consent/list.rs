//! `format: list`: a delimited list of what was granted.

use super::statement::{Statement, Words};
use super::{Choice, Unreadable, encoding};

/// Items of one list.
const MOST_ITEMS: usize = 256;

/// Reads `analytics,matomo`: items between commas, `|` or spaces, the whole perhaps Django-quoted and percent-encoded
/// once. What isn't listed is denied, and an empty list denies all. An item that is no plain word (`!a`, `a=0`, `-a`)
/// belongs to a grammar that may well mean a refusal, so it makes the whole list unreadable.
pub(super) fn read(value: &[u8]) -> Result<Statement, Unreadable> {
    let text = encoding::unpercent_strict(&encoding::unquote(value)?)?;
    let mut words = Words::default();
    let items = encoding::utf8(&text)?.split([',', '|', ' ']).filter(|item| !item.is_empty());
    for (index, item) in items.enumerate() {
        if index == MOST_ITEMS {
            return Err(Unreadable::TooLarge);
        }
        if !is_word(item) {
            return Err(Unreadable::Syntax);
        }
        words.say(item, Choice::Granted);
    }
    words.settle(Choice::Denied)
}

/// Letters, digits, `_`, `.`, `-`, and no `-` in front.
pub(super) fn is_word(item: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !item.is_empty() && !item.starts_with('-') && item.bytes().all(plain)
}
