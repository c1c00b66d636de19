//! A configuration as it counts, with where each value comes from.

use super::*;

/// A world with some variables, a secret, and the site of `sites/`.
fn compiled(yaml: &str) -> Compiled {
    let environment = |name: &str| match name {
        "NAME" => Some("tamis-1".to_owned()),
        "PORT" => Some("9180".to_owned()),
        "ON" => Some("true".to_owned()),
        _ => None,
    };
    let read = |path: &Path, _| match path.to_str() {
        Some("/etc/tamis/token") => Ok("0123456789abcdef\n".to_owned()),
        Some("/etc/tamis/sites/b.yaml") => Ok(SITE.to_owned()),
        _ => Ok(REGISTRY.to_owned()),
    };
    let list = |_: &Path| Ok(vec!["b.yaml".to_owned()]);
    let outside = Outside { environment: &environment, read: &read, list: &list, check: &|_| Vec::new() };
    compile(Source::new("tamis.yaml", yaml), Path::new("/etc/tamis"), outside)
}

#[track_caller]
fn effective(yaml: &str) -> Effective {
    let compiled = compiled(yaml);
    compiled.effective().unwrap_or_else(|| panic!("{}", compiled.faults.render(false)))
}

fn lines(effective: &Effective) -> Vec<String> {
    effective.lines().iter().map(|line| format!("{} # {}", line.text, line.comment)).collect()
}

/// Whether each of these lines is shown.
#[track_caller]
fn shows(yaml: &str, wanted: &[&str]) {
    let lines = lines(&effective(yaml));
    for line in wanted {
        assert!(lines.iter().any(|other| other == line), "{line}\n\n{}", lines.join("\n"));
    }
}

const ALL: &str = "name: '${NAME}'
workers: '${WORKERS:-2}'
listeners:
- { address: ':8080', h2c: '${ON}' }
- { address: ':8081', proxy_protocol: '${ON}' }
admin: { address: '127.0.0.1:${PORT}', token: '${file:token}' }
trusted_proxies: ['${NET:-10.0.0.0/8}', '::1']
sites_from: sites
sites:
- { default: true, registry: r.yaml, upstream: 'http://127.0.0.1:8000' }
";

#[test]
fn each_value_says_where_it_comes_from() {
    shows(
        ALL,
        &[
            "name: tamis-1 # tamis.yaml:1, variable NAME",
            "workers: 2 # tamis.yaml:2, variable WORKERS is not set",
            "listeners: # tamis.yaml:4",
            "  - address: :8080 # tamis.yaml:4",
            "    # tls: # not set",
            "    h2c: true # tamis.yaml:4, variable ON",
            "    proxy_protocol: true # tamis.yaml:5, variable ON",
            "  token: \"${file:token}\" # tamis.yaml:6, file token",
            "trusted_proxies: [10.0.0.0/8, ::1] # tamis.yaml:7, variable NET is not set",
            "unknown_host: reject # default",
            "  # ca_file: # not set: the system's certificates",
        ],
    );
}

#[test]
fn sites_with_files_of_their_own_stand_behind_the_others() {
    let effective = effective(ALL);
    let lines = lines(&effective);
    let site = |hosts: &str| lines.iter().position(|line| line == hosts).unwrap_or_else(|| panic!("{hosts}"));
    let first = site("  - default: true # tamis.yaml:10");
    let second = site("  - hosts: b.example # /etc/tamis/sites/b.yaml:1");
    // What is not set has no place before the hyphen; one URL is the whole of an upstream.
    assert_eq!(
        lines[first + 1..first + 5],
        [
            "    # hosts: # not set",
            "    registry: r.yaml # tamis.yaml:10",
            "    upstream: # tamis.yaml:10",
            "      url: http://127.0.0.1:8000 # tamis.yaml:10",
        ]
    );
    assert_eq!(lines[second + 2], "    registry: sites/r.yaml # /etc/tamis/sites/b.yaml:1");
    assert!(first < second, "{first} {second}");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("# sites_from: sites # tamis.yaml:8; its sites stand under `sites`")
    );
    let of =
        |index| effective.site(index).map(|site| site.entries.into_iter().find(|entry| entry.key == "hosts"));
    assert_eq!(
        of(0).flatten().map(|hosts| hosts.value),
        Some(Shown::Nothing("required, unless `default: true`"))
    );
    assert_eq!(of(1).flatten().map(|hosts| hosts.value), Some(Shown::Scalar("b.example".into())));
    assert!(of(2).is_none());
}

#[test]
fn a_secret_is_shown_by_its_reference_alone_or_not_at_all() {
    let with = |token: &str| {
        format!(
            "listeners: [{{ address: ':8080' }}]\nadmin: {{ address: '127.0.0.1:1', token: '{token}' }}\n\
             sites: [{{ default: true, registry: r.yaml, upstream: 'http://127.0.0.1:8000' }}]"
        )
    };
    let place = "tamis.yaml:2";
    let (secret, hidden) = (", file token", "; its secret is left out");
    for (token, shown, comment) in [
        ("${file:token}", "\"${file:token}\"", secret.to_owned()),
        ("x${file:token}", "\"(hidden)\"", format!("{secret}{hidden}")),
        ("${file:token}x", "\"(hidden)\"", format!("{secret}{hidden}")),
        ("${ON}${file:token}", "\"(hidden)\"", format!(", variable ON{secret}{hidden}")),
        ("0123456789abcdef", "\"(hidden)\"", hidden.to_owned()),
    ] {
        shows(&with(token), &[&format!("  token: {shown} # {place}{comment}")]);
        assert!(!lines(&effective(&with(token))).concat().contains("456789"), "{token}");
    }
}

/// A boolean out of a variable may stand where a mapping may.
#[test]
fn what_came_out_of_variables_means_the_same() {
    let written = compiled(ALL);
    let shown: String =
        effective(ALL).lines().iter().map(|line| format!("{} # {}\n", line.text, line.comment)).collect();
    let read = compiled(&shown);
    assert_eq!(read.faults.errors(), 0, "{}\n{shown}", read.faults.render(false));
    let [read, written] = [read, written].map(|compiled| compiled.snapshot.expect("a snapshot"));
    assert_eq!(read.listeners, written.listeners);
    assert_eq!((read.workers, &read.name, &read.admin), (written.workers, &written.name, &written.admin));
}
