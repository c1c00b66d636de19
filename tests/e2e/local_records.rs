//! A grant waits for its record, a refusal for nothing.

use crate::kit::{Agent, Folder, Message, Setup, answering, page};

const FORM: [&str; 2] = ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"];
/// A place where no database can be made.
const AWAY: &str = "records: {database: /proc/tamis/records.sqlite, key: /proc/tamis/key, head: /proc/tamis/head, wait: 100ms}";

fn send(agent: &mut Agent, fields: &[&str], form: &str) -> Message {
    let length = format!("Content-Length: {}", form.len());
    agent.ask("POST /.tamis/consent", &[&FORM, &[length.as_str()][..], fields].concat());
    agent.send(form);
    agent.answer()
}

fn written(answer: &Message) -> Option<String> {
    let own =
        answer.values("set-cookie").into_iter().find(|cookie| cookie.starts_with("cookies_preferences=%"))?;
    Some(own.split(';').next().unwrap().replace("%22", "'").replace("%3A", ":").replace("%2C", ","))
}

#[test]
fn without_a_record_nothing_is_granted() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top(AWAY).start();
    let mut agent = gateway.agent();
    let answer = send(&mut agent, &[], "action=accept-all");
    assert_eq!((answer.status(), answer.has("set-cookie")), (503, false));
    assert!(answer.text().contains("Your agreement was not saved"), "{}", answer.text());
    assert_eq!(answer.value("cache-control"), "private, no-store");
    let body = r#"{"choices":{"statistical":true}}"#;
    let length = format!("Content-Length: {}", body.len());
    agent.ask("PUT /.tamis/consent", &[FORM[0], "Content-Type: application/json", &length]);
    agent.send(body);
    let answer = agent.answer();
    assert_eq!((answer.status(), answer.has("set-cookie")), (503, false));
    assert!(answer.text().contains("\"not-recorded\""));
    // Pages go on.
    assert_eq!(agent.request("GET /cookies-policy", &[]).status(), 200);
    assert_eq!(agent.get(&[]).status(), 200);
}

#[test]
fn a_refusal_is_honoured_all_the_same() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top(AWAY).start();
    let mut agent = gateway.agent();
    let answer = send(&mut agent, &[], "action=refuse-all");
    assert_eq!((answer.status(), answer.values("set-cookie").len()), (303, 2));
    let agreed = r#"Cookie: cookies_preferences={"analytics":true,"marketing":true,"matomo":true}; _ga=1"#;
    let answer = send(&mut agent, &[agreed], "action=refuse-all");
    assert_eq!(answer.status(), 303);
    assert!(answer.values("set-cookie").iter().any(|cookie| cookie.starts_with("_ga=; Max-Age=0")));
    // A repeat grants nothing that was not granted before.
    let answer = send(&mut agent, &[agreed], "action=accept-all");
    assert_eq!((answer.status(), answer.has("set-cookie")), (303, true));
    let answer = agent.request("DELETE /.tamis/consent", &[FORM[0], agreed]);
    assert_eq!((answer.status(), answer.has("set-cookie")), (200, true));
}

#[test]
fn of_a_form_that_grants_and_refuses_the_refusals_count() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top(AWAY).start();
    let before = r#"Cookie: cookies_preferences={"analytics":true,"matomo":true}; _ga=1"#;
    let form =
        "action=save&ask=statistical&ask=matomo&ask=third-party&was=statistical&was=matomo&grant=third-party";
    let answer = send(&mut gateway.agent(), &[before], form);
    assert_eq!(answer.status(), 503);
    let choice = written(&answer).expect("the refusals");
    assert!(choice.contains("'analytics':false") && !choice.contains("'marketing':true"), "{choice}");
    assert!(answer.values("set-cookie").iter().any(|cookie| cookie.starts_with("_ga=; Max-Age=0")));
}

#[test]
fn where_records_are_off_nobody_waits() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("records: off").start();
    let answer = send(&mut gateway.agent(), &[], "action=accept-all");
    assert_eq!((answer.status(), answer.values("set-cookie").len()), (303, 2));
}

#[test]
fn every_choice_leaves_a_record() {
    let folder = Folder::new();
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top(&folder.records()).start();
    let mut agent = gateway.agent();
    let answer = send(&mut agent, &[], "action=accept-all&from=banner");
    assert_eq!((answer.status(), answer.values("set-cookie").len()), (303, 2));
    let pairs: Vec<String> = answer
        .values("set-cookie")
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap().to_owned())
        .collect();
    let cookies = format!("Cookie: {}", pairs.join("; "));
    assert_eq!(send(&mut agent, &[&cookies], "action=refuse-all&from=policy").status(), 303);
    assert_eq!(agent.request("DELETE /.tamis/consent", &[FORM[0], &cookies]).status(), 200);
    // Nothing to forget, nothing to record; nor does the end of a refusal withdraw anything.
    for fields in [&[FORM[0]][..], &[FORM[0], r#"Cookie: cookies_preferences={"analytics":false}"#]] {
        assert_eq!(agent.request("DELETE /.tamis/consent", fields).status(), 200);
    }
    // What another banner's cookie granted is withdrawn too.
    let agreed = r#"Cookie: cookies_preferences={"analytics":true}"#;
    assert_eq!(agent.request("DELETE /.tamis/consent", &[FORM[0], agreed]).status(), 200);
    drop(agent);
    let (_, metrics) = gateway.stop();
    let text = metrics.encode().unwrap();
    for line in
        ["tamis_records_written_total 4", "tamis_records_missing_total 0", "tamis_records_refused_total 0"]
    {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}
