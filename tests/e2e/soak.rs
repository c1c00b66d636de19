//! Many reloads under load, half of them of broken files, with certificates swapped meanwhile: nothing fails, nothing
//! lasts, and nothing is left behind.
//!
//! Sixty reloads among the other tests. `tests/run soak` makes a thousand, under 50,000 requests at least, holds the second in
//! which a configuration is served and the memory to their bounds too, and prints what it measured (docs/performance.md).

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use crate::kit::{Agent, Authority, Certificate, Folder, Origin, Process, Setup, origin, page};

/// How long the soak is.
struct Form {
    reloads: usize,
    requests: usize,
    /// Time and memory are held to their bounds too: minutes in which the machine has little else to do.
    measured: bool,
}

impl Form {
    fn chosen() -> Self {
        match std::env::var_os("TAMIS_SOAK") {
            Some(_) => Self { reloads: 1000, requests: 50_000, measured: true },
            None => Self { reloads: 60, requests: 1000, measured: false },
        }
    }
}

/// Requests that a user agent makes on one connection.
const REQUESTS: usize = 50;
/// Names that the origin server sets as cookies, of which the registry declares one after the other.
const NAMES: usize = 10;

/// A registry in which the cookie of this number is declared, and no other that the origin server sets.
fn registry(number: usize) -> String {
    let row = |name: &str| {
        format!(
            "  - {{names: {name}, provider: Us, purposes: Work, category: necessary, exemption: Asked for}}\n"
        )
    };
    format!(
        "version: '{number}'\ncookies:\n{}{}",
        row(&format!("g{}", number % NAMES)),
        row("cookies_preferences")
    )
}

/// An origin server with a page that sets all cookies, an echo over a WebSocket, and a download that goes on with each
/// piece that the test sends.
fn portal(pieces: usize) -> (Origin, SyncSender<()>) {
    let cookies: Vec<String> = (0..NAMES).map(|number| format!("Set-Cookie: g{number}=1")).collect();
    let page = page(&cookies.iter().map(String::as_str).collect::<Vec<_>>());
    let (more, wanted) = sync_channel(2);
    let wanted = Mutex::new(wanted);
    let origin = origin(move |visit| {
        while let Some(request) = visit.request_head() {
            match request.start().split(' ').nth(1) {
                Some("/socket") => {
                    visit.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                    loop {
                        let octets = visit.wire.some();
                        if octets.is_empty() || visit.wire.try_send(&octets).is_err() {
                            return;
                        }
                    }
                }
                Some("/download") => {
                    visit.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {pieces}\r\n\r\n"));
                    wanted.lock().unwrap().iter().take(pieces).for_each(|()| visit.send("x"));
                }
                _ => visit.send(&page),
            }
        }
    });
    (origin, more)
}

/// User agents that go on asking until the end.
#[derive(Default)]
struct Crowd {
    /// Held for each request; whoever writes stops them all, each with an open connection.
    pace: RwLock<()>,
    over: AtomicBool,
    requests: AtomicUsize,
}

