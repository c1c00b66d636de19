//! The gateway as operators run it: the built command, its files, its log, its signals.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};

use super::{Agent, Authority, Message, PATIENCE};

/// A running `tamis run`; killed if the test fails.
pub(crate) struct Process {
    child: Child,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl Process {
    /// Runs the configuration in a file, and returns when it listens.
    pub(crate) fn start(config: &Path) -> Self {
        Self::begin(Command::new(env!("CARGO_BIN_EXE_tamis")), config)
    }

    /// The same, by a shell that says this before.
    pub(crate) fn start_after(words: &str, config: &Path) -> Self {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{words}; exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_tamis"));
        Self::begin(command, config)
    }

    fn begin(mut command: Command, config: &Path) -> Self {
        command.arg("run").arg("--config").arg(config).env_remove("TAMIS_CONFIG");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let log = Arc::new(Log::default());
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                heard.lines.lock().unwrap().push(line);
                heard.more.notify_all();
            }
        });
        let process = Self { child, log };
        process.logged("admin listening");
        process
    }

    /// The first line with all of these words, once there is one.
    pub(crate) fn logged_with(&self, words: &[&str]) -> String {
        let find = |lines: &Vec<String>| {
            lines.iter().find(|line| words.iter().all(|word| line.contains(word))).cloned()
        };
        let lines = self.log.lines.lock().unwrap();
        let waiting = self.log.more.wait_timeout_while(lines, PATIENCE, |lines| find(lines).is_none());
        let (lines, _) = waiting.unwrap();
        find(&lines).unwrap_or_else(|| panic!("{words:?} is not in the log: {lines:#?}"))
    }

    /// The first line with this mark, once there is one.
    pub(crate) fn logged(&self, mark: &str) -> String {
        self.logged_with(&[mark])
    }

    /// How many lines have this mark so far.
    pub(crate) fn count(&self, mark: &str) -> usize {
        self.log.lines.lock().unwrap().iter().filter(|line| line.contains(mark)).count()
    }

    /// Waits until so many lines have this mark.
    pub(crate) fn logged_times(&self, mark: &str, times: usize) {
        let fewer = |lines: &mut Vec<String>| lines.iter().filter(|line| line.contains(mark)).count() < times;
        let lines = self.log.lines.lock().unwrap();
        let (_lines, waited) = self.log.more.wait_timeout_while(lines, PATIENCE, fewer).unwrap();
        assert!(!waited.timed_out(), "{mark:?} is not {times} times in the log");
    }

    /// All that was logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lines.lock().unwrap().join("\n")
    }

    /// Waits for the reload to this generation, and says why it was made.
    pub(crate) fn reloaded(&self, generation: u64) -> String {
        let line = self.logged_with(&[" reloaded ", &format!("generation={generation}")]);
        line.split_once("cause=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
    }

    /// Where user agents connect.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        address(&self.logged(" listening "))
    }

    /// The addresses of all listeners for user agents.
    pub(crate) fn addresses(&self) -> Vec<std::net::SocketAddr> {
        let lines = self.log.lines.lock().unwrap();
        let listening = |line: &&String| line.contains(" listening ") && !line.contains("admin");
        lines.iter().filter(listening).map(|line| address(line)).collect()
    }

    pub(crate) fn agent(&self) -> Agent {
        Agent::connect(self.address())
    }

    /// An agent that speaks TLS and trusts this authority alone.
    pub(crate) fn tls_agent(&self, authority: &Authority) -> Agent {
        authority.agent(self.address())
    }

    /// What the operator's listener answers.
    pub(crate) fn operator(&self, line: &str) -> Message {
        let address = address(&self.logged("admin listening"));
        Agent::connect(address).for_host("localhost").request(line, &[])
    }

    /// An agent of the operator, whose connection stays open.
    pub(crate) fn operator_agent(&self) -> Agent {
        Agent::connect(address(&self.logged("admin listening"))).for_host("localhost")
    }

    /// The value of a metric without labels.
    pub(crate) fn gauge(&self, name: &str) -> f64 {
        let metrics = super::text(&self.operator("GET /metrics").body);
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("{name} is not in {metrics}")).parse().unwrap()
    }

    /// Whether the metrics have this line.
    pub(crate) fn counts(&self, line: &str) -> bool {
        super::text(&self.operator("GET /metrics").body).lines().any(|written| written == line)
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// A program that sees the files that the process sees, which may have a mount namespace of its own.
    pub(crate) fn beside(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &self.child.id().to_string(), program]);
        command
    }

    /// Tells it to stop, and returns its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }
}

/// The address in a line of the log.
fn address(line: &str) -> std::net::SocketAddr {
    line.split("address=").nth(1).unwrap().trim().parse().unwrap()
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
