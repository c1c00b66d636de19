//! Choices over HTTP, from many connections, while the gateway is killed and its disk is full.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tamis::config::Database;
use tamis::store::{Filter, Ledger};

use crate::gateway::{Gateway, PAGE, assert_in_order, configure, origin};
use crate::kit::{Folder, block_on, database, until};
use crate::visitor::{ACCEPT, Choice, FORGET, ONE, OTHER, REFUSE, SAVE, Visitor, WITHDRAW};

const CONNECTIONS: usize = 50;
const CHOICES: usize = 10_000;

/// What visitors do, one after the other.
const VISITS: [&[Choice]; 3] = [&[ACCEPT, WITHDRAW, REFUSE], &[ONE, OTHER, FORGET], &[REFUSE, SAVE]];

/// What many visitors were told, and where the gateway is now.
pub(crate) struct Crowd {
    addresses: Mutex<Vec<SocketAddr>>,
    answered: AtomicUsize,
    most: usize,
    told: Mutex<Told>,
}

/// The choices that were honoured, by id and by what their record has to say; and how often one was refused.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) granted: Vec<(String, &'static str)>,
    pub(crate) withdrawn: Vec<(String, &'static str)>,
    pub(crate) refused: usize,
}

impl Crowd {
    pub(crate) fn new(addresses: Vec<SocketAddr>, most: usize) -> Self {
        let answered = AtomicUsize::new(0);
        Self { addresses: Mutex::new(addresses), answered, most, told: Mutex::default() }
    }

    pub(crate) fn until_answered(&self, count: usize) {
        until(&format!("{count} choices are answered"), || self.answered.load(Ordering::Relaxed) >= count);
    }

    pub(crate) fn is_done(&self) -> bool {
        self.answered.load(Ordering::Relaxed) >= self.most
    }

    fn move_to(&self, address: SocketAddr) {
        *self.addresses.lock().unwrap() = vec![address];
    }

    fn address(&self, connection: usize) -> SocketAddr {
        let addresses = self.addresses.lock().unwrap();
        addresses[connection % addresses.len()]
    }

