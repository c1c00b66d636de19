//! `/observed`: which cookies were seen.

use http::{HeaderValue, StatusCode, header, request::Parts};

use super::Operator;
use super::answer::{Answer, JSON, TEXT, content, text};
use crate::audit::observed::{Closed, Order};

const HTML: &str = "text/html; charset=utf-8";
const YAML: &str = "application/yaml";
/// The page has its style in itself and loads, sends and frames nothing.
const LIMITS: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    form: Form,
    order: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Html,
    Yaml,
}

const FORMS: [(&str, Form); 4] =
    [("text", Form::Text), ("json", Form::Json), ("html", Form::Html), ("yaml", Form::Yaml)];

/// Answers with the report as of now, in the form and order that the query names.
pub(super) async fn observed(operator: &Operator, parts: &Parts) -> Answer {
    let asked = match Asked::read(parts.uri.query().unwrap_or_default(), accepts_html(parts)) {
        Ok(asked) => asked,
        Err(sentence) => return text(StatusCode::BAD_REQUEST, sentence),
    };
    let Some(observations) = &operator.observed else {
        return text(StatusCode::NOT_FOUND, "this gateway observes nothing: `observations: off`\n");
    };
    let report = match observations.report().await {
        Ok(report) => report,
        Err(Closed) => return text(StatusCode::SERVICE_UNAVAILABLE, format!("{Closed}\n")),
    };
    match asked.form {
        Form::Text => content(StatusCode::OK, TEXT, report.sorted(asked.order).text()),
        Form::Json => content(StatusCode::OK, JSON, format!("{:#}\n", report.sorted(asked.order).json())),
        Form::Yaml => content(StatusCode::OK, YAML, report.yaml()),
        Form::Html => {
            let mut answer = content(StatusCode::OK, HTML, report.html(asked.order, true));
            let fields = answer.headers_mut();
            fields.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(LIMITS));
            fields.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            answer
        }
    }
}

impl Asked {
    /// Reads a query; `page` says whether a page is the form of which none is named.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(query: &str, page: bool) -> Result<Self, String> {
        let form = if page { Form::Html } else { Form::Text };
        let mut asked = Self { form, order: Order::default() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("format", word)) => asked.form = choice(&FORMS, "format", word)?,
                Some(("sort", word)) => asked.order = choice(&Order::ALL, "sort", word)?,
                _ => return Err("there are `format` and `sort`\n".to_owned()),
            }
        }
        Ok(asked)
    }
}

fn choice<T: Copy>(words: &[(&str, T)], what: &str, word: &str) -> Result<T, String> {
    let found = words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        format!("`{what}` is one of {}\n", words.join(", "))
    })
}

/// Whether a browser asks.
fn accepts_html(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.split([',', ';']).any(|range| range.trim() == "text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_form_and_order() {
        let read = |query: &str| Asked::read(query, false);
        assert_eq!(read(""), Ok(Asked { form: Form::Text, order: Order::Importance }));
        assert_eq!(read("format=html&sort=last"), Ok(Asked { form: Form::Html, order: Order::Last }));
        assert_eq!(Asked::read("", true).unwrap().form, Form::Html);
        assert_eq!(Asked::read("format=json", true).unwrap().form, Form::Json);
        assert_eq!(read("format=xml"), Err("`format` is one of text, json, html, yaml\n".to_owned()));
        assert!(read("sort=").unwrap_err().contains("importance"));
        assert!(read("q=1").is_err());
    }
}
