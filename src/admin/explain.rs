//! `/explain`: the verdict on a cookie by the rules that are served now, as `tamis explain --format json` has it.

use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode;
use serde_json::Value;

use super::sites::word;
use crate::config::{Site, Snapshot};
use crate::policy::Inquiry;

/// What can be asked, one line each.
const USAGE: &str = "\
ask for at least one of name, cookie and set_cookie, each percent-encoded and repeated as you like:
  name=_ga                     a cookie of that name in a request
  cookie=a%3D1%3B%20b%3D2      a Cookie field
  set_cookie=_ga%3D1%3B%20Path%3D/   a Set-Cookie field
  consent=VALUE                the visitor's choice as its cookie has it
  gpc=1                        the request says Sec-GPC: 1
  site=HOST                    needed where there are several sites
  path=/                       the path of the request
";

/// Answers a query.
///
/// # Errors
/// It asks for nothing, or for what there isn't; in words.
pub(super) fn explain(snapshot: &Snapshot, query: &str) -> Result<Value, String> {
    let parameters: Vec<(&str, Vec<u8>)> =
        query.split('&').filter(|part| !part.is_empty()).map(parameter).collect();
    let known = ["name", "cookie", "set_cookie", "consent", "gpc", "site", "path"];
    if parameters.iter().any(|(key, _)| !known.contains(key)) {
        return Err(format!("there is a parameter that is not known\n{USAGE}"));
    }
    let all = |wanted: &'static str| {
        parameters.iter().filter(move |(key, _)| *key == wanted).map(|(_, value)| value.as_slice())
    };
    let one = |wanted| all(wanted).next();
    let named: Vec<Vec<u8>> = all("name").map(|name| [name, b"="].concat()).collect();
    let cookies: Vec<&[u8]> = named.iter().map(Vec::as_slice).chain(all("cookie")).collect();
    let set_cookies: Vec<&[u8]> = all("set_cookie").collect();
    if cookies.is_empty() && set_cookies.is_empty() {
        return Err(USAGE.to_owned());
    }
    let site = site(snapshot, one("site"))?;
    let (policy, consent, gpc) = (&site.policy, one("consent"), one("gpc") == Some(b"1"));
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let told = Inquiry { policy, cookies, set_cookies, dump: b"", consent, gpc, now }.answer();
    let path = String::from_utf8_lossy(one("path").unwrap_or(b"/"));
    Ok(told.json(policy, Some(&site.name), word(site.mode(&path))))
}

/// A key and its value, decoded (application/x-www-form-urlencoded, as forms and curl's `--data-urlencode` write it).
fn parameter(part: &str) -> (&str, Vec<u8>) {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    let spaced: Vec<u8> = value.bytes().map(|octet| if octet == b'+' { b' ' } else { octet }).collect();
    (key, percent_decode(&spaced).collect())
}

/// The site that takes a host; without a host, the only one.
fn site<'a>(snapshot: &'a Snapshot, host: Option<&[u8]>) -> Result<&'a Site, String> {
    let names = || snapshot.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(host) = host {
        let found = std::str::from_utf8(host).ok().and_then(|host| snapshot.sites.find(host));
        return found.ok_or_else(|| format!("no site takes this host; there are {}\n", names()));
    }
    let mut sites = snapshot.sites.iter();
    match (sites.next(), sites.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!("there are several sites, choose one by site=HOST: {}\n", names())),
    }
}
