//! How many gateways a request may still pass: Max-Forwards, which counts for OPTIONS (RFC 9110 7.6.2). TRACE is refused.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, MAX_FORWARDS};
use http::{Response, StatusCode};

/// Counts this gateway; whether the request may go on. What is no number says nothing.
pub(super) fn count(headers: &mut HeaderMap) -> bool {
    let Some(field) = headers.get(MAX_FORWARDS) else { return true };
    let digits = field.to_str().ok().filter(|text| text.bytes().all(|octet| octet.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse::<u64>().ok()) {
        Some(0) => false,
        Some(left) => {
            headers.insert(MAX_FORWARDS, HeaderValue::from(left - 1));
            true
        }
        None => true,
    }
}

/// The answer of the last one that the request may reach.
pub(super) fn last() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gateway_counts_one() {
        let table = [
            ("3", Some("2")),
            ("1", Some("0")),
            ("0", None),
            ("00", None),
            ("", Some("")),
            ("-1", Some("-1")),
        ];
        for (came, left) in table {
            let mut headers = HeaderMap::from_iter([(MAX_FORWARDS, HeaderValue::from_static(came))]);
            let goes = count(&mut headers);
            assert_eq!(goes.then(|| headers[MAX_FORWARDS].to_str().unwrap()), left, "{came}");
        }
        assert!(count(&mut HeaderMap::new()));
    }
}
