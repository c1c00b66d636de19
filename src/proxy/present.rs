//! Which of the fields that a request is asked for it has, learnt in one pass over its names: most requests have none of
//! them, and each look-up costs as much as all of this.

use http::header::HeaderMap;

use super::fields;

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Present(u16);

impl Present {
    pub(super) const CONTENT_LENGTH: Self = Self(1);
    pub(super) const COOKIE2: Self = Self(1 << 1);
    pub(super) const EXPECT: Self = Self(1 << 2);
    pub(super) const SEC_GPC: Self = Self(1 << 3);
    pub(super) const TE: Self = Self(1 << 4);
    pub(super) const TRACEPARENT: Self = Self(1 << 5);
    pub(super) const TRANSFER_ENCODING: Self = Self(1 << 6);
    pub(super) const UPGRADE: Self = Self(1 << 7);
    pub(super) const VIA: Self = Self(1 << 8);
    /// Any that may not go on: [`fields::clean_request`].
    pub(super) const UNWANTED: Self = Self(1 << 9);

    /// Those that there are.
    pub(super) fn among(headers: &HeaderMap) -> Self {
        Self(headers.keys().fold(0, |found, name| found | Self::named(name.as_str())))
    }

    /// Whether one of these is there.
    pub(super) fn has(self, fields: Self) -> bool {
        self.0 & fields.0 != 0
    }

    fn named(name: &str) -> u16 {
        let asked = match name {
            "content-length" => Self::CONTENT_LENGTH,
            "cookie2" => Self::COOKIE2,
            "expect" => Self::EXPECT,
            "sec-gpc" => Self::SEC_GPC,
            "te" => Self::TE,
            "traceparent" => Self::TRACEPARENT,
            "transfer-encoding" => Self::TRANSFER_ENCODING,
            "upgrade" => Self::UPGRADE,
            "via" => Self::VIA,
            _ => Self::default(),
        };
        let unwanted = if fields::is_unwanted(name, false) { Self::UNWANTED } else { Self::default() };
        asked.0 | unwanted.0
    }
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::*;

    fn among(names: &[&'static str]) -> Present {
        let value = HeaderValue::from_static("1");
        Present::among(&names.iter().map(|name| (HeaderName::from_static(name), value.clone())).collect())
    }

    #[test]
    fn each_is_found_by_its_name() {
        let table = [
            ("content-length", Present::CONTENT_LENGTH),
            ("cookie2", Present::COOKIE2),
            ("expect", Present::EXPECT),
            ("sec-gpc", Present::SEC_GPC),
            ("traceparent", Present::TRACEPARENT),
            ("via", Present::VIA),
        ];
        for (name, field) in table {
            assert_eq!(among(&["host", name, "cookie"]), field, "{name}");
        }
        assert_eq!(among(&["host", "cookie", "accept", "user-agent"]), Present::default());
    }

    #[test]
    fn what_may_not_go_on_is_noticed() {
        for name in
            ["connection", "te", "upgrade", "x_forwarded_for", "x-forwarded-proto", "x-consent", "forwarded"]
        {
            assert!(among(&["host", name]).has(Present::UNWANTED), "{name}");
        }
        assert!(among(&["te", "transfer-encoding"]).has(Present::TE));
        assert!(among(&["transfer-encoding"]).has(Present::TRANSFER_ENCODING));
        assert!(among(&["upgrade"]).has(Present::UPGRADE));
    }
}
