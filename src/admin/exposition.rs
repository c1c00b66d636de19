//! The text in which `/metrics` says what was counted: OpenMetrics for who asks for it, else that which every scraper reads.

use http::{HeaderMap, header};

/// What the library writes.
pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What there was before.
pub(super) const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether OpenMetrics is asked for, by name, and no less than plain text is (RFC 9110 12.5.1).
pub(super) fn is_open_metrics(fields: &HeaderMap) -> bool {
    let lines = fields.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let (mut open, mut plain) = (0.0_f64, 0.0_f64);
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let wanted = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/openmetrics-text" => &mut open,
            "text/plain" => &mut plain,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight: f64 = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        *wanted = weight.max(*wanted);
    }
    open > 0.0 && open >= plain
}

/// OpenMetrics as text of version 0.0.4: a counter is declared under the name of its samples, and there are no units and no
/// end. The samples are the same.
pub(super) fn plain(open: &str) -> String {
    let mut plain = String::with_capacity(open.len());
    let mut lines = open.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "# EOF" || line.starts_with("# UNIT ") {
            continue;
        }
        // HELP comes before TYPE, which says whether it is a counter.
        let kind = if line.starts_with("# HELP ") { lines.peek().copied().unwrap_or_default() } else { line };
        let declared = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE "));
        match declared.and_then(|declared| declared.split_once(' ')) {
            Some((name, rest)) if kind.starts_with("# TYPE ") && kind.ends_with(" counter") => {
                plain.extend([line.get(..7).unwrap_or_default(), name, "_total ", rest]);
            }
            _ => plain.push_str(line),
        }
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn open_metrics_are_for_who_asks_for_them() {
        let asked = |accept: &[&'static str]| {
            let fields = accept.iter().map(|line| (header::ACCEPT, HeaderValue::from_static(line)));
            is_open_metrics(&fields.collect())
        };
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                          application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,\
                          text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        assert!(asked(&[prometheus]) && asked(&["application/openmetrics-text"]));
        assert!(asked(&["text/plain;q=0.5", "Application/OpenMetrics-Text; version=1.0.0; q=0.5"]));
        for accept in [
            "*/*",
            "text/plain",
            "text/plain;version=0.0.4, application/openmetrics-text;q=0.5",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=much",
            "application/openmetrics",
        ] {
            assert!(!asked(&[accept]), "{accept}");
        }
        assert!(!asked(&[]));
    }

    #[test]
    fn plain_text_declares_what_it_has() {
        let open = "# HELP a First.\n# TYPE a counter\na_total{b=\"# TYPE\"} 1\n# HELP c_seconds How # long.\n\
                    # TYPE c_seconds gauge\n# UNIT c_seconds seconds\nc_seconds 2\n# EOF\n";
        let wanted = "# HELP a_total First.\n# TYPE a_total counter\na_total{b=\"# TYPE\"} 1\n\
                      # HELP c_seconds How # long.\n# TYPE c_seconds gauge\nc_seconds 2\n";
        assert_eq!(plain(open), wanted);
    }
}
