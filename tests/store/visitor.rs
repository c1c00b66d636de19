//! A visitor's browser, as far as choosing goes: one connection and a jar of cookies.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const HOST: &str = "a.example";

/// One of the ways to choose, and what its record says of the choices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) request: &'static str,
    pub(crate) body: &'static str,
    pub(crate) choices: &'static str,
    /// Whether it agrees to something that was not agreed to before.
    pub(crate) grants: bool,
}

pub(crate) const ACCEPT: Choice = Choice {
    request: "POST",
    body: "action=accept-all&from=banner&back=%2F",
    choices: r#"{"statistical":true,"third-party":true}"#,
    grants: true,
};
pub(crate) const REFUSE: Choice = Choice {
    request: "POST",
    body: "action=refuse-all&from=centre",
    choices: r#"{"statistical":false,"third-party":false}"#,
    grants: false,
};
/// After [`ACCEPT`].
pub(crate) const WITHDRAW: Choice = Choice {
    request: "PUT",
    body: r#"{"choices":{"statistical":false}}"#,
    choices: r#"{"statistical":false,"third-party":true}"#,
    grants: false,
};
/// As the first choice.
pub(crate) const ONE: Choice = Choice {
    request: "PUT",
    body: r#"{"choices":{"statistical":true}}"#,
    choices: r#"{"statistical":true}"#,
    grants: true,
};
/// After [`ONE`].
pub(crate) const OTHER: Choice = Choice {
    request: "PUT",
    body: r#"{"choices":{"third-party":true}}"#,
    choices: r#"{"statistical":true,"third-party":true}"#,
    grants: true,
};
pub(crate) const FORGET: Choice = Choice { request: "DELETE", body: "", choices: "{}", grants: false };
/// After [`REFUSE`].
pub(crate) const SAVE: Choice = Choice {
    request: "POST",
    body: "action=save&ask=statistical&grant=statistical&from=policy",
    choices: r#"{"statistical":true,"third-party":false}"#,
    grants: true,
};

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The values of its `Set-Cookie` fields.
    pub(crate) cookies: Vec<String>,
    pub(crate) body: String,
}

/// A browser.
#[derive(Debug)]
pub(crate) struct Visitor {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
    jar: BTreeMap<String, String>,
}

impl Answer {
    /// Whether it puts an agreement into force.
    pub(crate) fn grants(&self) -> bool {
        self.cookies
            .iter()
            .any(|cookie| cookie.starts_with("cookies_preferences=") && cookie.contains("true"))
    }
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, jar: BTreeMap::new() }
    }

    /// Somebody else on the same connection; on a new one if the gateway is elsewhere now.
    pub(crate) fn next(&mut self, address: SocketAddr) {
        self.jar.clear();
        self.go_to(address);
    }

    pub(crate) fn go_to(&mut self, address: SocketAddr) {
        if self.address != address {
            self.address = address;
            self.stream = None;
        }
    }

    /// As if a script of a site had set it.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.jar.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.jar.contains_key(name)
    }

    /// The random id, as records have it.
    pub(crate) fn id(&self) -> Option<String> {
        let octets = URL_SAFE_NO_PAD.decode(self.jar.get("tamis_choice")?.split('.').nth(1)?).unwrap();
        Some(octets.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask(&format!("GET {path}"), "text/plain", "")
    }

    pub(crate) fn choose(&mut self, choice: Choice) -> io::Result<Answer> {
        let kind =
            if choice.request == "PUT" { "application/json" } else { "application/x-www-form-urlencoded" };
        let answer = self.ask(&format!("{} /.tamis/consent", choice.request), kind, choice.body)?;
        let honoured = if choice.request == "POST" { 303 } else { 200 };
        let refused = choice.grants && answer.status == 503 && !answer.grants();
        assert!(answer.status == honoured || refused, "{choice:?}: {answer:?}");
        Ok(answer)
    }

    fn ask(&mut self, request: &str, kind: &str, body: &str) -> io::Result<Answer> {
        let answer = self.exchange(request, kind, body);
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self, request: &str, kind: &str, body: &str) -> io::Result<Answer> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            self.stream = Some(BufReader::new(stream));
        }
        let jar: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = if jar.is_empty() { String::new() } else { format!("Cookie: {}\r\n", jar.join("; ")) };
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\n\
             {cookie}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let stream = self.stream.as_mut().unwrap();
        stream.get_mut().write_all(head.as_bytes())?;
        let answer = answer(stream)?;
        for cookie in &answer.cookies {
            store(&mut self.jar, cookie);
        }
        Ok(answer)
    }
}

fn answer(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut line = String::new();
    let mut read = |line: &mut String| {
        line.clear();
        let octets = stream.read_line(line)?;
        if octets == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok::<_, io::Error>(()) }
    };
    read(&mut line)?;
    let mut answer =
        Answer { status: line[9..12].parse().unwrap(), cookies: Vec::new(), body: String::new() };
    let mut length = 0;
    loop {
        read(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name {
            "set-cookie" => answer.cookies.push(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    answer.body = String::from_utf8(body).unwrap();
    Ok(answer)
}

/// What a browser does with a field; this one only knows cookies of the host itself and the path `/`.
fn store(jar: &mut BTreeMap<String, String>, field: &str) {
    let (pair, attributes) = field.split_once(';').unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    let is_ours = attributes.split("; ").map(str::trim).any(|attribute| attribute == "Path=/");
    if attributes.contains("Domain=") || !is_ours {
        return;
    }
    if attributes.contains("Max-Age=0") {
        jar.remove(name);
    } else {
        jar.insert(name.to_owned(), value.to_owned());
    }
}
