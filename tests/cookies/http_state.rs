//! The http-state cases against the model, where a file holds them: `TAMIS_HTTP_STATE` names it. `cookie::tests` reads
//! them with tamis.

use serde::Deserialize;

use crate::corpus::{NOW, octets};
use crate::model::Received;

#[derive(Deserialize)]
struct Document {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    set_cookie: Vec<String>,
    stored: Vec<Option<Kept>>,
}

#[derive(Deserialize)]
struct Kept {
    name: String,
    value: String,
    attrs: std::collections::BTreeMap<String, String>,
}

#[test]
fn the_model_reads_the_http_state_cases() {
    let Some(path) = std::env::var_os("TAMIS_HTTP_STATE") else {
        println!("TAMIS_HTTP_STATE is not set: the http-state cases did not run");
        return;
    };
    let document: Document = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut seen = 0;
    for Entry { id, set_cookie, stored } in &document.entries {
        assert_eq!(set_cookie.len(), stored.len(), "{id}");
        for (line, kept) in set_cookie.iter().zip(stored) {
            seen += 1;
            let received = Received::parse(&octets(line), NOW).ok();
            let received = received.filter(|cookie| !(cookie.name.is_empty() && cookie.value.is_empty()));
            let named = |cookie: &Received| (cookie.name.clone(), cookie.value.clone());
            let wanted = kept.as_ref().map(|kept| (octets(&kept.name), octets(&kept.value)));
            assert_eq!(received.as_ref().map(named), wanted, "{id}");
            let (Some(Received { attributes, .. }), Some(kept)) = (received, kept) else { continue };
            let attribute = |name: &str| kept.attrs.get(name).map(|value| octets(value));
            let domain = attribute("domain");
            let domain = domain.map(|of| of.strip_prefix(b".").unwrap_or(&of).to_ascii_lowercase());
            assert_eq!(attributes.domain.unwrap_or_default(), domain.unwrap_or_default(), "{id}");
            let path = attribute("path").filter(|path| path.starts_with(b"/"));
            assert_eq!(attributes.path.flatten(), path, "{id}");
            assert_eq!(attributes.secure, attribute("secure").is_some(), "{id}");
            assert!(attributes.expires.is_none() || attribute("expires").is_some(), "{id}");
            assert!(attributes.max_age.is_none() || attribute("max-age").is_some(), "{id}");
        }
    }
    assert!(seen > 100, "{seen} lines");
}
