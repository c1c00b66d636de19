//! Where a visitor goes after a choice: back to a page of this site, and never anywhere else.

/// The longest path that is gone back to, in octets.
const MOST: usize = 2048;

/// A path, with query and fragment if any, that can only lead to this site, or `None`.
///
/// It begins with exactly one slash: browsers take `//host` and, as they read a backslash as a slash (WHATWG URL 4.4),
/// `/\host` for another host, and leave tabs and line ends out before they look. So no backslash, no control character
/// and no space is in it anywhere, and nothing outside ASCII, which a `Location` can't hold. A dot segment can't leave
/// the site, but may hide two slashes until it is resolved: `/./` then `/host` stays a path (WHATWG URL 4.4), yet what
/// stands between reads it differently, so it is refused too. Back to the form's own target (`consent`) there is nothing.
pub(super) fn safe<'a>(back: &'a str, consent: &str) -> Option<&'a str> {
    let path = back.split(['?', '#']).next().unwrap_or_default();
    let plain = back.bytes().all(|octet| octet.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&octet));
    let dots = path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    });
    let fits = back.len() <= MOST && plain && !dots && !path.contains("//");
    (fits && path.starts_with('/') && path != consent).then_some(back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_to_this_site() {
        let safe = |back| safe(back, "/.tamis/consent").is_some();
        for back in
            ["/", "/a", "/a/b?c=d&e=//f#g", "/.tamis/", "/cookies-policy?lang=fr", "/%C3%A9", "/a:b@c"]
        {
            assert!(safe(back), "{back}");
        }
        for back in [
            "",
            "a",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "/a\r\nSet-Cookie: x=1",
            " /a",
            "\u{0}/a",
            "https://evil.test/",
            "HTTPS:/evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "?a",
            "#a",
            "/a//evil.test",
            "/..//evil.test",
            "/.//evil.test",
            "/a/../b",
            "/%2e%2e/b",
            "/%2E./b",
            "/\u{2028}/x",
            "/é",
            "/a b",
            "/a\"b",
            "/a<b",
            "/.tamis/consent",
            "/.tamis/consent?x",
            "/.tamis/consent#x",
        ] {
            assert!(!safe(back), "{back:?}");
        }
        assert!(!safe(&format!("/{}", "a".repeat(MOST))));
    }
}
