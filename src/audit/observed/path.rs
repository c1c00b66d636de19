//! Paths as examples of where a cookie was seen, without what tells of one visitor.

use percent_encoding::percent_decode_str;

use super::fold::consonants;

/// What stands for a segment that may be an id, a token, a name or an address.
const HIDDEN: &str = "{id}";

/// Segments after which one stands that belongs to somebody: `/users/ada`, `/reset/MQ`.
const PERSONAL: &[&str] = &[
    "account",
    "activate",
    "author",
    "authors",
    "confirm",
    "invite",
    "invites",
    "invitation",
    "invitations",
    "magic",
    "member",
    "members",
    "password",
    "people",
    "person",
    "profile",
    "profiles",
    "reset",
    "s",
    "share",
    "shared",
    "t",
    "token",
    "tokens",
    "u",
    "unsubscribe",
    "user",
    "users",
    "verify",
];

/// The first two segments of a path, of which only words are shown: `/explore/dataset` for `/explore/dataset/x/?y=1`,
/// `/users/{id}` for `/users/ada`. Nothing of a query is expected, and nothing from the first `;` of a segment is
/// looked at (RFC 3986 3.3: parameters).
pub(super) fn prefix(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let first = shown(segments.next().unwrap_or_default());
    let second = segments.next().filter(|segment| !segment.is_empty());
    let second = second.map(|segment| match PERSONAL.contains(&first.as_str()) {
        true => HIDDEN.to_owned(),
        false => shown(segment),
    });
    match second {
        Some(second) => format!("/{first}/{second}"),
        None => format!("/{first}"),
    }
}

/// A segment that is made of words, else what stands for one.
fn shown(segment: &str) -> String {
    let segment = segment.split(';').next().unwrap_or_default();
    let text = percent_decode_str(segment).decode_utf8().unwrap_or_default();
    if segment.is_empty() || is_worded(&text) { text.into_owned() } else { HIDDEN.to_owned() }
}

/// At most three words with hyphens, underlines or dots between: `login`, `.well-known`, `jquery.min.js`, `fr-FR`.
fn is_worded(text: &str) -> bool {
    let locale =
        text.len() == 5 && text.get(3..).is_some_and(|land| land.bytes().all(|b| b.is_ascii_uppercase()));
    if locale {
        return text.bytes().take(2).all(|b| b.is_ascii_lowercase())
            && matches!(text.get(2..3), Some("-" | "_"));
    }
    let words = text.strip_prefix('.').unwrap_or(text).split(['-', '_', '.']);
    text.len() <= 40 && words.clone().count() <= 3 && words.into_iter().all(is_word)
}

/// Lower-case letters, the first of three or more in any case, that can be pronounced; or a version, `v2`.
fn is_word(word: &str) -> bool {
    if let Some(version) = word.strip_prefix('v')
        && (1..=2).contains(&version.len())
        && version.bytes().all(|b| b.is_ascii_digit())
    {
        return true;
    }
    let letters = word.chars().count();
    let mut characters = word.chars();
    let first =
        characters.next().is_some_and(|first| first.is_lowercase() || letters >= 3 && first.is_uppercase());
    let lower = characters.all(char::is_lowercase);
    let vowels = |c: char| !c.is_ascii() || "aeiouy".contains(c.to_ascii_lowercase());
    let short = letters <= 4 && word.starts_with(char::is_lowercase);
    first && lower && letters <= 20 && consonants(word.as_bytes()) <= 5 && (short || word.contains(vowels))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_words_are_shown() {
        let table = [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/explore", "/explore"),
            ("/explore/", "/explore"),
            ("/explore/dataset/arbres-2024/table", "/explore/dataset"),
            ("/accounts/login/?next=/secret", "/accounts/login"),
            ("/api/v2.1/catalog", "/api/{id}"),
            ("/api/v2/catalog", "/api/v2"),
            ("/.well-known/gpc.json", "/.well-known/gpc.json"),
            ("/static/jquery.min.js", "/static/jquery.min.js"),
            ("/static/app.3f2a1b.js", "/static/{id}"),
            ("/fr-FR/page", "/fr-FR/page"),
            ("/fr/donn%C3%A9es", "/fr/données"),
            ("/About/Contact", "/About/Contact"),
            ("/reset/MQ/abc-123def/", "/reset/{id}"),
            ("/accounts/MQ", "/accounts/{id}"),
            ("/o/Nzk", "/o/{id}"),
            ("/users/ada", "/users/{id}"),
            ("/~ada/diary", "/{id}/diary"),
            ("/@ada", "/{id}"),
            ("/basket/ada@example.org", "/basket/{id}"),
            ("/basket/ada%40example.org", "/basket/{id}"),
            ("/correct-horse-battery-staple", "/{id}"),
            ("/log/values;jsessionid=abc", "/log/values"),
            ("/;jsessionid=abc/x", "//x"),
            ("/2024/05", "/{id}/{id}"),
            ("/page/550e8400-e29b-41d4-a716-446655440000", "/page/{id}"),
            ("/eyJhbGciOi/x", "/{id}/x"),
            ("/%ff%fe/x", "/{id}/x"),
            ("/xkqzvbtr/x", "/{id}/x"),
            ("*", "/{id}"),
        ];
        for (path, expected) in table {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_token_is_shown(token in "[A-Za-z0-9]{0,8}[0-9][A-Za-z0-9]{4,20}", before in "[a-z]{1,6}") {
            for path in [format!("/{token}"), format!("/{before}/{token}"), format!("/{before}/{token}/x")] {
                prop_assert!(!prefix(&path).contains(&token), "{}", prefix(&path));
            }
        }
    }
}
