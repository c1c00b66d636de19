//! W3C Trace Context (level 1, Recommendation of 23 November 2021): which trace a request belongs to.
//!
//! tamis reports no spans, so a valid `traceparent` and all `tracestate` go on as they came, and the log says the trace.

use aws_lc_rs::rand;
use http::HeaderValue;
use http::header::HeaderMap;

use super::present::Present;
use crate::config::TraceContext;
use crate::consent::hex;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The trace of a request, in hexadecimal digits.
pub(super) type TraceId = [u8; 32];

/// The trace of a request. Where it belongs to none, one begins with it if that is wanted.
pub(super) fn context(headers: &mut HeaderMap, present: Present, wanted: TraceContext) -> Option<TraceId> {
    let trace = if present.has(Present::TRACEPARENT) { said(headers) } else { None };
    match wanted {
        TraceContext::Generate if trace.is_none() => begin(headers),
        _ => trace,
    }
}

/// The trace that the request says.
fn said(headers: &HeaderMap) -> Option<TraceId> {
    let mut fields = headers.get_all(TRACEPARENT).iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => read(field.as_bytes()),
        // Several are none (3.2.2: one field).
        _ => None,
    }
}

/// The trace-id of a valid field: version, trace-id, parent-id and flags (3.2.2); later versions may have more (3.2.4).
fn read(field: &[u8]) -> Option<TraceId> {
    let part = |from: usize, to: usize| {
        let digits = field.get(from..to)?;
        let hexadecimal = |octet: &u8| octet.is_ascii_digit() || (b'a'..=b'f').contains(octet);
        digits.iter().all(hexadecimal).then_some(digits)
    };
    let (version, trace, parent) = (part(0, 2)?, part(3, 35)?, part(36, 52)?);
    part(53, 55)?;
    let dashes = [2, 35, 52].into_iter().all(|at| field.get(at) == Some(&b'-'));
    let end = match version {
        b"00" => field.len() == 55,
        b"ff" => false,
        _ => matches!(field.get(55), None | Some(b'-')),
    };
    let some = |digits: &[u8]| digits.iter().any(|digit| *digit != b'0');
    (dashes && end && some(trace) && some(parent)).then(|| trace.try_into().ok())?
}

/// Begins a trace, sampled: a tracer that follows its callers would otherwise record nothing. A `tracestate` without a
/// valid `traceparent` says nothing and goes (3.3.1.1, 4.3).
fn begin(headers: &mut HeaderMap) -> Option<TraceId> {
    let mut random = [0; 24];
    rand::fill(&mut random).ok()?;
    let digits = hex::encode(&random);
    let (trace, parent) = digits.split_at_checked(32)?;
    let field = HeaderValue::try_from(format!("00-{trace}-{parent}-01")).ok()?;
    headers.insert(TRACEPARENT, field);
    headers.remove(TRACESTATE);
    trace.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &mut HeaderMap, wanted: TraceContext) -> Option<TraceId> {
        let present = Present::among(headers);
        context(headers, present, wanted)
    }

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn what_is_valid() {
        let parent = "b7ad6b7169203331";
        let good = [
            format!("00-{TRACE}-{parent}-01"),
            format!("00-{TRACE}-{parent}-00"),
            format!("cc-{TRACE}-{parent}-01"),
            format!("cc-{TRACE}-{parent}-01-what-comes-later"),
        ];
        for field in good {
            assert_eq!(
                read(field.as_bytes()).as_ref().map(|id| id.as_slice()),
                Some(TRACE.as_bytes()),
                "{field}"
            );
        }
        let bad = [
            String::new(),
            format!("00-{TRACE}-{parent}"),
            format!("00-{TRACE}-{parent}-01-more"),
            format!("00-{TRACE}-{parent}-01."),
            format!("cc-{TRACE}-{parent}-01.later"),
            format!("ff-{TRACE}-{parent}-01"),
            format!("00-{}-{parent}-01", TRACE.to_uppercase()),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{parent}-0x"),
            format!("00_{TRACE}-{parent}-01"),
            format!("0-{TRACE}-{parent}-01"),
            format!("00-{TRACE}{TRACE}-01"),
        ];
        for field in bad {
            assert_eq!(read(field.as_bytes()), None, "{field}");
        }
    }

    #[test]
    fn a_trace_begins_where_that_is_wanted() {
        let mut headers = HeaderMap::new();
        headers.insert(TRACESTATE, HeaderValue::from_static("a=1"));
        assert_eq!(of(&mut headers, TraceContext::Pass), None);
        assert_eq!((headers.len(), headers.contains_key(TRACESTATE)), (1, true));
        let begun = of(&mut headers, TraceContext::Generate).unwrap();
        assert!(!headers.contains_key(TRACESTATE));
        assert_eq!(of(&mut headers, TraceContext::Pass), Some(begun));
        headers.insert(TRACESTATE, HeaderValue::from_static("a=1"));
        assert_eq!(of(&mut headers, TraceContext::Generate), Some(begun), "it belongs to one now");
        assert_eq!(headers.len(), 2);
        let twice = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        headers.append(TRACEPARENT, twice);
        assert_eq!(of(&mut headers, TraceContext::Pass), None, "several are none");
        assert_ne!(of(&mut headers, TraceContext::Generate), Some(begun));
        assert_eq!(headers.get_all(TRACEPARENT).iter().count(), 1);
    }
}
