//! The reference policy of the rig, on octets.

/// The longest lifetime, in seconds.
const LONGEST: u64 = 34_128_000;
const CHOICE: &[u8] = b"cookies_preferences=";
const AGREED: &[u8] = b"\"analytics\":true";
const NECESSARY: [&[u8]; 5] =
    [b"sessionid", b"csrftoken", b"django_language", b"messages", b"cookies_preferences"];
const ANALYTICS: [&[u8]; 2] = [b"_ga", b"_gid"];
const ANALYTICS_BEGIN: [&[u8]; 3] = [b"_ga_", b"_pk_id.", b"_pk_ses."];

/// What becomes of one Set-Cookie field.
pub enum Fate {
    AsItIs,
    Gone,
    Instead(Vec<u8>),
}

/// Whether the visitor agreed to audience measurement.
pub fn agreed(cookies: &[u8]) -> bool {
    let choice = pairs(cookies).find_map(|pair| pair.strip_prefix(CHOICE));
    choice.is_some_and(|value| decoded(value).windows(AGREED.len()).any(|window| window == AGREED))
}

/// The Cookie field with what may pass, where that is less than all.
pub fn cookie(cookies: &[u8], agreed: bool) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(cookies.len());
    let mut all = true;
    for pair in pairs(cookies) {
        if !passes(name(pair), agreed) {
            all = false;
            continue;
        }
        if !kept.is_empty() {
            kept.extend_from_slice(b"; ");
        }
        kept.extend_from_slice(pair);
    }
    (!all).then_some(kept)
}

/// One Set-Cookie field.
pub fn set_cookie(field: &[u8], agreed: bool, secure: bool) -> Fate {
    let name = name(field);
    if !passes(name, agreed) {
        return Fate::Gone;
    }
    let hardened = name == b"sessionid";
    let mut parts = field.split(|octet| *octet == b';').map(<[u8]>::trim_ascii);
    let mut out = parts.next().unwrap_or_default().to_vec();
    let mut found = Found::default();
    for part in parts {
        let part = found.note(part);
        if hardened && begins(part, b"samesite=") {
            continue;
        }
        out.extend_from_slice(b"; ");
        if found.too_long.take().is_some() {
            out.extend_from_slice(format!("Max-Age={LONGEST}").as_bytes());
        } else {
            out.extend_from_slice(part);
        }
    }
    let complete = found.http_only && found.lax && (found.secure || !secure);
    if !found.shortened && (!hardened || complete) {
        return Fate::AsItIs;
    }
    if hardened {
        if secure && !found.secure {
            out.extend_from_slice(b"; Secure");
        }
        if !found.http_only {
            out.extend_from_slice(b"; HttpOnly");
        }
        out.extend_from_slice(b"; SameSite=Lax");
    }
    Fate::Instead(out)
}

/// Attributes that were seen.
#[derive(Default)]
struct Found {
    secure: bool,
    http_only: bool,
    lax: bool,
    shortened: bool,
    too_long: Option<()>,
}

impl Found {
    fn note<'a>(&mut self, part: &'a [u8]) -> &'a [u8] {
        self.secure |= part.eq_ignore_ascii_case(b"secure");
        self.http_only |= part.eq_ignore_ascii_case(b"httponly");
        self.lax |= part.eq_ignore_ascii_case(b"samesite=lax");
        if begins(part, b"max-age=") {
            let seconds = part.get(8..).and_then(|text| str::from_utf8(text).ok()?.parse::<u64>().ok());
            self.too_long = seconds.is_some_and(|seconds| seconds > LONGEST).then_some(());
            self.shortened |= self.too_long.is_some();
        }
        part
    }
}

fn passes(name: &[u8], agreed: bool) -> bool {
    NECESSARY.contains(&name)
        || agreed
            && (ANALYTICS.contains(&name)
                || ANALYTICS_BEGIN.iter().any(|beginning| name.starts_with(beginning)))
}

fn pairs(cookies: &[u8]) -> impl Iterator<Item = &[u8]> {
    cookies.split(|octet| *octet == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

fn name(pair: &[u8]) -> &[u8] {
    pair.split(|octet| matches!(octet, b'=' | b';')).next().unwrap_or_default()
}

fn begins(part: &[u8], word: &[u8]) -> bool {
    part.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let code = if *first == b'%' { after.split_at_checked(2) } else { None };
        let octet = code.and_then(|(code, _)| u8::from_str_radix(str::from_utf8(code).ok()?, 16).ok());
        rest = match (octet, code) {
            (Some(_), Some((_, behind))) => behind,
            _ => after,
        };
        out.push(octet.unwrap_or(*first));
    }
    out
}
