//! Reports as they are written; `TAMIS_BLESS=1` renews the files, to be reviewed as text.

use super::*;
use crate::audit::observed::Order;

/// Three days of a portal that is observed, and some traffic of a site that is enforced.
fn report() -> Report {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 12);
    let mut book = Book::default();
    let mut sites = snapshot.sites.iter();
    let portal = Traffic::new(&table, sites.next().unwrap(), Mode::Observe);
    for day in 0..3 {
        for path in ["/", "/explore/dataset/trees/?q=oak", "/accounts/login/"] {
            portal.request(
                path,
                b"sessionid=1; csrftoken=2; cookies_preferences={}; _pk_id.1.a3f2=3; _ga=4; _ga_G1A2B3C4D5=5; \
                  _fbp=6; cart_17=7; JSESSIONID=8; <b>=9; =10; caf\xe9=11; tamis_choice=12",
            );
        }
        let lines = [
            "sessionid=1; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=1209600",
            "JSESSIONID=1; Path=/app; HttpOnly",
            "lang=fr; Path=/; Expires=Tue, 23 Nov 2027 00:00:00 GMT; Domain=.example.org",
            "lang=fr; Path=/; Max-Age=31536000; Secure; SameSite=None; Partitioned",
            "atuserid=1; Max-Age=34128000",
            "_fbp=; Max-Age=0",
            "ads=1; Domain=tracker.example; Path=/users/ada",
        ];
        for line in lines {
            portal.response("/accounts/login/", line.as_bytes());
        }
        book.add(table.hand_over(), NOW - (2 - day) * 86_400, 12);
    }
    let other = Traffic::new(&table, sites.next().unwrap(), Mode::Enforce);
    other.request("/", b"sessionid=1; _fbp=2");
    book.add(table.hand_over(), NOW, 12);
    Report::of(&book, &Registries::of(&snapshot.sites), NOW)
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/observed").join(name);
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs; TAMIS_BLESS=1 renews it", path.display());
}

#[test]
fn reports_as_they_are_read() {
    let report = report();
    golden("report.txt", &report.text());
    golden("report.json", &format!("{:#}\n", report.json()));
    golden("report.yaml", &report.yaml());
    golden("report.html", &report.html(Order::Seen, true));
    let empty = Report { at: NOW, pages: Vec::new(), unseen: vec!["a.example".to_owned()] };
    golden("empty.txt", &empty.text());
    golden("empty.html", &empty.html(Order::Importance, false));
}

#[test]
fn rows_come_in_the_order_asked_for() {
    let first = |order| report().sorted(order).pages.remove(1).cookies.remove(0).name;
    assert_eq!(first(Order::Importance), "JSESSIONID");
    assert_eq!(first(Order::Name), "JSESSIONID");
    assert_eq!(first(Order::Seen), "JSESSIONID");
    assert_eq!(first(Order::Stripped), "JSESSIONID");
}
