//! What is to be written: from the arguments, and from who sits at the terminal.

use std::net::SocketAddr;

use super::super::terminal::say;
use super::super::{FAULTY, WRONG};
use super::ask::{ask, somebody};
use super::{Arguments, Preset, Probed, Refusal, host, origin, ports, probe};

const HOST: &str = "localhost";
const UPSTREAM: &str = "http://127.0.0.1:8000";
const LISTEN: u16 = 8080;
const ADMIN: u16 = 9180;

/// All that the files are made of.
pub(super) struct Answers {
    /// At least one.
    pub(super) hosts: Vec<String>,
    /// Its URL.
    pub(super) upstream: String,
    pub(super) preset: Preset,
    pub(super) listen: SocketAddr,
    pub(super) admin: SocketAddr,
}

impl Answers {
    /// Takes what the arguments say and asks for the rest, and looks at the site.
    ///
    /// # Errors
    /// There is nobody to ask, or they don't answer; the wanted address is taken.
    pub(super) fn gather(arguments: &Arguments) -> Result<(Self, Probed), Refusal> {
        let listen = arguments.listen.map(ports::wanted).transpose().map_err(|fault| (FAULTY, fault))?;
        let asking = Asking::new(arguments)?;
        let hosts = match arguments.hosts.as_slice() {
            [] => asking.or("Host names that visitors type, with spaces between them", HOST, hosts)?,
            given => given.to_vec(),
        };
        let upstream = match &arguments.upstream {
            None => asking.or("The URL at which the site itself answers", UPSTREAM, origin)?,
            Some(given) => given.clone(),
        };
        let target = probe::Target::of(&upstream);
        let probed = match &target {
            Some(target) if !arguments.no_probe => {
                let host = hosts.first().map_or(HOST, String::as_str);
                let probed = probe::probe(target, host);
                say(&probed.sentence(&upstream, host));
                probed
            }
            _ => Probed::Unasked,
        };
        let preset = match arguments.preset {
            None => {
                let guess = Preset::guess(&probed);
                asking.or(
                    "It is made with: django, opendatasoft, none of them",
                    guess.word(),
                    Preset::parse,
                )?
            }
            Some(given) => given,
        };
        let theirs = target.map_or(0, |target| target.port);
        let listen = listen.unwrap_or_else(|| ports::everywhere(LISTEN, &[theirs]));
        let admin = ports::here(ADMIN, &[theirs, listen.port()]);
        Ok((Self { hosts, upstream, preset, listen, admin }, probed))
    }

    /// How the site is visited through tamis.
    pub(super) fn visit(&self) -> String {
        let ip = self.listen.ip();
        let here = if ip.is_unspecified() { HOST.to_owned() } else { ip.to_string() };
        let here = if ip.is_ipv6() && !ip.is_unspecified() { format!("[{here}]") } else { here };
        let port = self.listen.port();
        if self.hosts.contains(&here) {
            return format!("http://{here}:{port}/");
        }
        let host = self.hosts.first().map_or(HOST, String::as_str).replace("*.", "www.");
        format!("curl -i -H 'Host: {host}' http://{here}:{port}/")
    }
}

/// Who is asked what the arguments don't say.
enum Asking {
    Somebody,
    /// What is proposed is taken.
    Nobody,
}

impl Asking {
    fn new(arguments: &Arguments) -> Result<Self, Refusal> {
        let missing = [
            (arguments.hosts.is_empty(), "--host HOST"),
            (arguments.upstream.is_none(), "--upstream URL"),
            (arguments.preset.is_none(), "--preset django|opendatasoft|none"),
        ];
        let missing: Vec<&str> = missing.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
        if arguments.yes || missing.is_empty() {
            return Ok(Self::Nobody);
        }
        if !somebody() {
            let sentence = format!(
                "there is no terminal to ask on: add {}, or --yes to take what would be proposed",
                missing.join(" ")
            );
            return Err((WRONG, sentence));
        }
        say("Enter takes what stands in brackets.");
        Ok(Self::Somebody)
    }

    /// The answer to a question, or what is proposed.
    fn or<T>(
        &self,
        question: &str,
        proposed: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Refusal> {
        match self {
            Self::Somebody => ask(question, proposed, read),
            Self::Nobody => read(proposed).map_err(|wrong| (WRONG, wrong)),
        }
    }
}

/// One or more, with spaces or commas between them.
fn hosts(text: &str) -> Result<Vec<String>, String> {
    text.split([' ', ',']).filter(|part| !part.is_empty()).map(host).collect()
}
