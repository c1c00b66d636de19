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
    let mut own = all.iter().filter_map(|value| value.strip_prefix("cookies_preferences="));
    let own = own.find(|value| !value.starts_with(';')).expect("a choice");
    let value = own.split(';').next().unwrap();
    value.replace("%22", "\"").replace("%7B", "{").replace("%7D", "}").replace("%3A", ":").replace("%2C", ",")
}

#[test]
fn a_choice_is_written_and_the_visitor_goes_back() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let form =
        format!("action=save&{ALL}&grant=statistical&grant=matomo&back=%2Fa%3Fb%3Dc&from=centre&language=en");
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
    assert_eq!(gateway.count(|c| c.answered("3xx")), 1);
}

#[test]
fn a_refusal_is_remembered_as_long_as_an_agreement() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for (action, written) in [
        ("accept-all", r#"{"analytics":true,"marketing":true,"matomo":true}"#),
        ("refuse-all", r#"{"analytics":false,"marketing":false,"matomo":false}"#),
    ] {
        for asks in [format!("&{ALL}"), String::new()] {
            let answer = send(&mut gateway.agent(), &[], &format!("action={action}{asks}&back=%2F"));
            assert_eq!((answer.status(), choice(&answer).as_str()), (303, written));
            assert!(answer.values("set-cookie").iter().all(|cookie| cookie.contains(MAX_AGE)));
        }
    }
}

#[test]
fn a_form_answers_what_it_asked_and_the_rest_stays() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let first = send(&mut agent, &[], "action=refuse-all&ask=third-party");
    assert_eq!(choice(&first), r#"{"marketing":false}"#);
    let second = send(&mut agent, &[&kept(&first)], "action=accept-all&ask=statistical&ask=matomo");
    assert_eq!(choice(&second), r#"{"analytics":true,"marketing":false,"matomo":true}"#);
    // A category speaks for its services where the form doesn't show them.
    let third = send(&mut agent, &[&kept(&second)], "action=refuse-all&ask=statistical");
    assert_eq!(choice(&third), r#"{"analytics":false,"marketing":false,"matomo":false}"#);
    // A service that was refused is not agreed to by a banner that doesn't ask about it.
    let fourth = send(&mut agent, &[&kept(&third)], "action=accept-all&ask=statistical");
    assert_eq!(choice(&fourth), r#"{"analytics":true,"marketing":false,"matomo":false}"#);
    // One without an answer comes with its category.
    let new = send(&mut agent, &[], "action=accept-all&ask=statistical");
    assert_eq!(choice(&new), r#"{"analytics":true,"matomo":true}"#);
    let fifth = send(&mut agent, &[&kept(&fourth)], "action=save&ask=statistical&grant=statistical");
    assert_eq!(choice(&fifth), r#"{"analytics":true,"marketing":false,"matomo":true}"#);
}

#[test]
fn a_service_that_came_after_the_choice_waits_until_it_is_asked() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let own = r#"cookies_preferences={"analytics":true,"marketing":false}"#;
    let ours = |id: &str| format!("Cookie: {own}; tamis_choice=1.{id}.1795392000.1.");
    let (one, another) = (ours("AAAAAAAAAAAAAAAAAAAAAA"), ours("AAAAAAAAAAAAAAAAAAAAAQ"));
    let consent = |agent: &mut Agent, cookie: &str| {
        agent.get(&[cookie]);
        origin.heard().value("x-consent")
    };
    let rest = "necessary, statistical, internal=?0, third-party=?0";
    // By turns: what is remembered of one visitor is not taken for another's.
    for _turn in 0..2 {
        assert_eq!(consent(&mut agent, &format!("Cookie: {own}")), rest);
        assert_eq!(consent(&mut agent, &one), format!("{rest}, matomo=?0"));
        assert_eq!(consent(&mut agent, &another), format!("{rest}, matomo=?0"));
        assert_eq!(consent(&mut agent, &format!("Cookie: {own}; tamis_choice=x")), rest);
    }
    let banner = agent.request("GET /.tamis/banner", &[&one]).text();
    assert!(banner.contains("value=\"matomo\"") && !banner.contains("value=\"third-party\""), "{banner}");
    // Its switch is off, though its category's is on.
    let centre = agent.request("GET /.tamis/", &[&one]).text();
    assert!(!centre.contains("name=\"was\" value=\"matomo\""), "{centre}");
    assert!(centre.contains("name=\"was\" value=\"statistical\""), "{centre}");
    let asked = send(&mut agent, &[&one], "action=accept-all&ask=matomo");
    assert_eq!(choice(&asked), r#"{"analytics":true,"marketing":false,"matomo":true}"#);
    assert_eq!(consent(&mut agent, &kept(&asked)), rest);
}

#[test]
fn what_a_choice_withdraws_is_expired_by_its_own_response() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let cookie =
        r#"Cookie: cookies_preferences={"analytics":true,"marketing":true}; _ga=1; _fbp=2; sessionid=3; x=4"#;
    let answer = send(
        &mut gateway.agent(),
        &[cookie],
        &format!("action=save&{ALL}&grant=third-party&was=third-party"),
    );
    let gone: Vec<String> =
        answer.values("set-cookie").into_iter().filter(|c| c.contains("Max-Age=0")).collect();
    assert!(gone.iter().any(|cookie| cookie.starts_with("_ga=;")), "{gone:?}");
    assert!(gone.iter().all(|cookie| !cookie.starts_with("_fbp=") && !cookie.starts_with("sessionid=")));
    assert_eq!(gateway.count(|c| c.purged.value("not-agreed")), 1);
}

#[test]
fn copies_that_others_set_for_the_whole_domain_are_replaced() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let cookie = r#"Cookie: cookies_preferences={"analytics":false}"#;
    let answer = send(&mut gateway.agent(), &[cookie], "action=accept-all");
    let twin =
        "cookies_preferences=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Domain=x.test";
    let cookies = answer.values("set-cookie");
    // Before the choice: to some user agents both are the same cookie.
    assert_eq!(cookies.iter().position(|cookie| cookie == twin), Some(0), "{cookies:?}");
    let without = send(&mut gateway.agent(), &[], "action=accept-all");
    assert_eq!(without.values("set-cookie").len(), 2);
}

#[test]
fn partitioned_copies_are_replaced_over_secure_connections() {
    let origin = answering(&page(&[]));
    let site = "rewrite: {partitioned: set, same_site: none, secure: set}";
    let gateway = Setup::new(&origin).top("trusted_proxies: [127.0.0.1]").site(site).start();
    let twin = "cookies_preferences=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; \
                Secure; SameSite=None; Partitioned";
    let cookie = r#"Cookie: cookies_preferences={"analytics":false}"#;
    for (proto, there) in [("https", true), ("http", false)] {
        let proto = format!("X-Forwarded-Proto: {proto}");
        let accepted = send(&mut gateway.agent(), &[&proto, cookie], "action=accept-all");
        let cookies = accepted.values("set-cookie");
        // Before the choice: to some user agents both are the same cookie.
        assert_eq!(cookies.iter().position(|cookie| cookie == twin), there.then_some(0), "{cookies:?}");
        let forgotten = gateway.agent().request("DELETE /.tamis/consent", &[OURS, &proto, cookie]);
        let cookies = forgotten.values("set-cookie");
        assert_eq!(cookies.iter().any(|cookie| cookie == twin), there, "{cookies:?}");
    }
}

/// No request for a choice brings a copy that is kept for other paths alone.
#[test]
fn copies_for_other_paths_are_replaced() {
    let origin = answering(&page(&[]));
    let registry = "version: \"1\"\ncookies:\n\
        \x20 - {names: [cookies_preferences], provider: P, purposes: C., category: necessary, exemption: E., paths: [/, /sub]}\n\
        \x20 - {names: [_ga], provider: P, purposes: C., category: statistical}\n";
    let gateway = Setup::new(&origin).registry(registry).start();
    let gone = |answer: &Message| -> Vec<String> {
        let fields = answer.values("set-cookie").into_iter();
        let fields = fields.filter(|field| field.contains("Max-Age=0") && !field.contains("Domain"));
        fields.filter_map(|field| field.split_once("Path=").map(|(_, path)| path.to_owned())).collect()
    };
    let form = |back: &str| format!("action=accept-all&back={back}");
    let mut agent = gateway.agent();
    assert_eq!(gone(&send(&mut agent, &[], &form("/"))), ["/sub"]);
    assert_eq!(gone(&send(&mut agent, &[], &form("/a/b/c?d=/e/f"))), ["/sub", "/a/b", "/a"]);
    // A banner of the site's own says where it is by the Referer.
    let referer = "Referer: http://x.test/a/b";
    let put = ["Content-Type: application/json", OURS, referer, "Content-Length: 32"];
    agent.ask("PUT /.tamis/consent", &put);
    agent.send(r#"{"choices":{"statistical":true}}"#);
    assert_eq!(gone(&agent.answer()), ["/sub", "/a"]);
    let forgotten = agent.request("DELETE /.tamis/consent", &[OURS, referer]);
    assert!(gone(&forgotten).ends_with(&["/sub".to_owned(), "/a".to_owned()]), "{:?}", gone(&forgotten));
}

#[test]
fn the_id_stays_and_the_time_is_that_of_the_last_choice() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let companion = |answer: &Message| -> Vec<String> {
        let all = answer.values("set-cookie");
        let mut values = all.iter().filter_map(|cookie| cookie.strip_prefix("tamis_choice="));
        let value = values.find(|value| !value.starts_with(';')).unwrap().to_owned();
        value.split(';').next().unwrap().split('.').map(str::to_owned).collect()
    };
    let first = send(&mut agent, &[], "action=refuse-all");
    let same = send(&mut agent, &[&kept(&first)], "action=refuse-all");
    assert_eq!(companion(&first)[1], companion(&same)[1]);
    assert_ne!(companion(&first)[1], companion(&send(&mut agent, &[], "action=refuse-all"))[1]);
    let id = &companion(&first)[1];
    let old = format!("Cookie: tamis_choice=1.{id}.1000.1.");
    let renewed = companion(&send(&mut agent, &[&old], "action=refuse-all"));
    assert_eq!(&renewed[1], id);
    assert!(renewed[2].parse::<u64>().unwrap() > 1_700_000_000);
    let odd = companion(&send(&mut agent, &["Cookie: tamis_choice=1.xx.1000.1."], "action=refuse-all"));
    assert_ne!(&odd[1], id);
    // One from the future was planted: it would go before every other.
    let planted = "Cookie: tamis_choice=1.AAAAAAAAAAAAAAAAAAAAAQ.4000000000.1.";
    let both = companion(&send(&mut agent, &[&old, planted], "action=refuse-all"));
    assert_eq!(&both[1], id);
    assert_ne!(companion(&send(&mut agent, &[planted], "action=refuse-all"))[1], "AAAAAAAAAAAAAAAAAAAAAQ");
}

#[test]
fn secure_follows_the_user_agents_own_connection() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("trusted_proxies: [127.0.0.1]").start();
    for (proto, secure) in [("https", true), ("http", false)] {
        let field = format!("X-Forwarded-Proto: {proto}");
        let answer = send(&mut gateway.agent(), &[&field], "action=refuse-all");
        let all = answer.values("set-cookie");
        assert!(all.iter().all(|cookie| cookie.contains("; Secure") == secure), "{all:?}");
    }
}

#[test]
fn the_sites_own_format_is_written_and_nothing_more() {
    let origin = answering(&page(&[]));
    let registry = |format: &str| {
        format!(
            "version: \"1\"\nconsent: {{cookie: choice, format: {format}, granted_values: [all]}}\ncookies:\n\
             \x20 - {{names: [choice], provider: P, purposes: C., category: necessary, exemption: E., lifetime: 30 days}}\n\
             \x20 - {{names: [_ga], provider: P, purposes: C., category: statistical}}\n\
             \x20 - {{names: [_fbp], provider: P, purposes: C., category: third-party}}\n"
        )
    };
    for (format, form, written) in [
        ("json", "action=save&ask=statistical&grant=statistical", "%7B%22statistical%22%3Atrue%7D"),
        ("list", "action=save&ask=statistical&ask=third-party&grant=statistical", "statistical"),
        ("flag", "action=accept-all", "all"),
        ("flag", "action=save&ask=statistical&ask=third-party&grant=statistical", "none"),
    ] {
        let gateway = Setup::new(&origin).registry(&registry(format)).start();
        let answer = send(&mut gateway.agent(), &[], form);
        let wanted = format!("choice={written}; Path=/; Max-Age=2592000; SameSite=Lax");
        assert_eq!(answer.values("set-cookie")[0], wanted, "{format} {form}");
    }
}

#[test]
fn a_site_that_observes_serves_choices_too_and_expires_nothing() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).site("mode: observe").start();
    let answer = send(&mut gateway.agent(), &["Cookie: _ga=1"], "action=refuse-all");
    assert_eq!((answer.status(), answer.values("set-cookie").len()), (303, 2));
    assert_eq!(gateway.count(|c| c.purged.value("not-agreed")), 1);
}

#[test]
fn forms_that_are_none() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    for form in [
        "",
        "action=save",
        "action=x&ask=statistical",
        "action=save&ask=gone",
        "action=accept-all&ask=statistical&ask=gone",
        "action=save&ask=statistical&grant=statistical&grant=gone",
    ] {
        let answer = send(&mut gateway.agent(), &[], form);
        assert_eq!((answer.status(), answer.has("set-cookie")), (400, false), "{form}");
        assert!(answer.text().contains("no longer valid"), "{form}");
    }
    let json = ["Content-Type: application/json", OURS, "Content-Length: 17"];
    let mut agent = gateway.agent();
    agent.ask("POST /.tamis/consent", &json);
    agent.send("action=refuse-all");
    assert_eq!(agent.answer().status(), 415);
    let answer = send(&mut gateway.agent(), &["Content-Encoding: gzip"], "action=refuse-all");
    assert_eq!(answer.status(), 415);
}

