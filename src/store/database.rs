//! One database or the other. Both take the same statements: PostgreSQL's `$1` is a parameter to SQLite too, which
//! numbers them as they come, so a statement names them in order.

use std::path::Path;

use super::error::StoreError;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::value::Value;
use crate::config;

/// An open database.
#[derive(Debug)]
pub(super) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens. A SQLite file that isn't there is made only if `make` says so.
    pub(super) async fn open(
        place: &config::Database,
        ca_file: Option<&Path>,
        make: bool,
    ) -> Result<Self, StoreError> {
        match place {
            config::Database::Sqlite(path) => Sqlite::open(path, make).map(Self::Sqlite),
            config::Database::Postgres(url) => Postgres::open(url, ca_file).await.map(Self::Postgres),
        }
    }

    /// Rows changed.
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.execute(sql, values),
            Self::Postgres(postgres) => postgres.execute(sql, values).await,
        }
    }

    /// Rows read.
    pub(super) async fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.query(sql, values),
            Self::Postgres(postgres) => postgres.query(sql, values).await,
        }
    }

    /// Begins to change one chain; nobody else changes it until [`commit`](Self::commit) or
    /// [`rollback`](Self::rollback).
    pub(super) async fn begin(&mut self, instance: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run("BEGIN IMMEDIATE"),
            Self::Postgres(postgres) => {
                postgres.run("BEGIN").await?;
                let lock =
                    "SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 1))) held";
                postgres.query(lock, &[Value::from(instance)]).await.map(drop)
            }
        }
    }

    /// Begins to read: what others write from now on is not seen.
    pub(super) async fn begin_reading(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run("BEGIN"),
            Self::Postgres(postgres) => postgres.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
    }

    /// Durable once this returns without a fault.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run("COMMIT"),
            Self::Postgres(postgres) => postgres.run("COMMIT").await,
        }
    }

    /// Undoes what was begun. A fault is no matter: then the connection is lost, and the transaction with it, or SQLite
    /// has rolled back itself.
    pub(super) async fn rollback(&mut self) {
        let _ = match self {
            Self::Sqlite(sqlite) => sqlite.run("ROLLBACK"),
            // The server undoes what a connection had begun that ends.
            Self::Postgres(postgres) if postgres.is_lost() => Ok(()),
            Self::Postgres(postgres) => postgres.run("ROLLBACK").await,
        };
    }

    /// Whether it must be opened again.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.is_lost(),
            Self::Postgres(postgres) => postgres.is_lost(),
        }
    }

    /// Leaves nothing of what was blanked or deleted beside the tables, as far as the database lets it.
    pub(super) fn scrub(&mut self) {
        if let Self::Sqlite(sqlite) = self {
            sqlite.scrub();
        }
    }
}
