//! The chains in a database: appending to one, reading them.

use std::path::Path;

use super::chain::{Digest, Head, Row, digest};
use super::database::Database;
use super::entry::Entry;
use super::error::StoreError;
use super::filter::Filter;
use super::head::SignedHead;
use super::value::Value;
use crate::config;

/// Rows that one statement inserts or reads at most.
const CHUNK: usize = 64;

/// The chains in an open database. Needs a runtime where that is PostgreSQL; blocks where it is SQLite.
#[derive(Debug)]
pub struct Ledger {
    pub(super) database: Database,
}

/// What an append made of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Appended {
    pub(super) before: Head,
    pub(super) after: Head,
}

/// An append that failed, and what it would have made of the chain where it came to that: whether it did may be open
/// (the connection was lost while it was committed), and [`Ledger::holds`] tells.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fault: StoreError,
    pub(super) attempted: Option<Appended>,
}

impl Ledger {
    /// Opens a database and brings its tables to the latest layout. A SQLite file that isn't there is made only if
    /// `make` says so.
    ///
    /// # Errors
    /// It can't be opened, or is of a later version.
    pub async fn open(
        place: &config::Database,
        ca_file: Option<&Path>,
        make: bool,
    ) -> Result<Self, StoreError> {
        Database::open(place, ca_file, make).await.map(|database| Self { database })
    }

    /// Finds out whether a chain can be written, by a row that is gone before anybody sees it.
    pub(super) async fn probe(&mut self, instance: &str) -> Result<(), StoreError> {
        self.database.begin(instance).await?;
        let done = self.try_probe().await;
        if done.is_err() {
            self.database.rollback().await;
        }
        done
    }

    async fn try_probe(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO record (instance, sequence, digest, link) VALUES ($1, $2, $3, $4)";
        // No instance is called so: a name has no spaces.
        let name = Value::from("a probe");
        let empty = Value::from([].as_slice());
        self.database.execute(sql, &[name.clone(), Value::from(0_u64), empty.clone(), empty]).await?;
        self.database.execute("DELETE FROM record WHERE instance = $1", &[name]).await?;
        self.database.commit().await
    }

    /// Appends, in one transaction: all of it is durable on return, or nothing.
    pub(super) async fn append(&mut self, instance: &str, entries: &[Entry]) -> Result<Appended, Failure> {
        let mut attempted = None;
        let done = self.try_append(instance, entries, &mut attempted).await;
        match done {
            Ok(appended) => Ok(appended),
            Err(fault) => {
                self.database.rollback().await;
                Err(Failure { fault, attempted })
            }
        }
    }

    async fn try_append(
        &mut self,
        instance: &str,
        entries: &[Entry],
        attempted: &mut Option<Appended>,
    ) -> Result<Appended, StoreError> {
        self.database.begin(instance).await?;
        let before = self.head(instance).await?;
        let after = self.extend(instance, before, entries).await?;
        let appended = Appended { before, after };
        *attempted = Some(appended);
        self.database.commit().await.map(|()| appended)
    }

    /// Inserts after a head; inside a transaction of the chain.
    pub(super) async fn extend(
        &mut self,
        instance: &str,
        mut head: Head,
        entries: &[Entry],
    ) -> Result<Head, StoreError> {
        for chunk in entries.chunks(CHUNK) {
            let mut values = Vec::with_capacity(chunk.len() * 8);
            for entry in chunk {
                let digest = digest(entry.payload.as_bytes());
                head = head.after(instance, &digest);
                values.extend([
                    Value::from(instance),
                    Value::from(head.sequence),
                    Value::from(entry.id.as_ref().map(<[u8; 16]>::as_slice)),
                    Value::from(entry.time),
                    Value::from(entry.site.as_deref()),
                    Value::from(entry.payload.as_str()),
                    Value::from(digest.as_slice()),
                    Value::from(head.link.as_slice()),
                ]);
            }
            self.database.execute(&insertion(chunk.len()), &values).await?;
        }
        Ok(head)
    }