impl Crowd {
    /// One of them; it panics as soon as an answer is not as it must be.
    fn visit(&self, connect: impl Fn() -> Agent) {
        let mut at_work: Option<(Agent, usize)> = None;
        while !self.over.load(Ordering::Relaxed) {
            let _going = self.pace.read().unwrap();
            let (agent, asked) = match &mut at_work {
                Some((agent, asked)) if *asked < REQUESTS => (agent, asked),
                used_up => {
                    let (agent, asked) = used_up.insert((connect(), 0));
                    (agent, asked)
                }
            };
            let answer = agent.get(&["Cookie: sessionid=1"]);
            assert_eq!(answer.status(), 200);
            assert!(answer.is_whole());
            declared(&answer.values("set-cookie"));
            *asked += 1;
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The number of the one cookie that passed.
fn declared(cookies: &[String]) -> usize {
    let [cookie] = cookies else { panic!("one generation declares one cookie: {cookies:?}") };
    cookie.strip_prefix('g').unwrap().strip_suffix("=1").unwrap().parse().unwrap()
}

/// What a gateway holds.
#[derive(Debug)]
struct Holding {
    descriptors: f64,
    tasks: f64,
    memory: f64,
}

impl Holding {
    /// While nobody asks for anything.
    fn of(crowd: &Crowd, process: &Process) -> Self {
        let _stopped = crowd.pace.write().unwrap();
        Self {
            descriptors: process.gauge("process_open_fds"),
            tasks: process.gauge("tamis_tasks"),
            memory: process.gauge("process_resident_memory_bytes"),
        }
    }
}

/// The files of the gateway, and the ways in which they break.
struct Files {
    folder: Folder,
    authority: Authority,
    yaml: String,
    certificate: Certificate,
}

impl Files {
    fn new(origin: &Origin) -> Self {
        let (folder, authority) = (Folder::new(), Authority::new());
        let certificate = authority.issue("x.test");
        let tls = "{address: \"127.0.0.1:0\", tls: {certificate: cert.pem, key: key.pem}}";
        Setup::new(origin)
            .top(&format!("listeners: [{{address: \"127.0.0.1:0\"}}, {tls}]"))
            .top("log: {access: false}")
            .workers(2)
            .registry(&registry(0))
            .write(&folder);
        let yaml = fs::read_to_string(folder.at("tamis.yaml")).unwrap();
        let files = Self { folder, authority, yaml, certificate };
        files.show();
        files
    }

    /// Writes the certificate and its key.
    fn show(&self) {
        self.folder.write("key.pem", &self.certificate.key);
        self.folder.write("cert.pem", &self.certificate.certificate);
    }

    fn break_in_turn(&self, turn: usize) {
        match turn % 5 {
            0 => self.folder.write("site.yaml", &registry(turn).replace("purposes", "purpose")),
            1 => self.folder.write("site.yaml", "cookies: ["),
            2 => fs::remove_file(self.folder.at("site.yaml")).unwrap(),
            3 => self.folder.write("tamis.yaml", &format!("{}limts: {{}}\n", self.yaml)),
            _ => self.folder.write("key.pem", &self.authority.issue("x.test").key),
        }
    }

    /// Makes good what the turn broke, with another certificate now and then, and the registry of this number last of all.
    fn mend(&mut self, turn: usize, number: usize) {
        match turn % 5 {
            3 => self.folder.write("tamis.yaml", &self.yaml),
            4 => {
                self.certificate = self.authority.issue("x.test");
                self.show();
            }
            _ => {}
        }
        self.folder.write("site.yaml", &registry(number));
    }
}

/// What was there before all reloads, and has to live through them.
struct Witnesses {
    download: Agent,
    socket: Agent,
    more: SyncSender<()>,
}

impl Witnesses {
    /// A download over a plain connection, a WebSocket over TLS.
    fn new(mut download: Agent, mut socket: Agent, more: SyncSender<()>) -> Self {
        download.ask("GET /download", &[]);
        assert_eq!(download.head().status(), 200);
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        socket.ask("GET /socket", &["Connection: Upgrade", "Upgrade: websocket", key]);
        assert_eq!(socket.head().status(), 101);
        Self { download, socket, more }
    }

    /// Two pieces more of the download, and a message there and back.
    fn live(&mut self) {
        self.more.send(()).unwrap();
        self.more.send(()).unwrap();
        assert_eq!(self.download.wire.take(2), b"xx");
        self.socket.send("hello");
        assert_eq!(self.socket.wire.take(5), b"hello");
    }
}

/// One refusal and one reload; how long it took from the last write until the new configuration was served.
fn turn(turn: usize, files: &mut Files, process: &Process, watcher: &mut Agent) -> Duration {
    let refused = process.count("not reloaded");
    files.break_in_turn(turn);
    process.logged_times("not reloaded", refused + 1);
    let number = turn + 1;
    let begun = Instant::now();
    files.mend(turn, number);
    while declared(&watcher.get(&[]).values("set-cookie")) != number % NAMES {}
    let delay = begun.elapsed();
    let shown = files.authority.agent(process.addresses()[1]).certificate();
    assert!(files.certificate.is(&shown), "turn {turn}: the certificate of before is shown");
    delay
}

#[test]
fn reloads_under_load_fail_nothing_and_leave_nothing_behind() {
    let form = Form::chosen();
    let (origin, more) = portal(form.reloads);
    let mut files = Files::new(&origin);
    let process = Process::start(&files.folder.at("tamis.yaml"));
    let [plain, tls] = process.addresses()[..] else { panic!("two listeners") };
    let mut witnesses = Witnesses::new(Agent::connect(plain), files.authority.agent(tls), more);
    let crowd = Arc::new(Crowd::default());
    let browser = Arc::new(files.authority.browser());
    let agents = [false, false, true].map(|secure| {
        let (crowd, browser) = (Arc::clone(&crowd), Arc::clone(&browser));
        let connect = move || if secure { browser.connect(tls) } else { Agent::connect(plain) };
        std::thread::spawn(move || crowd.visit(connect))
    });
    let mut watcher = Agent::connect(plain);
    let mut delays = Vec::new();
    let mut early = None;
    for number in 0..form.reloads / 2 {
        delays.push(turn(number, &mut files, &process, &mut watcher));
        witnesses.live();
        if number + 1 == form.reloads / 20 {
            early = Some(Holding::of(&crowd, &process));
        }
    }
    let (early, late) = (early.unwrap(), Holding::of(&crowd, &process));
    crowd.over.store(true, Ordering::Relaxed);
    for agent in agents {
        agent.join().expect("every answer is as it must be");
    }
    assert_eq!(
        witnesses.download.get(&[]).status(),
        200,
        "the download is whole, its connection good for more"
    );
    let requests = crowd.requests.load(Ordering::Relaxed);
    assert!(requests >= form.requests, "{requests} requests");
    assert!(process.counts(&format!("tamis_config_generation {}", 1 + form.reloads / 2)));
    report(&form, requests, delays, (&early, &late));
    drop((witnesses, watcher));
    assert_eq!(process.stop(), Some(0));
}

/// Says what was measured, and holds it to its bounds.
#[expect(clippy::print_stdout, reason = "for docs/performance.md")]
fn report(form: &Form, requests: usize, mut delays: Vec<Duration>, (early, late): (&Holding, &Holding)) {
    delays.sort_unstable();
    let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("{} reloads, half of them refused; {requests} requests, none of them failed", form.reloads);
    println!("served after {median:.0?} (median), {longest:.0?} (longest)");
    println!("after a tenth: {early:?}\nat the end:   {late:?}");
    let grown = |early: f64, late: f64| late > early * 1.05;
    assert!(!grown(early.descriptors, late.descriptors), "descriptors: {early:?} {late:?}");
    assert!(!grown(early.tasks, late.tasks), "tasks: {early:?} {late:?}");
    if form.measured {
        assert!(longest < Duration::from_secs(1), "served after {longest:?}");
        assert!(!grown(early.memory, late.memory), "memory: {early:?} {late:?}");
    }
}
