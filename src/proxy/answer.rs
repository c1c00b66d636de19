//! The field lines of an answer while its head is read.

use http::HeaderValue;
use http::header;

use super::exchange::Exchange;
use crate::audit::observed::Sighting;
use crate::config::Site;
use crate::cookie::SetCookie;
use crate::policy::{Reason, Verdict};
use crate::upstream::{Kept, Line};

/// `Set-Cookie` lines for which there is room at once.
const USUAL: usize = 8;

/// What becomes of a line. Set-Cookie lines are put aside, to be judged together. One with a control character, which no
/// browser takes, is dropped and is no reason to refuse a page; in any other field it is. What speaks of nothing but
/// this connection ends here.
pub(super) fn field(
    exchange: &mut Exchange,
    site: &Site,
    set_cookies: &mut Vec<HeaderValue>,
    line: Line<'_>,
) -> Kept {
    // All that is looked for has a name of 4, 10 or 17 octets, which most have not.
    if !matches!(line.name.as_str().len(), 4 | 10 | 17) {
        return line.kept();
    }
    if *line.name == header::DATE {
        exchange.dated = true;
        return line.kept();
    }
    if *line.name == header::SET_COOKIE {
        if let Some(value) = line.value() {
            if set_cookies.capacity() == 0 {
                set_cookies.reserve(USUAL);
            }
            set_cookies.push(value);
            return Kept::Aside;
        }
        let verdict = Verdict::Strip(Reason::ControlCharacter);
        exchange.judged(site, Sighting::Broken(SetCookie::parse(line.octets).name()), verdict);
        return Kept::Drop;
    }
    if *line.name == header::TRANSFER_ENCODING {
        exchange.coded = true;
        return Kept::Drop;
    }
    let ends =
        *line.name == header::CONNECTION && names_no_field(line.octets) || line.name.as_str() == "keep-alive";
    if ends { Kept::Drop } else { line.kept() }
}

/// `Connection` with one of the two options that name no field.
fn names_no_field(connection: &[u8]) -> bool {
    connection.eq_ignore_ascii_case(b"keep-alive") || connection.eq_ignore_ascii_case(b"close")
}