#[test]
fn a_form_that_is_out_of_date_refuses_and_agrees_to_nothing() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let mut agent = gateway.agent();
    let banner = agent.request("GET /.tamis/banner", &[]).text();
    let shown =
        banner.split("name=\"shown\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(shown.len(), 16);
    let form = |action: &str, shown: &str| format!("action={action}&{ALL}&shown={shown}&language=en");
    let fresh = send(&mut agent, &[], &form("accept-all", shown));
    assert_eq!((fresh.status(), fresh.values("set-cookie").len()), (303, 2));
    // Made with another text: nobody can tell what the visitor agreed to.
    let outdated = send(&mut agent, &[], &form("accept-all", "0123456789abcdef"));
    assert_eq!((outdated.status(), outdated.has("set-cookie")), (409, false));
    assert!(outdated.text().contains("no longer valid"));
    let all = kept(&fresh);
    let mixed = format!("{}&grant=statistical&was=statistical&was=third-party&was=matomo", form("save", "x"));
    let mixed = send(&mut agent, &[&all], &mixed);
    assert_eq!(mixed.status(), 409, "what it withdraws is withdrawn");
    assert_eq!(choice(&mixed), r#"{"analytics":true,"marketing":false,"matomo":false}"#);
    for form in [form("refuse-all", "x"), format!("action=refuse-all&{ALL}&ask=gone")] {
        let refused = send(&mut agent, &[&all], &form);
        assert_eq!(refused.status(), 303);
        assert_eq!(choice(&refused), r#"{"analytics":false,"marketing":false,"matomo":false}"#);
    }
}

#[test]
fn a_large_form_is_not_read() {
    let origin = answering(&page(&[]));
    let gateway = gateway(&origin);
    let form = format!("action=refuse-all&x={}", "y".repeat(16 * 1024));
    let mut agent = gateway.agent();
    agent.ask("POST /.tamis/consent", &[OURS, FORM, &format!("Content-Length: {}", form.len())]);
    assert_eq!(agent.answer().status(), 413, "before a single octet was sent");
    let mut agent = gateway.agent();
    agent.ask("POST /.tamis/consent", &[OURS, FORM, "Transfer-Encoding: chunked"]);
    agent.send(&format!("{:x}\r\n{form}\r\n0\r\n\r\n", form.len()));
    let answer = agent.answer();
    assert_eq!((answer.status(), answer.has("set-cookie")), (413, false));
    let fits = format!("action=refuse-all&x={}", "y".repeat(16 * 1024 - 20));
    assert_eq!((fits.len(), send(&mut gateway.agent(), &[], &fits).status()), (16 * 1024, 303));
}

#[test]
fn a_form_that_does_not_end_is_not_waited_for() {
    let origin = answering(&page(&[]));
    let gateway = Setup::new(&origin).top("times: {progress: 100ms}").start();
    let mut agent = gateway.agent();
    agent.ask("POST /.tamis/consent", &[OURS, FORM, "Content-Length: 17"]);
    agent.send("action=");
    assert_eq!(agent.answer().status(), 408);
}
