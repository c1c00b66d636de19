//! What is to be written: what came now, what could not be written before, and what the chain must tell of records that
//! aren't there or don't count.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::oneshot;

use super::Unavailable;
use super::chain::Head;
use super::entry::{Entry, Notice};
use super::error::StoreError;
use super::ledger::{Appended, Ledger};
use super::queue::{Job, Shared};

/// Places that one notice names at most.
const MOST_NAMED: usize = 1000;

/// What waits in the writer's hands; bounded like the queue.
#[derive(Debug)]
pub(super) struct Backlog {
    most: usize,
    shared: Arc<Shared>,
    /// Choices that were honoured already, in their order.
    honoured: VecDeque<Entry>,
    /// Places of choices that were refused although their record became durable.
    void: Vec<u64>,
    /// An attempt of which nobody knows whether it was committed.
    doubt: Option<(Appended, Vec<Item>)>,
}

/// One transaction's worth.
#[derive(Debug)]
pub(super) struct Attempt(Vec<Item>);

#[derive(Debug)]
struct Item {
    entry: Entry,
    what: What,
}

/// What becomes of an entry that is not written, and who is told of one that is.
#[derive(Debug)]
enum What {
    Honoured,
    Awaited(oneshot::Sender<Result<(), Unavailable>>),
    /// Its visitor was told that it could not be recorded.
    Refused,
    Missing(u64),
    Void(Vec<u64>),
}

impl Attempt {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.iter().map(|item| item.entry.clone()).collect()
    }
}

impl Backlog {
    pub(super) fn new(most: usize, shared: Arc<Shared>) -> Self {
        Self { most, shared, honoured: VecDeque::new(), void: Vec::new(), doubt: None }
    }

    pub(super) fn has_something(&self) -> bool {
        !self.honoured.is_empty()
            || !self.void.is_empty()
            || self.doubt.is_some()
            || self.shared.unmarked.load(Ordering::Relaxed) > 0
    }

    /// Keeps what was honoured, refuses what is awaited: the database takes nothing now.
    pub(super) fn hold(&mut self, batch: Vec<Job>) {
        for Job { record, reply } in batch {
            match reply {
                // A visitor who has left was refused already.
                Some(reply) => drop(reply.send(Err(Unavailable))),
                None => self.keep(Entry::from(&record)),
            }
        }
    }

    fn keep(&mut self, entry: Entry) {
        if self.honoured.len() < self.most {
            self.honoured.push_back(entry);
        } else {
            self.shared.miss(1);
        }
    }

    /// All that is to be written now. Choices whose visitor no longer waits were refused, so they are left out.
    pub(super) fn take(&mut self, batch: Vec<Job>, now: i64) -> Attempt {
        let honoured = |entry| Item { entry, what: What::Honoured };
        let mut items: Vec<Item> = self.honoured.drain(..).map(honoured).collect();
        let missing = self.shared.unmarked.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let entry = Notice::Missing(missing).entry(now);
            items.push(Item { entry, what: What::Missing(missing) });
        }
        while !self.void.is_empty() {
            let named: Vec<u64> = self.void.drain(..self.void.len().min(MOST_NAMED)).collect();
            items.push(Item { entry: Notice::Void(named.clone()).entry(now), what: What::Void(named) });
        }
        for Job { record, reply } in batch {
            let entry = Entry::from(&record);
            match reply {
                Some(reply) if reply.is_closed() => {}
                Some(reply) => items.push(Item { entry, what: What::Awaited(reply) }),
                None => items.push(honoured(entry)),
            }
        }
        Attempt(items)
    }

    /// The attempt is durable, after that head.
    pub(super) fn written(&mut self, attempt: Attempt, before: Head) {
        for (sequence, item) in (before.sequence + 1..).zip(attempt.0) {
            match item.what {
                What::Honoured => {}
                What::Missing(_) | What::Void(_) => continue,
                What::Awaited(reply) => {
                    // Who waited too long was refused meanwhile; so the chain must not say that they agreed.
                    if reply.send(Ok(())).is_err() {
                        self.void.push(sequence);
                    }
                }
                What::Refused => self.void.push(sequence),
            }
            self.shared.counters.written.add(1);
        }
    }

    /// The attempt failed; `attempted` says what it would have made of the chain, where that may have come about.
    pub(super) fn failed(&mut self, attempt: Attempt, attempted: Option<Appended>) {
        let refuse = |item: Item| match item.what {
            What::Awaited(reply) => {
                let _ = reply.send(Err(Unavailable));
                Item { what: What::Refused, ..item }
            }
            _ => item,
        };
        let items: Vec<Item> = attempt.0.into_iter().map(refuse).collect();
        match attempted {
            Some(attempted) => self.doubt = Some((attempted, items)),
            None => self.put_back(items),
        }
    }

    /// Finds out whether the last attempt was committed, and treats it so.
    pub(super) async fn settle_doubt(
        &mut self,
        ledger: &mut Ledger,
        instance: &str,
    ) -> Result<(), StoreError> {
        let Some((attempted, _)) = &self.doubt else { return Ok(()) };
        // A place that was pruned since was committed.
        let committed = ledger.holds(instance, attempted.after).await? != Some(false);
        let Some((attempted, items)) = self.doubt.take() else { return Ok(()) };
        if committed {
            self.written(Attempt(items), attempted.before);
        } else {
            self.put_back(items);
        }
        Ok(())
    }

    /// What was not written, before what came since.
    fn put_back(&mut self, items: Vec<Item>) {
        for item in items.into_iter().rev() {
            match item.what {
                What::Honoured => self.honoured.push_front(item.entry),
                What::Missing(count) => drop(self.shared.unmarked.fetch_add(count, Ordering::Relaxed)),
                What::Void(named) => self.void.extend(named),
                What::Awaited(_) | What::Refused => {}
            }
        }
        // Of too many the newest are left out, as in the queue.
        while self.honoured.len() > self.most {
            self.honoured.pop_back();
            self.shared.miss(1);
        }
    }

    /// The process ends: what could not be written never will be.
    pub(super) fn give_up(&mut self) {
        let doubtful = self
            .doubt
            .take()
            .map_or(0, |(_, items)| items.iter().filter(|item| matches!(item.what, What::Honoured)).count());
        let lost = u64::try_from(self.honoured.len() + doubtful).unwrap_or(u64::MAX);
        self.shared.miss(lost);
        let unmarked = self.shared.unmarked.load(Ordering::Relaxed);
        if unmarked > 0 {
            tracing::error!(
                count = unmarked,
                "choices have no consent record, and the chain does not tell of it"
            );
        }
    }
}
