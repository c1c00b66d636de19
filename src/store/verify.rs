//! Whether chains are what they were: every digest and link computed again, and compared with the signed heads.
//!
//! What the chain alone tells: a record was altered, removed or put in. What only a head tells: all of that, and then
//! the rest of the chain was computed anew; or the newest records were removed.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::{Head, Row, digest};
use super::entry::Facts;
use super::error::StoreError;
use super::filter::Filter;
use super::head::{Of, SignedHead};
use super::key::PublicKey;
use super::ledger::Ledger;

/// What is wrong with a chain, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose chain.
    pub instance: String,
    /// At which place.
    pub sequence: u64,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Places before it are empty.
    #[error("the records from {0} to the one before this are gone, and no signed checkpoint stands for them")]
    Gap(u64),
    /// It is before the checkpoint.
    #[error("this record is of a part that a checkpoint stands for: it was put in")]
    Stray,
    /// The link isn't computed from the one before and the digest.
    #[error("the link does not follow from the one before: this record or its digest was altered, or put in")]
    Link,
    /// The payload has another digest.
    #[error("the payload is not the one whose digest is in the chain: it was altered")]
    Payload,
    /// A column says something else than the payload.
    #[error("the column `{0}` says something else than the payload: it was altered")]
    Column(&'static str),
    /// No payload, and nobody said so.
    #[error("the payload is gone, and no notice says that it was forgotten: it was removed")]
    Blank,
    /// The checkpoint's signature.
    #[error("the signature of the checkpoint here is wrong: it was altered")]
    Checkpoint,
    /// The checkpoint's key.
    #[error("the checkpoint here is signed by a key that was not given: {0}")]
    CheckpointKey(PublicKey),
    /// A head's signature.
    #[error("the signature of a head for this place is wrong: its line was altered")]
    Head,
    /// A head's key.
    #[error("a head for this place is signed by a key that was not given: {0}")]
    HeadKey(PublicKey),
    /// A head has another link.
    #[error(
        "the head that was signed at {0} has another link here: this record or one before it was altered since, and the chain computed anew"
    )]
    Altered(i64),
    /// A head is beyond the end.
    #[error(
        "the head that was signed at {0} is for this place, and the chain ends before: records were removed"
    )]
    Truncated(i64),
}

impl FaultKind {
    /// When the head was signed that it is about: seconds since 1970.
    pub fn signed(&self) -> Option<i64> {
        if let Self::Altered(time) | Self::Truncated(time) = self { Some(*time) } else { None }
    }
}

/// One chain, as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The newest link.
    pub head: Head,
    /// Where the checkpoint is, 0 without one.
    pub checkpoint: u64,
    /// Records there are.
    pub records: u64,
    /// Of these: whose payload was forgotten, so that only its digest could be checked.
    pub forgotten: u64,
    /// Of these: whose payload an export left out, so that only its digest could be checked.
    pub withheld: u64,
    /// Signed heads that agree.
    pub heads: u64,
    /// Signed heads before the checkpoint, which have nothing left to be compared with.
    pub heads_before: u64,
    /// The last place that a signed head covers; what comes after is held by nothing but the chain.
    pub covered: u64,
}

/// Takes chains row by row, in order.
#[derive(Debug, Default)]
pub struct Verifier {
    /// By instance and place.
    heads: BTreeMap<String, BTreeMap<u64, Vec<SignedHead>>>,
    keys: Vec<PublicKey>,
    chains: BTreeMap<String, Chain>,
    faults: Vec<Fault>,
}

#[derive(Debug, Default)]
struct Chain {
    found: Found,
    blank: BTreeSet<u64>,
    explained: BTreeSet<u64>,
}

impl Verifier {
    /// Compares with these heads. If keys are given, heads and checkpoints of others are faults; without keys a
    /// signature only shows that head and key belong together.
    pub fn new(heads: Vec<SignedHead>, keys: Vec<PublicKey>) -> Self {
        let mut verifier = Self { keys, ..Self::default() };
        for head in heads {
            if let Some(kind) = verifier.distrust(&head) {
                verifier.fault(&head.instance, head.head.sequence, kind);
                continue;
            }
            verifier.chains.entry(head.instance.clone()).or_default();
            let places = verifier.heads.entry(head.instance.clone()).or_default();
            places.entry(head.head.sequence).or_default().push(head);
        }
        verifier
    }

    /// What stands for the beginning of a chain; before its rows.
    pub fn checkpoint(&mut self, signed: &SignedHead) {
        if let Some(kind) = self.distrust(signed) {
            self.fault(&signed.instance, signed.head.sequence, kind);
        }
        let chain = self.chains.entry(signed.instance.clone()).or_default();
        chain.found.head = signed.head;
        chain.found.checkpoint = signed.head.sequence;
        self.compare(&signed.instance, signed.head);
    }

    /// The next record of its chain. `withheld` says that an export left the payload out.
    pub fn row(&mut self, row: &Row, withheld: bool) {
        let chain = self.chains.entry(row.instance.clone()).or_default();
        let before = chain.found.head;
        let mut kinds = Vec::new();
        match row.sequence.cmp(&(before.sequence + 1)) {
            std::cmp::Ordering::Less => kinds.push(FaultKind::Stray),
            std::cmp::Ordering::Equal => {
                if before.after(&row.instance, &row.digest).link.as_slice() != row.link {
                    kinds.push(FaultKind::Link);
                }
            }
            std::cmp::Ordering::Greater => kinds.push(FaultKind::Gap(before.sequence + 1)),
        }
        // What follows is judged by the link as it stands, so that one fault isn't told of every record after it.
        let link = <[u8; 32]>::try_from(row.link.as_slice()).unwrap_or_default();
        chain.found.head = Head { sequence: row.sequence, link };
        chain.found.records += 1;
        kinds.extend(chain.content(row, withheld));
        let head = chain.found.head;
        for kind in kinds {
            self.fault(&row.instance, row.sequence, kind);
        }
        self.compare(&row.instance, head);
    }

