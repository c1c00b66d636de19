//! A visitor who follows a script: an HTTP/1.1 client with a cookie jar, as plain as can be.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cookie::SetCookie;

/// Octets of an answer that are read; the portal's pages have a few thousand.
const MOST: u64 = 1 << 20;
/// How long an answer may take; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// One step of the script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// What happens, for who watches.
    pub(super) tells: &'static str,
    path: &'static str,
    /// The form that is sent, without its token; none for a visit.
    form: Option<&'static str>,
}

/// The scripted visit.
pub(super) const SCRIPT: [Step; 10] = [
    Step { tells: "A first visit. Nobody has been asked about cookies yet.", path: "/", form: None },
    Step {
        tells: "The visitor prefers French. A script of the page has written _pk_id.1.abcd meanwhile: too early.",
        path: "/i18n/setlang/",
        form: Some("language=fr"),
    },
    Step { tells: "The page’s script fetches the banner.", path: "/.tamis/banner?language=fr", form: None },
    Step {
        tells: "The visitor refuses all.",
        path: "/.tamis/consent",
        form: Some("action=refuse-all&from=banner&back=/"),
    },
    Step { tells: "The next page: nothing has changed for the trackers.", path: "/", form: None },
    Step {
        tells: "The visitor comes back to it in the preference centre, and agrees to statistics alone.",
        path: "/.tamis/consent",
        form: Some("action=save&from=centre&ask=statistical&ask=third-party&grant=statistical&back=/"),
    },
    Step { tells: "The next page: the trackers of that category may work now.", path: "/", form: None },
    Step { tells: "The cookie policy says so.", path: "/cookies-policy", form: None },
    Step {
        tells: "The visitor withdraws there. The same answer expires what had been agreed to.",
        path: "/.tamis/consent",
        form: Some("action=refuse-all&from=policy&back=/cookies-policy"),
    },
    Step { tells: "The next page: nothing is left of it.", path: "/", form: None },
];

/// What a page shows of the visitor's choice: keys of categories and services.
#[derive(Debug)]
pub(super) enum Seen {
    /// What the banner asks for.
    Asked(Vec<String>),
    /// The switches that are on.
    On(Vec<String>),
}

impl Seen {
    fn on(page: &str) -> Option<Self> {
        let values = |mark: &str| -> Vec<(String, bool)> {
            let tags = page.split(mark).skip(1);
            let tags = tags.filter_map(|rest| rest.split('>').next()?.split_once('"'));
            tags.map(|(key, rest)| (key.to_owned(), rest.contains(" checked"))).collect()
        };
        if page.contains("id=\"tamis-banner\"") {
            let asked = values("name=\"ask\" value=\"");
            return Some(Self::Asked(asked.into_iter().map(|(key, _)| key).collect()));
        }
        let switches = values("data-tamis-switch=\"");
        let on = || switches.iter().filter(|(_, on)| *on).map(|(key, _)| key.clone());
        (!switches.is_empty()).then(|| Self::On(on().collect()))
    }
}

/// The visitor: where the gateway is, and what the browser holds.
pub(super) struct Visitor {
    gateway: SocketAddr,
    jar: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Visitor {
    pub(super) fn new(gateway: SocketAddr) -> Self {
        Self { gateway, jar: Vec::new() }
    }

    /// Sends the request of a step, reads the answer and stores its cookies. Returns what is seen of the visitor's choice
    /// on the page, where there is anything.
    ///
    /// # Errors
    /// The exchange broke, or was not answered by a page or a redirection.
    pub(super) fn take(&mut self, step: Step) -> io::Result<Option<Seen>> {
        let mut stream = TcpStream::connect(self.gateway)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&self.request(step))?;
        let answer = read_bounded(stream)?;
        let end = answer.windows(4).position(|octets| octets == b"\r\n\r\n").unwrap_or(answer.len());
        let mut lines = answer.get(..end).unwrap_or_default().split(|octet| *octet == b'\n');
        let status = lines.next().unwrap_or_default();
        if !status.starts_with(b"HTTP/1.1 2") && !status.starts_with(b"HTTP/1.1 3") {
            let status = String::from_utf8_lossy(status);
            return Err(io::Error::other(format!("{} was answered by {}", step.path, status.trim())));
        }
        lines.for_each(|line| self.store(line));
        if step.form.is_none() && step.path == "/" {
            self.run_script();
        }
        Ok(Seen::on(&String::from_utf8_lossy(answer.get(end..).unwrap_or_default())))
    }

    fn request(&self, step: Step) -> Vec<u8> {
        let gateway = self.gateway;
        let method = if step.form.is_some() { "POST" } else { "GET" };
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: {gateway}\r\nOrigin: http://{gateway}\r\nAccept: text/html\r\nConnection: close\r\n",
            step.path
        );
        let mut request = head.into_bytes();
        if !self.jar.is_empty() {
            let pairs: Vec<_> =
                self.jar.iter().map(|(name, value)| [name.as_slice(), value].join(&b'=')).collect();
            request.extend([b"Cookie: ".as_slice(), &pairs.join(b"; ".as_slice()), b"\r\n"].concat());
        }
        let Some(form) = step.form else {
            request.extend(b"\r\n");
            return request;
        };
        let token = self.jar.iter().find(|(name, _)| name == b"csrftoken").map(|(_, value)| value.as_slice());
        let form = [form.as_bytes(), b"&csrfmiddlewaretoken=", token.unwrap_or_default()].concat();
        let kind = "application/x-www-form-urlencoded";
        request.extend(format!("Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", form.len()).bytes());
        request.extend(form);
        request
    }

    /// Stores the cookie of a field line that sets one, or removes it where the line does.
    fn store(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((field, value)) =
            line.iter().position(|octet| *octet == b':').and_then(|at| line.split_at_checked(at))
        else {
            return;
        };
        if !field.eq_ignore_ascii_case(b"set-cookie") {
            return;
        }
        let cookie = SetCookie::parse(value.strip_prefix(b":").unwrap_or(value));
        self.jar.retain(|(name, _)| name != cookie.name());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if !cookie.is_deletion(i64::try_from(now.as_secs()).unwrap_or(i64::MAX)) {
            self.jar.push((cookie.name().to_vec(), cookie.value().to_vec()));
        }
    }

    /// What the script of the portal's page does in a browser.
    fn run_script(&mut self) {
        let name = b"_pk_id.1.abcd";
        if !self.jar.iter().any(|(held, _)| held == name) {
            self.jar.push((name.to_vec(), b"demo-value-script".to_vec()));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "bounded by take")]
fn read_bounded(stream: TcpStream) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    Ok(answer)
}
