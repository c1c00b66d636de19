//! A PostgreSQL server of a test's own, as the machine's packages brought it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::kit::{Folder, until};

const PASSWORD: &str = "s3cr3t";

/// A running server; stopped, and its directory removed, at the end.
pub(crate) struct Server {
    folder: Folder,
    binaries: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Makes one, with a certificate for `localhost` that is its own authority.
    pub(crate) fn start() -> Self {
        let binaries = binaries();
        let folder = Folder::new();
        fs::write(folder.path("password"), PASSWORD).unwrap();
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.path("ca.pem"), certified.cert.pem()).unwrap();
        fs::write(folder.path("key.pem"), certified.signing_key.serialize_pem()).unwrap();
        fs::set_permissions(folder.path("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        give_away(folder.root());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let made = as_postgres(&binaries.join("initdb"))
            .args(["--username=tamis", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"])
            .arg(format!("--pwfile={}", folder.path("password").display()))
            .arg(format!("--pgdata={}", folder.path("data").display()))
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        let mut server = Self { folder, binaries, port, process: None };
        server.run();
        server
    }

    /// Starts the server over its data.
    pub(crate) fn run(&mut self) {
        let folder = &self.folder;
        let certificate = format!("ssl_cert_file={}", folder.path("ca.pem").display());
        let key = format!("ssl_key_file={}", folder.path("key.pem").display());
        let process = as_postgres(&self.binaries.join("postgres"))
            .arg("-D")
            .arg(folder.path("data"))
            .arg("-k")
            .arg(folder.root())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=localhost", "-c", "ssl=on"])
            .args(["-c", &certificate, "-c", &key, "-c", "log_min_messages=fatal"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(process.unwrap());
        let ready = || {
            let mut command = Command::new(self.binaries.join("pg_isready"));
            command.arg("-q").arg("-h").arg(folder.root()).args(["-p", &self.port.to_string()]);
            command.status().unwrap().success()
        };
        until("the server is ready", ready);
    }

    /// From now on it answers nothing, and ends no connection either, as a machine that hangs.
    pub(crate) fn freeze(&self) {
        self.signal_all("STOP");
    }

    fn signal_all(&self, signal: &str) {
        let pid = self.pid();
        let all = format!("kill -{signal} {pid} $(ps -o pid= --ppid {pid})");
        // One that ends meanwhile can't be told.
        Command::new("sh").args(["-c", &all]).stderr(Stdio::null()).status().unwrap();
    }

    fn pid(&self) -> String {
        let text = fs::read_to_string(self.folder.path("data/postmaster.pid")).unwrap();
        text.lines().next().unwrap().to_owned()
    }

    /// Ends it as a loss of power would.
    pub(crate) fn kill(&mut self) {
        let pid = self.pid();
        // A frozen one hears nothing else.
        self.signal_all("CONT");
        if let Some(mut process) = self.process.take() {
            // SIGQUIT ends all its processes at once, without a checkpoint: the log is replayed at the next start.
            let _ = Command::new("kill").args(["-QUIT", &pid]).status();
            process.wait().unwrap();
        }
    }

    /// Over its socket in the file system.
    pub(crate) fn url(&self) -> String {
        let socket = self.folder.root().display().to_string().replace('/', "%2F");
        format!("postgres://tamis:{PASSWORD}@{socket}:{}/postgres", self.port)
    }

    /// Over TCP, with TLS.
    pub(crate) fn tls_url(&self) -> String {
        format!("postgres://tamis:{PASSWORD}@localhost:{}/postgres?sslmode=require", self.port)
    }

    /// Has the server do something behind the back of tamis.
    pub(crate) fn sql(&self, statement: &str) {
        let done = Command::new(binaries().join("psql")).args([&self.url(), "-qc", statement]).status();
        assert!(done.unwrap().success());
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path("ca.pem")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.root()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

/// The newest of the installed ones.
fn binaries() -> PathBuf {
    // Where Debian's packages put them; `tests/run postgres` installs one.
    let versions = fs::read_dir("/usr/lib/postgresql").unwrap();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions.map(|entry| entry.unwrap().path()).max_by_key(number).unwrap().join("bin")
}

/// PostgreSQL refuses to run as root, so it runs as the user of its package then.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

fn give_away(folder: &Path) {
    if is_root() {
        let done = Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder).status();
        assert!(done.unwrap().success());
    }
}

fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output().unwrap();
    told.stdout.starts_with(b"0\n")
}
