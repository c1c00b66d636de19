//! Which cookies were seen, asked of a running gateway.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tamis::audit::observed::{Cookie, Report, Setter, Standing};
use tamis::config::Mode;

use crate::kit::{Folder, Gate, Setup, answering, gateway, origin, page, registry};

/// The only row of that name.
fn row<'r>(report: &'r Report, name: &str) -> &'r Cookie {
    let rows: Vec<_> =
        report.pages.iter().flat_map(|page| &page.cookies).filter(|row| row.name == name).collect();
    assert_eq!(rows.len(), 1, "{name}");
    rows[0]
}

#[test]
fn all_workers_are_added_up() {
    const AGENTS: usize = 8;
    const REQUESTS: usize = 250;
    let origin =
        answering(&page(&["Set-Cookie: sessionid=S3CRET; Path=/; HttpOnly", "Set-Cookie: _ga=S3CRET"]));
    let gateway = Setup::new(&origin).site("mode: observe").workers(2).start();
    std::thread::scope(|scope| {
        for agent in 0..AGENTS {
            let gateway = &gateway;
            scope.spawn(move || {
                let mut agent_of = gateway.agent();
                for number in 0..REQUESTS {
                    let id = agent * REQUESTS + number + 100;
                    let field =
                        format!("Cookie: sessionid=S3CRET; cart_{id}=S3CRET; _pk_id.{agent}.a3f2=S3CRET");
                    agent_of.request(&format!("GET /explore/{id}?S3CRET"), &[&field]);
                    if number % 50 == 0 {
                        gateway.observed();
                    }
                }
            });
        }
    });
    let report = gateway.observed();
    let all = u64::try_from(AGENTS * REQUESTS).unwrap();
    for (name, request, response) in
        [("sessionid", all, all), ("_ga", 0, all), ("cart_{id}", all, 0), ("_pk_id.{id}.{id}", all, 0)]
    {
        let ways = row(&report, name).facts.ways;
        assert_eq!((ways.request.seen(), ways.response.seen()), (request, response), "{name}");
    }
    assert_eq!(row(&report, "cart_{id}").stripped(), all);
    assert_eq!(row(&report, "cart_{id}").set_by, Some(Setter::Script));
    assert_eq!(row(&report, "sessionid").set_by, Some(Setter::Server));
    assert_eq!(row(&report, "sessionid").facts.set_on.some, ["/explore/{id}"]);
    assert_eq!(report.pages[0].mode, Mode::Observe);
    assert!(
        matches!(&row(&report, "_ga").standing, Standing::Declared(declared) if declared.file == "/site.yaml")
    );
}

#[test]
fn what_is_purged_is_counted_and_modes_are_told_apart() {
    let origin = answering(&page(&[]));
    let gateway =
        Setup::new(&origin).site("mode: observe").site("paths: [{prefix: /new, mode: enforce}]").start();
    let navigation = ["Cookie: _ga=1; sessionid=2", "Sec-Fetch-Mode: navigate"];
    gateway.agent().request("GET /old", &navigation);
    gateway.agent().request("GET /new", &navigation);
    gateway.agent().request("GET /new", &navigation);
    let report = gateway.observed();
    let modes: Vec<_> = report
        .pages
        .iter()
        .map(|page| {
            let ga = page.cookies.iter().find(|row| row.name == "_ga").unwrap();
            (page.mode, ga.facts.ways.request.stripped, ga.facts.purged > 0)
        })
        .collect();
    assert_eq!(modes, [(Mode::Enforce, 2, true), (Mode::Observe, 1, true)]);
}

#[test]
fn the_operator_reads_it_in_every_form() {
    let origin = answering(&page(&["Set-Cookie: newcomer=S3CRET; Path=/S3CRET9/x; Max-Age=60"]));
    let gateway = gateway(&origin);
    gateway
        .agent()
        .request("GET /explore/S3CRET9/?S3CRET", &["Cookie: <b>=S3CRET; =S3CRET; S3CRET; _ga=S3CRET"]);
    for (target, kind, part) in [
        ("GET /observed", "text/plain; charset=utf-8", "newcomer"),
        ("GET /observed?format=text&sort=name", "text/plain; charset=utf-8", "would be"),
        ("GET /observed?format=json", "application/json", "\"name\": \"newcomer\""),
        ("GET /observed?format=yaml", "application/yaml", "- names: [\"newcomer\"]"),
        ("GET /observed?format=html", "text/html; charset=utf-8", "&lt;b&gt;"),
        ("GET /observed?format=html&sort=seen", "text/html; charset=utf-8", "aria-sort"),
    ] {
        let answer = gateway.operator().request(target, &[]);
        let text = answer.text();
        assert_eq!((answer.status(), answer.value("content-type").as_str()), (200, kind), "{target}");
        let part = if part == "would be" { "stripped" } else { part };
        assert!(text.contains(part) && !text.contains("S3CRET"), "{target}: {text}");
        assert_eq!(answer.value("cache-control"), "no-store");
    }
    let html = gateway.operator().request("GET /observed", &["Accept: text/html,*/*;q=0.8"]);
    assert!(html.value("content-type").starts_with("text/html"));
    assert!(html.value("content-security-policy").starts_with("default-src 'none'"));
    let wrong = gateway.operator().request("GET /observed?format=xml", &[]);
    assert_eq!(
        (wrong.status(), wrong.text()),
        (400, "`format` is one of text, json, html, yaml\n".to_owned())
    );
    assert_eq!(gateway.operator().request("POST /observed", &[]).status(), 405);
}

