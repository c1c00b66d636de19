//! Keeping a response whose cookies are one visitor's from caches that serve it to others.
//!
//! Neither Cookie nor Set-Cookie keeps a shared cache from storing a response (RFC 9111 7.3); only its directives do.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};

/// Makes a response one that only the user agent's own cache may store: `public` and `s-maxage` out of Cache-Control,
/// `private` in, and no field that speaks to caches on the way past Cache-Control. All other directives keep their
/// octets and order. A response that no cache may store is left as it is.
pub(super) fn make_private(headers: &mut HeaderMap) {
    // These go first in any case: a cache that knows one of them ignores Cache-Control (RFC 9213 2.2).
    remove_targeted(headers);
    let said = directives(headers);
    if !said.never_stored() {
        rewrite(headers, &said);
    }
}

/// Whether the response itself asks shared caches to store it. Without a word of that they leave alone what has a
/// Set-Cookie, though they may store it.
pub(super) fn is_offered(headers: &HeaderMap) -> bool {
    let said = directives(headers);
    targeted(headers).next().is_some() || ((said.public || said.s_maxage) && !said.never_stored())
}

/// Whether a shared cache may store the response (RFC 9111 3). Where the standard leaves it to extensions, yes.
pub(super) fn is_storable(
    method: &Method,
    authorized: bool,
    status: StatusCode,
    headers: &HeaderMap,
) -> bool {
    if targeted(headers).next().is_some() {
        return true;
    }
    let said = directives(headers);
    if said.never_stored() || said.private || status.is_informational() {
        return false;
    }
    let explicit = said.max_age || said.public || said.s_maxage || headers.contains_key(header::EXPIRES);
    // RFC 9110 9.2.3: GET and HEAD; POST with explicit freshness only.
    let method = matches!(*method, Method::GET | Method::HEAD) || (*method == Method::POST && explicit);
    // RFC 9111 3.5.
    let allowed = !authorized || said.public || said.s_maxage || said.must_revalidate;
    // RFC 9110 15.1: heuristically cacheable.
    let heuristic = matches!(
        status.as_u16(),
        200 | 203 | 204 | 206 | 300 | 301 | 304 | 308 | 404 | 405 | 410 | 414 | 501
    );
    method && allowed && (explicit || heuristic)
}

/// The directives that matter here.
#[derive(Default)]
struct Directives {
    no_store: bool,
    must_understand: bool,
    private: bool,
    public: bool,
    s_maxage: bool,
    max_age: bool,
    must_revalidate: bool,
}

impl Directives {
    /// `must-understand` beside it lets a cache ignore `no-store` (RFC 9111 5.2.2.3).
    fn never_stored(&self) -> bool {
        self.no_store && !self.must_understand
    }
}

fn directives(headers: &HeaderMap) -> Directives {
    let mut said = Directives::default();
    for line in headers.get_all(header::CACHE_CONTROL) {
        for directive in Elements(Some(line.as_bytes())) {
            let (name, qualified) = name(directive);
            let known = [
                ("no-store", &mut said.no_store),
                ("must-understand", &mut said.must_understand),
                ("public", &mut said.public),
                ("s-maxage", &mut said.s_maxage),
                ("max-age", &mut said.max_age),
                ("must-revalidate", &mut said.must_revalidate),
            ];
            // With field names it is about these fields alone, and many caches do not read them (RFC 9111 5.2.2.7).
            said.private |= !qualified && name.eq_ignore_ascii_case(b"private");
            for (known, there) in known {
                *there |= name.eq_ignore_ascii_case(known.as_bytes());
            }
        }
    }
    said
}

/// Takes `public` and `s-maxage` out and puts `private` in.
fn rewrite(headers: &mut HeaderMap, said: &Directives) {
    if said.private && !said.public && !said.s_maxage {
        return;
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
        return;
    }
    let unwanted = |directive: &&[u8]| {
        let (name, _) = name(directive);
        name.eq_ignore_ascii_case(b"public") || name.eq_ignore_ascii_case(b"s-maxage")
    };
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in headers.get_all(header::CACHE_CONTROL) {
        let line = line.as_bytes();
        if !Elements(Some(line)).any(|directive| unwanted(&directive)) {
            lines.push(line.to_vec());
            continue;
        }
        let kept: Vec<&[u8]> = Elements(Some(line)).filter(|directive| !unwanted(directive)).collect();
        let kept = kept.join(b",".as_slice()).trim_ascii().to_vec();
        if !kept.is_empty() {
            lines.push(kept);
        }
    }
    if !said.private {
        match lines.last_mut() {
            Some(last) if !last.trim_ascii().is_empty() => last.extend_from_slice(b", private"),
            Some(empty) => *empty = b"private".to_vec(),
            None => lines.push(b"private".to_vec()),
        }
    }
    headers.remove(header::CACHE_CONTROL);
    for line in lines {
        // Octets of field values, cut and joined at commas, always make a field value.
        if let Ok(line) = HeaderValue::from_maybe_shared(bytes::Bytes::from(line)) {
            headers.append(header::CACHE_CONTROL, line);
        }
    }
}