    /// Chooses by many connections at once until there were enough, while something else is done.
    pub(crate) fn choose(self, meanwhile: impl FnOnce(&Self)) -> Told {
        std::thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                scope.spawn({
                    let crowd = &self;
                    move || crowd.visit(connection)
                });
            }
            meanwhile(&self);
        });
        self.told.into_inner().unwrap()
    }

    fn visit(&self, connection: usize) {
        let mut visitor = Visitor::new(self.address(connection));
        for visit in VISITS.iter().cycle().skip(connection) {
            visitor.next(self.address(connection));
            for choice in *visit {
                if self.is_done() {
                    return;
                }
                self.make(&mut visitor, connection, *choice);
            }
        }
    }

    /// Tries until the choice is honoured, as people do.
    fn make(&self, visitor: &mut Visitor, connection: usize, choice: Choice) {
        let begin = Instant::now();
        let before = visitor.id();
        loop {
            assert!(begin.elapsed() < Duration::from_secs(120), "never honoured: {choice:?}");
            visitor.go_to(self.address(connection));
            match visitor.choose(choice) {
                Ok(answer) if answer.status == 503 => self.told.lock().unwrap().refused += 1,
                Ok(answer) => {
                    assert_eq!(answer.grants(), choice.choices.contains("true"), "{choice:?}: {answer:?}");
                    let id = visitor.id().or(before).unwrap();
                    let mut told = self.told.lock().unwrap();
                    let list = if choice.grants { &mut told.granted } else { &mut told.withdrawn };
                    list.push((id, choice.choices));
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Err(_) => {}
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What is in the records.
pub(crate) struct Kept {
    /// Choices in force, by id and choices.
    pub(crate) choices: BTreeSet<(String, String)>,
    /// That many choices have no record, by the chain's own word.
    pub(crate) missing: u64,
    /// That many were recorded and not put into force.
    pub(crate) void: usize,
}

impl Kept {
    pub(crate) fn read(database: &Database) -> Self {
        let mut rows = BTreeMap::new();
        let (mut missing, mut void) = (0, BTreeSet::new());
        block_on(async {
            let mut ledger = Ledger::open(database, None, false).await.unwrap();
            let mut after = (String::new(), 0);
            loop {
                let page = ledger.page(&Filter::default(), (&after.0, after.1)).await.unwrap();
                let Some(last) = page.last() else { return };
                after = (last.instance.clone(), last.sequence);
                for row in page {
                    // What was forgotten is told of by a notice.
                    let Some(payload) = row.payload else { continue };
                    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
                    match payload["kind"].as_str().unwrap() {
                        "missing" => missing += payload["count"].as_u64().unwrap(),
                        "void" => void.extend(
                            payload["sequences"]
                                .as_array()
                                .unwrap()
                                .iter()
                                .map(|place| (row.instance.clone(), place.as_u64().unwrap())),
                        ),
                        "forgotten" => {}
                        _ => {
                            let choice =
                                (payload["id"].as_str().unwrap().to_owned(), payload["choices"].to_string());
                            rows.insert((row.instance, row.sequence), choice);
                        }
                    }
                }
            }
        });
        let count = void.len();
        let choices = rows.into_iter().filter(|(place, _)| !void.contains(place)).map(|(_, choice)| choice);
        Self { choices: choices.collect(), missing, void: count }
    }

    /// Those of what visitors were told that have no record.
    pub(crate) fn lost<'a>(&self, told: &'a [(String, &'static str)]) -> Vec<&'a (String, &'static str)> {
        let is_lost =
            |told: &&(String, &'static str)| !self.choices.contains(&(told.0.clone(), told.1.to_owned()));
        told.iter().filter(is_lost).collect()
    }

    /// Agreements in force by the records that no visitor was told of.
    pub(crate) fn untold(&self, told: &Told) -> usize {
        let known: BTreeSet<(&str, &str)> =
            told.granted.iter().chain(&told.withdrawn).map(|(id, choices)| (id.as_str(), *choices)).collect();
        let granting = self.choices.iter().filter(|(_, choices)| choices.contains("true"));
        granting.filter(|(id, choices)| !known.contains(&(id.as_str(), choices.as_str()))).count()
    }
}

#[test]
fn no_agreement_that_was_answered_is_lost_by_three_kills() {
    let (folder, begin) = (Folder::new(), Instant::now());
    configure(&folder, origin(), "{every: 1s}");
    let mut gateway = Gateway::start(&folder, "");
    let crowd = Crowd::new(vec![gateway.address()], CHOICES);
    let told = crowd.choose(|crowd| {
        for kill in 1..=3 {
            crowd.until_answered(CHOICES / 4 * kill);
            gateway.kill();
            gateway = Gateway::start(&folder, "");
            crowd.move_to(gateway.address());
        }
        crowd.until_answered(CHOICES);
    });
    let took = begin.elapsed();
    gateway.stop();

    assert_in_order(&folder, &["--head", "records.head"]);
    let text = assert_in_order(&folder, &["--database", "records.sqlite"]);
    assert!(text.contains("no signed head was compared"), "{text}");
    let kept = Kept::read(&database(folder.root()));
    assert_eq!(kept.lost(&told.granted), Vec::<&(String, &str)>::new(), "of {}", told.granted.len());
    // A killed process takes along what was on its way: agreements that nobody was told of, and refusals, of which
    // each connection has at most a few between two commits.
    let (untold, lost) = (kept.untold(&told), kept.lost(&told.withdrawn).len());
    println!(
        "{} choices in {took:?}: {} agreements, none lost; {} refusals, {lost} without record; {} answers 503, \
         {} void, {untold} agreements recorded and not answered",
        told.granted.len() + told.withdrawn.len(),
        told.granted.len(),
        told.withdrawn.len(),
        told.refused,
        kept.void
    );
    assert!(untold <= 3 * CONNECTIONS && lost <= 3 * 3 * CONNECTIONS, "{untold} {lost}");
}

#[test]
fn a_full_disk_refuses_agreements_only_and_ends_by_itself() {
    let folder = Folder::new();
    configure(&folder, origin(), "{queue: 16, instance: paris-1}");
    // Files of 160 KiB at most: writing beyond it fails, instead of ending the process by SIGXFSZ.
    let gateway = Gateway::start(&folder, "ulimit -S -f 160; trap '' XFSZ");
    let mut visitor = Visitor::new(gateway.address());
    let mut told = Told::default();
    let mut accept = |visitor: &mut Visitor| {
        visitor.next(gateway.address());
        let answer = visitor.choose(ACCEPT).unwrap();
        if answer.status == 503 {
            assert!(answer.cookies.is_empty() && answer.body.contains("Your agreement was not saved"));
        } else {
            told.granted.push((visitor.id().unwrap(), ACCEPT.choices));
        }
        answer.status
    };
    // SQLite finds room in its files once or twice; a second without any is several attempts.
    let mut since = Instant::now();
    until("the disk is full for good", || {
        if accept(&mut visitor) == 303 {
            since = Instant::now();
        }
        since.elapsed() > Duration::from_secs(1)
    });
    // Nobody has refused by now, so nothing waits to be written; the trouble shows all the same.
    assert_eq!(gateway.metric("tamis_records_failing"), 1);
    assert!(gateway.log().contains("consent records can't be written"), "{}", gateway.log());
    let again = gateway.log().matches("consent records are written again").count();

    let mut withdrawn = Vec::new();
    for refusal in 0..40 {
        visitor.next(gateway.address());
        visitor.keep("cookies_preferences", "%7B%22statistical%22%3Atrue%7D");
        visitor.keep("_pk", "1");
        let answer = visitor.choose(REFUSE).unwrap();
        assert!(!visitor.has("_pk") && visitor.has("cookies_preferences") && !answer.grants(), "{answer:?}");
        withdrawn.push((visitor.id().unwrap(), REFUSE.choices));
        let page = visitor.get("/").unwrap();
        assert_eq!((page.status, page.body.as_str()), (200, PAGE), "{refusal}");
        for path in ["/cookies-policy", "/.tamis/", "/.tamis/consent"] {
            assert_eq!(visitor.get(path).unwrap().status, 200, "{path}");
        }
    }
    // What waits is bounded: 16 refusals in the queue, and as many in the hands of whoever writes.
    until("the queue is taken", || gateway.metric("tamis_records_queued") == 0);
    let missing = gateway.metric("tamis_records_missing_total");
    assert!((8..=24).contains(&missing), "{missing}");

    let told_again = gateway.log().matches("consent records are written again").count();
    assert_eq!(told_again, again, "{}", gateway.log());
    gateway.make_room();
    until("it recovers", || accept(&mut visitor) == 303);
    until("it shows", || gateway.metric("tamis_records_failing") == 0);
    assert_eq!(gateway.metric("tamis_records_missing_total"), missing);
    gateway.stop();
    assert_in_order(&folder, &["--head", "records.head"]);
    let kept = Kept::read(&database(folder.root()));
    assert_eq!((kept.lost(&told.granted).len(), kept.untold(&told)), (0, 0));
    assert_eq!((kept.lost(&withdrawn).len() as u64, kept.missing), (missing, missing));
}
