//! Pieces of markup that every page is made of.

use super::html::Html;
use super::words::Said;

/// A text, marked with its language where that is not the page's.
pub(super) fn said<S: Copy>(html: &mut Html<S>, said: &Said) {
    match &said.language {
        Some(language) => {
            html.raw("<span").attribute("lang", language).raw(">").text(&said.text).raw("</span>");
        }
        None => {
            html.text(&said.text);
        }
    }
}

/// An element without attributes around a text.
pub(super) fn element<S: Copy>(html: &mut Html<S>, name: &'static str, text: &Said) {
    html.raw("<").raw(name).raw(">");
    said(html, text);
    html.raw("</").raw(name).raw(">\n");
}

/// A text of the policy: addresses in angle brackets (`<https://…>`) are links.
pub(super) fn prose<S: Copy>(html: &mut Html<S>, text: &Said) {
    let mut rest = text.text.as_str();
    if let Some(language) = &text.language {
        html.raw("<span").attribute("lang", language).raw(">");
    }
    while let Some((before, address, after)) = link(rest) {
        html.text(before).raw("<a").attribute("href", address).raw(">").text(address).raw("</a>");
        rest = after;
    }
    html.text(rest);
    if text.language.is_some() {
        html.raw("</span>");
    }
}

/// The first `<http…>` of a text, with what is before and after it.
pub(super) fn link(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('<').map(|at| at + from) {
        let (before, rest) = (text.get(..at)?, text.get(at + 1..)?);
        if let Some((address, after)) = rest.split_once('>')
            && (address.starts_with("https://") || address.starts_with("http://"))
            && !address.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<')
        {
            return Some((before, address, after));
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::html::Never;
    use super::*;

    fn of(text: &str) -> String {
        let mut html = Html::<Never>::new();
        prose(&mut html, &Said { text: text.to_owned(), language: None });
        html.finish()
    }

    #[test]
    fn addresses_in_angle_brackets_are_links_and_nothing_else_is() {
        assert_eq!(
            of("on <https://a.example/?b&c> & <b>"),
            "on <a href=\"https://a.example/?b&amp;c\">https://a.example/?b&amp;c</a> &amp; &lt;b&gt;"
        );
        for text in ["<javascript:alert(1)>", "<https://a b>", "<https://a", "<https://a\n>", "https://a"] {
            assert!(!of(text).contains("<a"), "{text}");
        }
        assert!(of("< <https://a>").contains("<a href=\"https://a\">"));
    }
}
