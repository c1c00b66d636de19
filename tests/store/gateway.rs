//! The built command, running before a small origin server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::kit::{Folder, until};

/// What the origin server answers to everything.
pub(crate) const PAGE: &str = "a page of the site";

const REGISTRY: &str = "\
version: \"1\"
cookies:
  - {names: cookies_preferences, provider: Us, purposes: Choice, category: necessary, exemption: It is the choice}
  - {names: _pk, provider: Us, purposes: Counting, category: statistical}
  - {names: _ad, provider: They, purposes: Maps, category: third-party}
";

/// A running `tamis run`; killed at the end.
pub(crate) struct Gateway {
    child: Child,
    log: Arc<Mutex<String>>,
    address: SocketAddr,
    admin: SocketAddr,
}

/// Starts an origin server, which runs as long as the tests do.
pub(crate) fn origin() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

fn serve(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                PAGE.len()
            );
            if stream.write_all((head + PAGE).as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Writes the configuration `tamis.yaml` of one site, with these settings of its records, and the registry.
pub(crate) fn configure(folder: &Folder, origin: SocketAddr, records: &str) {
    configure_as(folder, "tamis.yaml", origin, records);
}

/// The same under another name.
pub(crate) fn configure_as(folder: &Folder, name: &str, origin: SocketAddr, records: &str) {
    std::fs::write(folder.path("registry.yaml"), REGISTRY).unwrap();
    let text = format!(
        "listeners: [{{address: \"127.0.0.1:0\"}}]\nadmin: {{address: \"127.0.0.1:0\"}}\nworkers: 2\n\
         records: {records}\n\
         sites:\n  - {{hosts: [a.example], registry: registry.yaml, upstream: \"http://{origin}\"}}\n"
    );
    std::fs::write(folder.path(name), text).unwrap();
}

impl Gateway {
    /// With the configuration `tamis.yaml`. `shell` runs before it, in the same process.
    pub(crate) fn start(folder: &Folder, shell: &str) -> Self {
        Self::start_as(folder, "tamis.yaml", shell)
    }

    pub(crate) fn start_as(folder: &Folder, configuration: &str, shell: &str) -> Self {
        let mut command = Command::new("bash");
        command.args(["-c", &format!("{shell}\nexec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tamis")]);
        command.args(["run", "--config", configuration]).current_dir(folder.root());
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut out, lines) = (BufReader::new(child.stdout.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            let mut line = String::new();
            while out.read_line(&mut line).is_ok_and(|octets| octets > 0) {
                lines.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut gateway = Self { child, log, address: unknown, admin: unknown };
        gateway.until_logged("admin listening");
        let address = |line: &str| line.split("address=").nth(1).unwrap().trim().parse().unwrap();
        let text = gateway.log();
        let mut listening = text.lines().filter(|line| line.contains("listening"));
        gateway.address = address(listening.next().unwrap());
        gateway.admin = address(listening.next().unwrap());
        gateway
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn until_logged(&self, words: &str) {
        until(&format!("the log says {words:?}: {}", self.log()), || self.log().contains(words));
    }

    /// A count or gauge of `/metrics`.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
    }

    /// Lets it write files as long as it wants.
    pub(crate) fn make_room(&self) {
        let pid = format!("--pid={}", self.child.id());
        assert!(Command::new("prlimit").args([&pid, "--fsize=unlimited:"]).status().unwrap().success());
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, which ends it in good order.
    pub(crate) fn stop(mut self) -> String {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{}", self.log());
        self.until_logged("stopped");
        self.log()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `tamis records` with the configuration: the exit code, and all that it said.
pub(crate) fn records(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.arg("records").args(arguments).current_dir(folder.root()).env_remove("TAMIS_CONFIG");
    let output = command.output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text)
}

/// `tamis records verify`, which has to find everything in order.
pub(crate) fn assert_in_order(folder: &Folder, arguments: &[&str]) -> String {
    let all = [&["verify", "--config", "tamis.yaml"][..], arguments].concat();
    let (code, text) = records(folder, &all);
    assert!(code == 0 && text.contains("in order"), "{text}");
    text
}