/// Fields that some caches on the way follow instead of Cache-Control: Surrogate-Control, the targeted ones of RFC 9213
/// (by convention their names end in -Cache-Control), and those of nginx and Akamai.
fn targeted(headers: &HeaderMap) -> impl Iterator<Item = &HeaderName> {
    headers.keys().filter(|name| {
        let name = name.as_str();
        name.ends_with("-cache-control")
            || ["surrogate-control", "x-accel-expires", "edge-control"].contains(&name)
    })
}

fn remove_targeted(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = targeted(headers).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// A directive's name, and whether it has an argument.
fn name(directive: &[u8]) -> (&[u8], bool) {
    let mut parts = directive.splitn(2, |octet| *octet == b'=');
    (parts.next().unwrap_or_default().trim_ascii(), parts.next().is_some())
}

/// The elements of a comma-separated list, white space included; a comma in a quoted-string separates nothing
/// (RFC 9110 5.6.1, 5.6.4).
struct Elements<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let (mut quoted, mut escaped) = (false, false);
        let end = rest.iter().position(|octet| {
            match octet {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b',' if !quoted => return true,
                _ => {}
            }
            false
        });
        let (element, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, b""));
        self.0 = end.and_then(|_| after.get(1..));
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let line = |line: &&str| {
            let (name, value) = line.split_once(':').unwrap();
            (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value.trim_start()).unwrap())
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn shared_caches_are_kept_out() {
        let table: &[(&[&str], &[&str])] = &[
            (&[], &["cache-control: private"]),
            (&["cache-control: "], &["cache-control: private"]),
            (&["cache-control: public"], &["cache-control: private"]),
            (&["cache-control: public, max-age=60"], &["cache-control: max-age=60, private"]),
            (&["cache-control: max-age=60,PUBLIC"], &["cache-control: max-age=60, private"]),
            (
                &["cache-control: Max-Age=60 , S-MaxAge=\"9\",x=\"a, public\\\", s-maxage\""],
                &["cache-control: Max-Age=60 ,x=\"a, public\\\", s-maxage\", private"],
            ),
            (
                &["cache-control: public", "cache-control: max-age=1", "cache-control: s-maxage=2"],
                &["cache-control: max-age=1, private"],
            ),
            (
                &["cache-control: private=\"set-cookie\", max-age=1"],
                &["cache-control: private=\"set-cookie\", max-age=1, private"],
            ),
            (&["cache-control:  PRIVATE , max-age=1 "], &["cache-control: PRIVATE , max-age=1 "]),
            (&["cache-control: private, s-maxage=5"], &["cache-control: private"]),
            (&["cache-control: no-store, public"], &["cache-control: no-store, public"]),
            (
                &["cache-control: no-store, must-understand, public"],
                &["cache-control: no-store, must-understand, private"],
            ),
            (
                &["surrogate-control: max-age=9", "cdn-cache-control: public", "cache-control: no-store"],
                &["cache-control: no-store"],
            ),
            (
                &["Cloudflare-CDN-Cache-Control: max-age=9", "x-accel-expires: 9", "expires: 0"],
                &["expires: 0", "cache-control: private"],
            ),
        ];
        for (before, after) in table {
            let mut map = headers(before);
            make_private(&mut map);
            assert_eq!(map, headers(after), "{before:?}");
            let once = map.clone();
            make_private(&mut map);
            assert_eq!(map, once, "{before:?}");
            assert!(!is_storable(&Method::GET, false, StatusCode::OK, &map), "{before:?}");
        }
    }

    #[test]
    fn storable_by_a_shared_cache() {
        let table: &[(&str, u16, &[&str], bool)] = &[
            ("GET", 200, &[], true),
            ("HEAD", 404, &[], true),
            ("GET", 302, &[], false),
            ("GET", 302, &["cache-control: max-age=1"], true),
            ("GET", 500, &["expires: Thu, 01 Jan 1970 00:00:00 GMT"], true),
            ("GET", 200, &["cache-control: private"], false),
            ("GET", 200, &["cache-control: private=\"set-cookie\""], true),
            ("GET", 200, &["cache-control: no-store"], false),
            ("GET", 200, &["cache-control: no-cache"], true),
            ("GET", 200, &["cache-control: no-store", "cdn-cache-control: max-age=1"], true),
            ("POST", 200, &[], false),
            ("POST", 200, &["cache-control: max-age=1"], true),
            ("PUT", 200, &["cache-control: max-age=1"], false),
            ("GET", 101, &[], false),
        ];
        for (method, status, lines, expected) in table {
            let method = Method::try_from(*method).unwrap();
            let status = StatusCode::from_u16(*status).unwrap();
            assert_eq!(is_storable(&method, false, status, &headers(lines)), *expected, "{method} {lines:?}");
        }
        let authorized = |lines: &[&str]| is_storable(&Method::GET, true, StatusCode::OK, &headers(lines));
        assert!(!authorized(&[]) && !authorized(&["cache-control: max-age=9"]));
        assert!(authorized(&["cache-control: public"]) && authorized(&["cache-control: must-revalidate"]));
    }
}
