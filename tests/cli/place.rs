//! A directory for one test, and the command called in it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The value of every cookie in these tests: it must not appear in any output.
pub(crate) const SECRET: &str = "s3cr3t";

/// A directory of its own, removed at the end.
pub(crate) struct Place(PathBuf);

/// What a command that ended has said.
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// With a registry, and a configuration whose one site uses it.
    pub(crate) fn with_site() -> Self {
        let place = Self::new();
        place.write("registry.yaml", REGISTRY);
        place.write("tamis.yaml", configuration(0));
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs the command to its end.
    pub(crate) fn tamis(&self, arguments: &[&str]) -> Told {
        self.tamis_with(arguments, b"")
    }

    /// Runs the command to its end, with a text on standard input.
    pub(crate) fn tamis_with(&self, arguments: &[&str], input: &[u8]) -> Told {
        let mut child = self.command(arguments).stderr(Stdio::piped()).spawn().unwrap();
        // A command that reads nothing may have ended before.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let told = Told {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        for text in [&told.out, &told.err] {
            assert!(!text.contains(SECRET), "{arguments:?} printed a value: {text}");
            assert!(!text.contains('\x1b'), "{arguments:?} coloured what is no terminal: {text}");
            assert!(!text.contains("panicked"), "{arguments:?}: {text}");
        }
        told
    }

    /// Starts a command that runs until told to stop.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::of(&mut self.command(arguments))
    }

    /// Starts a command that inherits a socket as descriptor 3, as systemd gives it (sd_listen_fds(3)).
    pub(crate) fn start_with_socket(&self, arguments: &[&str], socket: impl Into<OwnedFd>) -> Running {
        Running::of(&mut self.inheriting(arguments, socket))
    }

    /// Runs such a command to its end: the exit code, and what it said to standard error.
    pub(crate) fn end_with_socket(&self, arguments: &[&str], socket: impl Into<OwnedFd>) -> (i32, String) {
        let output = self.inheriting(arguments, socket).stderr(Stdio::piped()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn inheriting(&self, arguments: &[&str], socket: impl Into<OwnedFd>) -> Command {
        // The shell's own number is that of the command which takes its place.
        let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\"";
        let mut command = self.program("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_tamis")]).args(arguments);
        command.stdin(Stdio::from(socket.into()));
        command
    }

    /// Starts a command in an environment with further variables.
    pub(crate) fn start_in(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
        Running::of(self.command(arguments).envs(variables.iter().copied()))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_tamis"));
        command.args(arguments);
        command
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.0)
            .env_remove("TAMIS_CONFIG")
            .env_remove("TAMIS_ADMIN")
            .env_remove("NOTIFY_SOCKET");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A command that is running; killed if the test fails.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn of(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end: the exit code, and the rest of the output.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        while self.out.read_line(&mut rest).unwrap() > 0 {}
        assert!(!rest.contains(SECRET), "{rest}");
        (self.child.wait().unwrap().code(), rest)
    }

    /// The next line that holds a word.
    pub(crate) fn line(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "ended without a line with {word:?}");
            assert!(!line.contains(SECRET), "{line}");
            if line.contains(word) {
                return line;
            }
        }
    }

    /// Sends a signal by its name and waits for the end: the exit code, and the rest of the output.
    pub(crate) fn end(self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The octets of a message until its empty line.
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet).unwrap();
        head.extend(octet);
    }
    String::from_utf8(head).unwrap()
}

/// A configuration that listens on a port of 127.0.0.1, before an origin server that nobody runs.
pub(crate) fn configuration(port: u16) -> String {
    format!(
        "listeners: [{{address: \"127.0.0.1:{port}\"}}]\n\
         workers: 2\n\
         log: {{level: trace}}\n\
         sites:\n  - hosts: [a.example]\n    registry: registry.yaml\n    upstream: http://127.0.0.1:1\n"
    )
}

/// `_ga` stands in line 6, column 13.
pub(crate) const REGISTRY: &str = "\
version: \"1\"
cookies:
  - {names: sessionid, provider: Us, purposes: Log-in, category: necessary, exemption: Asked for, lifetime: session}
  - {names: cookies_preferences, provider: Us, purposes: Choice, category: necessary, exemption: It is the choice}
  - provider: Google
    names: [_ga, '_ga_{id}']
    purposes: Counting
    category: statistical
";
