//! Complianz: a cookie for each category, `cmplz_statistics=allow`. The word of a category is what follows the
//! beginning that all names share.

use super::heard::Heard;
use super::read::{Context, Read};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable, encoding};

/// The status of the banner once the visitor has chosen.
const CLOSED: &[u8] = b"dismissed";

/// Cookies of the family with any other value are not about categories, unless a copy says `allow`: then nobody knows
/// which of them is meant. While the banner is shown
/// (`cmplz_banner-status`), nothing was chosen: elsewhere than in Europe the cookies are there before.
pub(super) fn read(context: &Context<'_>) -> Read {
    let mut words = Words::default();
    let mut revision = None;
    let (mut allowed, mut unknown) = (Vec::new(), Vec::new());
    for pair in context.cookies {
        let Some(word) = pair.name().strip_prefix(context.adapter.cookie.as_bytes()) else { continue };
        let word = encoding::utf8(word)?;
        match (word, pair.value()) {
            ("banner-status", CLOSED) => {}
            ("banner-status", _) => return Ok(None),
            ("policy_id", id) => {
                let id = encoding::utf8(id)?.parse().unwrap_or(i64::MIN);
                revision = Some(revision.map_or(id, |other: i64| other.min(id)));
            }
            (category, b"allow") => {
                words.say(category, Choice::Granted);
                allowed.push(category);
            }
            (category, b"deny") => words.say(category, Choice::Denied),
            (category, _) => unknown.push(category),
        }
    }
    if unknown.iter().any(|category| allowed.contains(category)) {
        return Err(Unreadable::Disagreeing);
    }
    Ok(Some(Heard { revision, ..Heard::of(words) }))
}
