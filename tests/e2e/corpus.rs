//! The corpus of `Set-Cookie` lines (tests/cookies) octet by octet through the gateway, over HTTP/1.1: what reaches the
//! user agent stores what may be stored, and nothing else.

#[path = "../cookies/corpus.rs"]
mod cases;
#[path = "../cookies/model/mod.rs"]
mod model;

use cases::{Case, NOW, WireForm, corpus, octets};
use model::{Cookie, Store, Uri};

use crate::kit::{Agent, Setup, origin, page};

const REGISTRY: &str = include_str!("../cookies/registry.yaml");

/// What the registry lets pass of what the corpus sets.
const PERMITTED: [&[u8]; 10] = [
    b"sessionid",
    b"a",
    b"keep",
    b"c1",
    b"c2",
    b"c3",
    b"__Host-sid",
    b"__Secure-sid",
    b"__Http-sid",
    b"__Host-Http-sid",
];

/// What a browser holds of lines; HTTP takes the white space around a field value for none of it (RFC 9110 5.5).
fn held(lines: &[String]) -> Vec<Cookie> {
    let mut store = Store::default();
    for line in lines {
        let line = line.trim_matches([' ', '\t']);
        store.receive(&Uri::standing(), &octets(line), NOW);
    }
    store.cookies().into_iter().map(Cookie::apart).collect()
}

/// The `Set-Cookie` fields of each case's answer as they reach the user agent.
fn through(cases: &[&Case]) -> Vec<Vec<String>> {
    let answers: Vec<String> = cases
        .iter()
        .map(|case| {
            let lines: Vec<String> = case.lines.iter().map(|line| format!("Set-Cookie: {line}")).collect();
            let date = "Date: Mon, 23 Nov 2026 00:00:00 GMT";
            page(&[date].into_iter().chain(lines.iter().map(String::as_str)).collect::<Vec<_>>())
        })
        .collect();
    let origin = origin(move |visit| {
        while let Some(request) = visit.request() {
            let number: usize = request.start().split(['/', ' ']).nth(2).unwrap().parse().unwrap();
            visit.send(&answers[number]);
        }
    });
    let gateway = Setup::new(&origin).registry(REGISTRY).top("limits: {head: 1MiB, fields: 1000}").start();
    let mut agent = gateway.agent();
    let ask = |agent: &mut Agent, number: usize| agent.request(&format!("GET /{number}"), &[]);
    (0..cases.len())
        .map(|number| {
            let answer = ask(&mut agent, number);
            assert_eq!(answer.status(), 200, "{}", cases[number].id);
            answer.values("set-cookie")
        })
        .collect()
}

#[test]
fn what_reaches_the_user_agent_stores_what_is_permitted_and_nothing_else() {
    let corpus = corpus();
    let cases: Vec<&Case> = corpus.iter().filter(|case| case.wire != WireForm::None).collect();
    let mut passed = 0;
    for (case, sent) in cases.iter().zip(through(&cases)) {
        let mut permitted = held(&case.lines);
        permitted.retain(|cookie| PERMITTED.contains(&cookie.name.as_slice()));
        assert_eq!(held(&sent), permitted, "{}: {sent:?}", case.id);
        // Each that came through is one of those that were sent, octet by octet and in their order.
        let mut lines = case.lines.iter().map(|line| line.trim_matches([' ', '\t']));
        assert!(sent.iter().all(|sent| lines.any(|line| line == sent)), "{}: {sent:?}", case.id);
        passed += permitted.len();
    }
    assert!(passed > 100, "{passed}");
}
