//! What the prefix of a cookie-name promises.

/// The promises of a cookie-name's prefix; browsers refuse a cookie whose attributes break one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// No `Domain`, and `Path=/` spelt out.
    pub host: bool,
}

impl Promise {
    /// Of `__Secure-` and `__Host-` (6265bis 4.1.3), `__Http-` and `__Host-Http-` (layered-cookies 5.6), in any case
    /// (6265bis 5.7, steps 20 and 21); nothing where the name has no such prefix.
    pub fn of(name: &[u8]) -> Self {
        let starts =
            |prefix: &[u8]| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let host = starts(b"__Host-");
        let http_only = starts(b"__Http-") || starts(b"__Host-Http-");
        Self { secure: host || http_only || starts(b"__Secure-"), http_only, host }
    }
}
