//! The form: a choice is written into its cookies, what it withdraws is expired, and the visitor goes back.

use crate::kit::{Agent, Message, Setup, answering, gateway, page};

const OURS: &str = "Sec-Fetch-Site: same-origin";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const ALL: &str = "ask=statistical&ask=third-party&ask=matomo";
const MAX_AGE: &str = "Path=/; Max-Age=15724800; SameSite=Lax";

/// Sends a form with further field lines.
fn send(agent: &mut Agent, fields: &[&str], form: &str) -> Message {
    let length = format!("Content-Length: {}", form.len());
    agent.ask("POST /.tamis/consent", &[&[OURS, FORM, &length], fields].concat());
    agent.send(form);
    agent.answer()
}

/// The cookies that a response sets, as a `Cookie` field line.
fn kept(answer: &Message) -> String {
    let all = answer.values("set-cookie").into_iter().filter(|value| !value.contains("Max-Age=0"));
    let pairs: Vec<String> = all.map(|value| value.split(';').next().unwrap().to_owned()).collect();
    format!("Cookie: {}", pairs.join("; "))
}

/// The value of the choice as it was written, without its encoding.
fn choice(answer: &Message) -> String {
    let all = answer.values("set-cookie");
    let own = all.iter().find_map(|value| value.strip_prefix("cookies_preferences=")).expect("a choice");
    let value = own.split(';').next().unwrap();
    value.replace("%22", "\"").replace("%7B", "{").replace("%7D", "}").replace("%3A", ":").replace("%2C", ",")
}

#[test]
fn a_choice_is_written_and_the_visitor_goes_back() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let form = format!("action=save&{ALL}&grant=statistical&grant=matomo&back=%2Fa%3Fb%3Dc&from=centre&language=en");
    let answer = send(&mut agent, &[], &form);
    assert_eq!((answer.status(), answer.value("location").as_str()), (303, "/a?b=c"));
    assert_eq!(answer.value("cache-control"), "private, no-store");
    let cookies = answer.values("set-cookie");
    let [own, companion] = cookies.as_slice() else { panic!("{cookies:?}") };
    assert_eq!(choice(&answer), r#"{"analytics":true,"marketing":false,"matomo":true}"#);
    assert!(own.ends_with(MAX_AGE), "{own}");
    assert!(companion.starts_with("tamis_choice=1.") && companion.ends_with(&format!("{MAX_AGE}; HttpOnly")));
    assert!(origin.heard_nothing(), "nothing of it goes upstream");

    // The next page: the origin server gets both, and the decision.
    agent.get(&[&format!("{}; _ga=1; _fbp=2", kept(&answer))]);
    let heard = origin.heard();
    assert!(heard.value("cookie").ends_with("; _ga=1"), "{}", heard.value("cookie"));
    assert!(heard.value("cookie").contains("tamis_choice=1."));
    assert_eq!(heard.value("x-consent"), "necessary, statistical, internal=?0, third-party=?0");
    assert_eq!(gateway.count(|c| c.responses.value("3xx")), 1);
}