    /// The chains by instance, and all that is wrong with them, in their order.
    pub fn finish(mut self) -> (BTreeMap<String, Found>, Vec<Fault>) {
        for (instance, chain) in &mut self.chains {
            let unexplained = chain.blank.difference(&chain.explained);
            self.faults.extend(unexplained.map(|sequence| Fault {
                instance: instance.clone(),
                sequence: *sequence,
                kind: FaultKind::Blank,
            }));
            let Some(heads) = self.heads.get(instance) else { continue };
            let found = &mut chain.found;
            found.heads_before = heads.range(..found.checkpoint).map(|(_, heads)| heads.len() as u64).sum();
            for head in heads.range(found.head.sequence + 1..).flat_map(|(_, heads)| heads) {
                self.faults.push(Fault {
                    instance: instance.clone(),
                    sequence: head.head.sequence,
                    kind: FaultKind::Truncated(head.time),
                });
            }
        }
        self.faults.sort_by(|a, b| (&a.instance, a.sequence).cmp(&(&b.instance, b.sequence)));
        (self.chains.into_iter().map(|(instance, chain)| (instance, chain.found)).collect(), self.faults)
    }

    fn compare(&mut self, instance: &str, head: Head) {
        let Some(signed) = self.heads.get(instance).and_then(|heads| heads.get(&head.sequence)) else {
            return;
        };
        let (same, other): (Vec<_>, Vec<_>) = signed.iter().partition(|signed| signed.head.link == head.link);
        if let Some(chain) = self.chains.get_mut(instance).filter(|_| !same.is_empty()) {
            chain.found.heads += same.len() as u64;
            chain.found.covered = head.sequence;
        }
        self.faults.extend(other.into_iter().map(|signed| Fault {
            instance: instance.to_owned(),
            sequence: head.sequence,
            kind: FaultKind::Altered(signed.time),
        }));
    }

    fn distrust(&self, signed: &SignedHead) -> Option<FaultKind> {
        let known = self.keys.is_empty() || self.keys.contains(&signed.key);
        match (signed.of, signed.is_signed(), known) {
            (_, true, true) => None,
            (Of::Head, false, _) => Some(FaultKind::Head),
            (Of::Head, true, false) => Some(FaultKind::HeadKey(signed.key)),
            (Of::Checkpoint, false, _) => Some(FaultKind::Checkpoint),
            (Of::Checkpoint, true, false) => Some(FaultKind::CheckpointKey(signed.key)),
        }
    }

    fn fault(&mut self, instance: &str, sequence: u64, kind: FaultKind) {
        self.faults.push(Fault { instance: instance.to_owned(), sequence, kind });
    }
}

impl Chain {
    /// What is wrong with a row by itself.
    fn content(&mut self, row: &Row, withheld: bool) -> Vec<FaultKind> {
        let mut kinds = Vec::new();
        let facts = match &row.payload {
            Some(payload) => {
                if digest(payload.as_bytes()).as_slice() != row.digest {
                    return vec![FaultKind::Payload];
                }
                Facts::of(payload).unwrap_or_default()
            }
            None if withheld => {
                self.found.withheld += 1;
                return kinds;
            }
            None => {
                self.found.forgotten += 1;
                self.blank.insert(row.sequence);
                Facts::default()
            }
        };
        if facts.id.as_ref().map(<[u8; 16]>::as_slice) != row.id.as_deref() {
            kinds.push(FaultKind::Column("id"));
        }
        if facts.time != row.time {
            kinds.push(FaultKind::Column("time"));
        }
        if facts.site != row.site {
            kinds.push(FaultKind::Column("site"));
        }
        self.explained.extend(facts.forgotten);
        kinds
    }
}

impl Ledger {
    /// Hands every chain to a verifier, or one chain. What is written meanwhile is not looked at.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn verify(&mut self, verifier: &mut Verifier, only: Option<&str>) -> Result<(), StoreError> {
        self.begin_reading().await?;
        let read = self.read_into(verifier, only).await;
        self.end_reading().await;
        read
    }

    async fn read_into(&mut self, verifier: &mut Verifier, only: Option<&str>) -> Result<(), StoreError> {
        for instance in self.instances().await? {
            if only.is_some_and(|only| only != instance) {
                continue;
            }
            match self.checkpoint(&instance).await {
                Ok(signed) => signed.iter().for_each(|signed| verifier.checkpoint(signed)),
                // A line that is no signed head is as good as none: its chain then has a gap.
                Err(StoreError::Shape) => {}
                Err(fault) => return Err(fault),
            }
            let filter = Filter::of(&instance);
            let mut after = 0;
            loop {
                let page = self.page(&filter, (&instance, after)).await?;
                let Some(last) = page.last() else { break };
                after = last.sequence;
                page.iter().for_each(|row| verifier.row(row, false));
            }
        }
        Ok(())
    }
}