#[test]
fn what_nobody_observes_nobody_reads() {
    let gateway = Setup::new(&answering(&page(&[]))).top("observations: off").start();
    assert_eq!(gateway.agent().get(&["Cookie: a=1"]).status(), 200);
    let answer = gateway.operator().request("GET /observed", &[]);
    assert!(answer.status() == 404 && answer.text().contains("observations: off"), "{}", answer.text());
}

#[test]
fn a_reload_loses_nothing_and_its_registry_counts_at_once() {
    let (asked, go) = (Gate::default(), Gate::default());
    let origin = {
        let (asked, go) = (asked.clone(), go.clone());
        origin(move |visit| {
            while let Some(request) = visit.request() {
                if request.start().starts_with("GET /slow") {
                    asked.open();
                    go.wait();
                }
                visit.send(&page(&["Set-Cookie: newcomer=1"]));
            }
        })
    };
    let gateway = Setup::new(&origin).start();
    let mut slow = gateway.agent();
    slow.ask("GET /slow", &["Cookie: newcomer=1"]);
    asked.wait();
    assert!(row(&gateway.observed(), "newcomer").is_undeclared());
    let declared = format!(
        "{}  - {{ names: [newcomer], provider: Us, purposes: Work, category: necessary, exemption: Asked for }}\n",
        registry()
    );
    gateway.reload(&Setup::new(&origin).registry(&declared)).unwrap();
    assert!(!row(&gateway.observed(), "newcomer").is_undeclared(), "though none was seen since");
    gateway.agent().get(&["Cookie: newcomer=1"]);
    go.open();
    slow.answer();
    let report = gateway.observed();
    let ways = row(&report, "newcomer").facts.ways;
    assert_eq!((ways.request.stripped, ways.request.forwarded), (1, 1));
    assert_eq!((ways.response.stripped, ways.response.forwarded), (1, 1), "the slow one ended as it began");
    let applied = gateway.reload(&Setup::new(&origin).top("observations: off")).unwrap();
    assert_eq!(applied.restart, ["observations"]);
}

#[test]
fn a_gateway_that_ends_keeps_what_it_saw() {
    let folder = Folder::new();
    let file = folder.at("observed.json");
    let setup = Setup::new(&answering(&page(&[])))
        .workers(2)
        .top(&format!("observations: {{file: {}, every: 1h}}", file.display()));
    for times in 1..=3 {
        let gateway = setup.start();
        gateway.agent().get(&["Cookie: newcomer=S3CRET"]);
        gateway.stop();
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("S3CRET"));
        let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(kept["sites"][0]["cookies"]["newcomer"]["request"]["stripped"], times);
    }
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_place_that_can_not_be_written_is_told_and_counted() {
    let setup =
        Setup::new(&answering(&page(&[]))).top("observations: {file: /dev/null/observed.json, every: 1s}");
    let gateway = setup.start();
    gateway.agent().get(&["Cookie: newcomer=1"]);
    crate::kit::logged("as long as /dev/null/observed.json can't be written");
    let metrics = gateway.operator().request("GET /metrics", &[]).text();
    assert!(metrics.contains("\ntamis_observations_failing 1\n"), "{metrics}");
    assert!(metrics.contains("\ntamis_observations_rows 1\n"), "{metrics}");
    assert_eq!(row(&gateway.observed(), "newcomer").stripped(), 1, "the work goes on");
    gateway.agent().get(&["Cookie: newcomer=1"]);
    gateway.stop();
    let text = crate::kit::logged("as long as");
    assert_eq!(text.matches("as long as /dev/null/observed.json").count(), 1, "it is told once");
}
