//! The form of the preference centre, the policy page and the banner, as browsers send it
//! (application/x-www-form-urlencoded, WHATWG URL 5.1).

use percent_encoding::percent_decode;

use crate::pages::Action;

/// A form that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) action: Action,
    /// The keys that were switched on.
    pub(super) grants: Vec<String>,
    /// The keys that were shown.
    pub(super) asks: Vec<String>,
    /// Those that were shown switched on.
    pub(super) was: Vec<String>,
    /// Where the visitor wants to go on, not yet looked at.
    pub(super) back: Option<String>,
    /// `banner`, `centre` or `policy`.
    pub(super) from: Option<String>,
    /// The language that it was shown in.
    pub(super) language: Option<String>,
    /// The text that it was shown with ([`Local::stamp`](super::Local::stamp)); forms of the site's own don't say.
    pub(super) shown: Option<String>,
}

impl Form {
    /// Reads a form's octets; `None` where it doesn't say what to do. What it says beyond is left out; of what may be
    /// said once, the first counts.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut action = None;
        let mut form = Self {
            action: Action::Save,
            grants: Vec::new(),
            asks: Vec::new(),
            was: Vec::new(),
            back: None,
            from: None,
            language: None,
            shown: None,
        };
        for (name, value) in pairs(octets) {
            match name.as_str() {
                "action" if action.is_none() => action = Some(Action::of(&value)?),
                "grant" => form.grants.push(value),
                "ask" => form.asks.push(value),
                "was" => form.was.push(value),
                "back" if form.back.is_none() => form.back = Some(value),
                "from" if form.from.is_none() => form.from = Some(value),
                "language" if form.language.is_none() => form.language = Some(value),
                "shown" if form.shown.is_none() => form.shown = Some(value),
                _ => {}
            }
        }
        Some(Self { action: action?, ..form })
    }
}

/// Names and values, decoded; octets that are no UTF-8 become U+FFFD.
pub(super) fn pairs(octets: &[u8]) -> impl Iterator<Item = (String, String)> {
    octets.split(|octet| *octet == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |octet| *octet == b'=');
        let mut next = || decoded(parts.next().unwrap_or_default());
        let name = next();
        (name, next())
    })
}

fn decoded(octets: &[u8]) -> String {
    let spaced: Vec<u8> = octets.iter().map(|octet| if *octet == b'+' { b' ' } else { *octet }).collect();
    String::from_utf8_lossy(&percent_decode(&spaced).collect::<Vec<u8>>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form() {
        let form = Form::read(
            b"action=save&grant=statistical&grant=third%2Dparty&ask=statistical&ask=third-party&ask=matomo&was=matomo\
              &back=%2Fa%3Fb%3Dc+d&from=centre&language=fr&action=accept-all&csrfmiddlewaretoken=x&&=&y",
        );
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            form,
            Some(Form {
                action: Action::Save,
                grants: words(&["statistical", "third-party"]),
                asks: words(&["statistical", "third-party", "matomo"]),
                was: words(&["matomo"]),
                back: Some("/a?b=c d".to_owned()),
                from: Some("centre".to_owned()),
                language: Some("fr".to_owned()),
                shown: None,
            })
        );
    }

    #[test]
    fn a_form_that_says_nothing() {
        for octets in
            ["", "grant=statistical", "action=", "action=Save", "action=save%00", "{\"action\":\"save\"}"]
        {
            assert_eq!(Form::read(octets.as_bytes()), None, "{octets}");
        }
        assert!(Form::read(b"action=save&grant=%FF%zz").is_some());
    }
}