    /// The newest link: of the last row, or of the checkpoint where all rows were pruned.
    pub(super) async fn head(&mut self, instance: &str) -> Result<Head, StoreError> {
        let sql = "SELECT sequence, link FROM record WHERE instance = $1 ORDER BY sequence DESC LIMIT 1";
        let rows = self.database.query(sql, &[Value::from(instance)]).await?;
        match rows.into_iter().next() {
            Some(row) => place(row).ok_or(StoreError::Shape),
            None => Ok(self.checkpoint(instance).await?.map(|signed| signed.head).unwrap_or_default()),
        }
    }

    /// Whether the chain went through a link; `None` if that place was pruned.
    pub(super) async fn holds(&mut self, instance: &str, head: Head) -> Result<Option<bool>, StoreError> {
        let sql = "SELECT sequence, link FROM record WHERE instance = $1 AND sequence = $2";
        let rows = self.database.query(sql, &[Value::from(instance), Value::from(head.sequence)]).await?;
        if let Some(row) = rows.into_iter().next() {
            return Ok(Some(place(row) == Some(head)));
        }
        let checkpoint = self.checkpoint(instance).await?.map(|signed| signed.head).unwrap_or_default();
        match checkpoint.sequence.cmp(&head.sequence) {
            std::cmp::Ordering::Less => Ok(Some(false)),
            std::cmp::Ordering::Equal => Ok(Some(checkpoint == head)),
            std::cmp::Ordering::Greater => Ok(None),
        }
    }

    /// What stands for the rows of a chain that were pruned; whether it is signed is the verifier's matter.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn checkpoint(&mut self, instance: &str) -> Result<Option<SignedHead>, StoreError> {
        let sql = "SELECT signed FROM checkpoint WHERE instance = $1";
        let rows = self.database.query(sql, &[Value::from(instance)]).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let line = row.into_iter().next().and_then(Value::text).ok_or(StoreError::Shape)?;
        SignedHead::parse(&line).map(Some).ok_or(StoreError::Shape)
    }

    /// The instances that have a chain, in order.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn instances(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT instance FROM record UNION SELECT instance FROM checkpoint ORDER BY instance";
        let rows = self.database.query(sql, &[]).await?;
        let instance = |row: Vec<Value>| row.into_iter().next().and_then(Value::text);
        rows.into_iter().map(|row| instance(row).ok_or(StoreError::Shape)).collect()
    }

    /// The records that a filter lets through and that come after a place, in the chains' order: some at once; none at
    /// the end.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn page(&mut self, filter: &Filter, after: (&str, u64)) -> Result<Vec<Row>, StoreError> {
        let (condition, mut values) = filter.condition(after);
        values.push(Value::from(1000_u64));
        let sql = format!(
            "SELECT instance, sequence, id, time, site, payload, digest, link FROM record WHERE {condition} \
             ORDER BY instance, sequence LIMIT ${}",
            values.len()
        );
        let rows = self.database.query(&sql, &values).await?;
        rows.into_iter().map(|row| read(row).ok_or(StoreError::Shape)).collect()
    }

    /// From now on, what others write is not seen; until [`end_reading`](Self::end_reading).
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn begin_reading(&mut self) -> Result<(), StoreError> {
        self.database.begin_reading().await
    }

    /// Ends what [`begin_reading`](Self::begin_reading) began.
    pub async fn end_reading(&mut self) {
        self.database.rollback().await;
    }
}

fn insertion(rows: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<String> = (1..=8).map(|column| format!("${}", row * 8 + column)).collect();
        format!("({})", marks.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let columns = "instance, sequence, id, time, site, payload, digest, link";
    format!("INSERT INTO record ({columns}) VALUES {}", rows.join(", "))
}

fn place(row: Vec<Value>) -> Option<Head> {
    let mut row = row.into_iter();
    let sequence = u64::try_from(row.next()?.integer()?).ok()?;
    let link: Digest = row.next()?.octets()?.try_into().ok()?;
    Some(Head { sequence, link })
}

fn read(row: Vec<Value>) -> Option<Row> {
    let mut row = row.into_iter();
    Some(Row {
        instance: row.next()?.text()?,
        sequence: u64::try_from(row.next()?.integer()?).ok()?,
        id: row.next()?.octets(),
        time: row.next()?.integer(),
        site: row.next()?.text(),
        payload: row.next()?.text(),
        digest: row.next()?.octets().unwrap_or_default(),
        link: row.next()?.octets().unwrap_or_default(),
    })
}
