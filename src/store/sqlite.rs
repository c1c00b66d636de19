//! SQLite: one file, with nothing to install.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::error::StoreError;
use super::key::sync_directory;
use super::value::Value;

/// How long another program's transaction (`tamis records forget`, a backup) is waited for while visitors wait.
const BUSY: Duration = Duration::from_millis(1500);
/// The same for a command, which finds a busy gateway between two of its transactions by luck.
const PATIENCE: Duration = Duration::from_secs(30);

/// The layout's history; `PRAGMA user_version` counts what was done. Never change one: add another.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE record (
        instance TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        id BLOB,
        time INTEGER,
        site TEXT,
        payload TEXT,
        digest BLOB NOT NULL,
        link BLOB NOT NULL,
        PRIMARY KEY (instance, sequence)
    ) WITHOUT ROWID;
    CREATE INDEX record_id ON record (id) WHERE id IS NOT NULL;
    CREATE INDEX record_time ON record (instance, time);
    CREATE TABLE checkpoint (
        instance TEXT NOT NULL PRIMARY KEY,
        signed TEXT NOT NULL
    ) WITHOUT ROWID;
"];

/// An open file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    /// Device and number of the file that was opened.
    file: Option<(u64, u64)>,
    connection: Connection,
}

impl Sqlite {
    /// Opens a file, and brings it to the latest layout. One that isn't there is made only if `make` says so, which the
    /// gateway does; a command makes none, and may wait for longer.
    pub(super) fn open(path: &Path, make: bool) -> Result<Self, StoreError> {
        if make {
            make_private(path)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        let connection = opened.map_err(|source| StoreError::Sqlite { path: path.to_owned(), source })?;
        let mut sqlite = Self { path: path.to_owned(), file: number(path), connection };
        sqlite.set_up(if make { BUSY } else { PATIENCE }).map_err(|fault| sqlite.fault(fault))?;
        sqlite.migrate()?;
        Ok(sqlite)
    }

    /// Durable on commit, also over a loss of power (`synchronous=FULL` syncs the write-ahead log at each), and what is
    /// blanked is overwritten (`secure_delete`).
    fn set_up(&mut self, busy: Duration) -> rusqlite::Result<()> {
        self.connection.busy_timeout(busy)?;
        self.connection.set_prepared_statement_cache_capacity(128);
        let mode: String = self.connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            // A file system without shared memory: the rollback journal is as safe, and slower.
            self.connection.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))?;
        }
        self.connection.execute_batch("PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;")?;
        self.connection.query_row("PRAGMA secure_delete=ON", [], |_| Ok(()))
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        let version = |connection: &Connection| {
            connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        };
        let found = version(&self.connection).map_err(|fault| self.fault(fault))?;
        if found > known {
            return Err(StoreError::Layout { found, known });
        }
        if found == known {
            return Ok(());
        }
        let done = (|| {
            // Another process may be at it: look again under the lock.
            let step = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let found = usize::try_from(version(&step)?).unwrap_or(0);
            for migration in MIGRATIONS.iter().skip(found) {
                step.execute_batch(migration)?;
            }
            step.pragma_update(None, "user_version", known)?;
            step.commit()
        })();
        done.map_err(|fault| self.fault(fault))
    }

    pub(super) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let done = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values)));
        done.map(|rows| rows as u64).map_err(|fault| self.fault(fault))
    }

    pub(super) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        let read = (|| {
            let mut statement = self.connection.prepare_cached(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(params_from_iter(values))?;
            let mut read = Vec::new();
            while let Some(row) = rows.next()? {
                read.push(
                    (0..columns).map(|column| row.get_ref(column).map(value)).collect::<Result<_, _>>()?,
                );
            }
            Ok(read)
        })();
        read.map_err(|fault| self.fault(fault))
    }

    /// One statement without values: `BEGIN`, `COMMIT` and their like.
    pub(super) fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|fault| self.fault(fault))
    }

    /// Leaves nothing of what was blanked in the write-ahead log. Where somebody reads meanwhile, the writer's next
    /// checkpoint does.
    pub(super) fn scrub(&mut self) {
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }

    /// Whether the file was moved, removed or replaced: what is written to it then is lost with the process.
    pub(super) fn is_lost(&self) -> bool {
        number(&self.path) != self.file
    }

    fn fault(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Sqlite { path: self.path.clone(), source }
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Sqlite {
    /// A file that was moved takes along what is in the write-ahead log, which keeps the name: SQLite would replay it
    /// over the file that has the name now.
    fn drop(&mut self) {
        if self.is_lost() {
            self.scrub();
        }
    }
}

/// By what the system knows a file, whatever its name.
fn number(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|file| (file.dev(), file.ino()))
}

/// Makes the file where there is none, for its user alone; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    // SQLite's name for a database without a file.
    if path == Path::new(":memory:") {
        return Ok(());
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => sync_directory(path).map_err(StoreError::file(path)),
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(fault) => Err(StoreError::file(path)(fault)),
    }
}

/// What a column holds; one of a type that tamis writes nowhere reads as NULL, which the verifier finds.
fn value(from: ValueRef<'_>) -> Value {
    match from {
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or(Value::Null, Value::from),
        ValueRef::Blob(octets) => Value::from(octets),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}
