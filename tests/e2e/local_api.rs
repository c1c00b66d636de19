//! The choice as JSON, for a site's own banner.

use serde_json::{Value, json};

use crate::kit::{Agent, Message, answering, gateway, page};

const OURS: &str = "Sec-Fetch-Site: same-origin";
const REFUSED: &str = r#"Cookie: cookies_preferences={"analytics":false,"marketing":false,"matomo":false}"#;

fn put(agent: &mut Agent, fields: &[&str], body: &str) -> Message {
    let length = format!("Content-Length: {}", body.len());
    agent.ask("PUT /.tamis/consent", &[&[OURS, "Content-Type: application/json", &length], fields].concat());
    agent.send(body);
    agent.answer()
}

fn read(answer: &Message) -> Value {
    assert_eq!(answer.value("content-type"), "application/json");
    assert_eq!(answer.value("cache-control"), "private, no-store");
    serde_json::from_slice(&answer.body).unwrap()
}

fn kept(answer: &Message) -> String {
    let all = answer.values("set-cookie").into_iter().filter(|value| !value.contains("Max-Age=0"));
    let pairs: Vec<String> = all.map(|value| value.split(';').next().unwrap().to_owned()).collect();
    format!("Cookie: {}", pairs.join("; "))
}

#[test]
fn what_is_chosen_and_what_is_to_be_asked() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let nothing = read(&agent.request("GET /.tamis/consent", &[]));
    assert_eq!(
        nothing,
        json!({
            "choices": {"statistical": null, "third-party": null, "matomo": null},
            "asked": ["statistical", "third-party", "matomo"],
            "id": null, "time": null, "version": null, "gpc": false,
        })
    );
    let refused = read(&agent.request("GET /.tamis/consent", &[REFUSED]));
    assert_eq!(refused["choices"], json!({"statistical": false, "third-party": false, "matomo": false}));
    assert_eq!(refused["asked"], json!([]));
    // What the signal denies is answered by it, and is no answer of the visitor's.
    let signal = read(&agent.request("GET /.tamis/consent", &["Sec-GPC: 1"]));
    assert_eq!((&signal["gpc"], &signal["choices"]["third-party"]), (&json!(true), &Value::Null));
    assert_eq!(signal["asked"], json!(["statistical", "matomo"]));
    assert!(origin.heard_nothing());
}

#[test]
fn a_choice_is_put_and_keeps_what_it_does_not_name() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let first = put(&mut agent, &[], r#"{"choices": {"third-party": false}}"#);
    let state = read(&first);
    assert_eq!(state["choices"], json!({"statistical": null, "third-party": false, "matomo": null}));
    assert_eq!(state["asked"], json!(["statistical", "matomo"]));
    assert_eq!(state["version"], "2026-11-23");
    let id = state["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|octet| octet.is_ascii_hexdigit()));
    let cookies = kept(&first);
    let second = put(
        &mut agent,
        &[&cookies],
        r#"{"choices": {"analytics": true, "necessary": true}, "language": "en"}"#,
    );
    let state = read(&second);
    assert_eq!(state["choices"], json!({"statistical": true, "third-party": false, "matomo": true}));
    assert_eq!((&state["asked"], &state["id"]), (&json!([]), &json!(id)));
    assert_eq!(read(&agent.request("GET /.tamis/consent", &[&kept(&second)]))["choices"], state["choices"]);
}

#[test]
fn what_chooses_nothing_renews_nothing() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for body in [r#"{"choices": {}}"#, r#"{"choices": {"necessary": true}}"#] {
        let answer = put(&mut agent, &[REFUSED], body);
        assert_eq!((answer.status(), answer.values("set-cookie").len()), (200, 0), "{body}");
        assert_eq!(read(&answer)["choices"]["matomo"], json!(false));
    }
}

#[test]
fn what_is_put_wrongly_says_what_would_be_right() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    for (body, status, word) in [
        ("{", 400, "syntax"),
        ("[]", 422, "shape"),
        (r#"{"statistical": true}"#, 422, "shape"),
        (r#"{"choices": {"statistics": true}}"#, 422, "unknown-key"),
        (r#"{"choices": {"statistical": 1}}"#, 422, "not-boolean"),
        (r#"{"choices": {"necessary": false}}"#, 422, "exempt"),
        (r#"{"choices": {"statistical": false, "statistical": true}}"#, 422, "disagreeing"),
    ] {
        let answer = put(&mut agent, &[], body);
        let fault = read(&answer);
        assert_eq!(
            (answer.status(), &fault["error"], answer.has("set-cookie")),
            (status, &json!(word), false)
        );
        assert!(fault["message"].as_str().unwrap().len() > 10);
    }
    let unknown = read(&put(&mut agent, &[], r#"{"choices": {"statistics": true}}"#));
    assert!(unknown["message"].as_str().unwrap().ends_with("statistical, third-party, matomo"));
    agent.ask("PUT /.tamis/consent", &[OURS, "Content-Type: text/plain", "Content-Length: 2"]);
    agent.send("{}");
    let answer = agent.answer();
    assert_eq!((answer.status(), &read(&answer)["error"]), (415, &json!("media-type")));
    let mut agent = gateway.agent();
    let large = format!(r#"{{"choices": {{}}, "x": "{}"}}"#, "y".repeat(16 * 1024));
    let answer = put(&mut agent, &[], &large);
    assert_eq!((answer.status(), &read(&answer)["error"]), (413, &json!("too-large")));
}

#[test]
fn forgetting_expires_the_choice_and_what_it_granted() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let made = put(&mut agent, &[], r#"{"choices": {"statistical": true, "third-party": true}}"#);
    let cookies = format!("{}; _ga=1; _fbp=2; sessionid=3", kept(&made));
    let answer = agent.request("DELETE /.tamis/consent", &[OURS, &cookies]);
    let state = read(&answer);
    assert_eq!((answer.status(), &state["id"]), (200, &Value::Null));
    assert_eq!(state["choices"], json!({"statistical": null, "third-party": null, "matomo": null}));
    let gone = answer.values("set-cookie");
    for name in ["cookies_preferences", "tamis_choice", "_ga", "_fbp"] {
        let field = format!("{name}=; ");
        assert!(
            gone.iter().any(|cookie| cookie.starts_with(&field) && cookie.contains("Max-Age=0")),
            "{name}"
        );
    }
    assert!(gone.iter().all(|cookie| cookie.contains("Max-Age=0") && !cookie.starts_with("sessionid")));
    // Nothing to forget is no fault.
    assert_eq!(agent.request("DELETE /.tamis/consent", &[OURS]).status(), 200);
}

#[test]
fn head_says_what_get_would() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let length = agent.request("GET /.tamis/consent", &[]).body.len().to_string();
    let head = agent.request("HEAD /.tamis/consent", &[]);
    assert_eq!((head.status(), head.value("content-length")), (200, length));
}
