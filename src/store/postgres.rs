//! PostgreSQL: one server for several instances, each with a chain of its own.

mod tls;

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, Statement};

use super::error::StoreError;
use super::value::Value;
use crate::config::PostgresUrl;

/// How long one statement, or connecting, may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Prepared statements that are kept; the texts that tamis sends are fewer.
const MOST_STATEMENTS: usize = 256;

/// The layout's history; the table `tamis_layout` counts what was done. Never change one: add another.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE record (
        instance TEXT NOT NULL,
        sequence BIGINT NOT NULL,
        id BYTEA,
        time BIGINT,
        site TEXT,
        payload TEXT,
        digest BYTEA NOT NULL,
        link BYTEA NOT NULL,
        PRIMARY KEY (instance, sequence)
    );
    CREATE INDEX record_id ON record (id) WHERE id IS NOT NULL;
    CREATE INDEX record_time ON record (instance, time);
    CREATE TABLE checkpoint (
        instance TEXT NOT NULL PRIMARY KEY,
        signed TEXT NOT NULL
    );
"];

/// An open connection. Needs the runtime that it was opened on.
pub(super) struct Postgres {
    place: String,
    client: Client,
    statements: HashMap<String, Statement>,
    /// The server did not answer in time, so it would not answer the next statement either.
    hangs: bool,
}

impl Postgres {
    /// Connects, and brings the database to the latest layout.
    pub(super) async fn open(url: &PostgresUrl, ca_file: Option<&Path>) -> Result<Self, StoreError> {
        let place = url.to_string();
        let fault = |source| StoreError::Postgres { place: place.clone(), source: Box::new(source) };
        let mut config = Config::from_str(url.secret()).map_err(fault)?;
        config.connect_timeout(LIMIT).tcp_user_timeout(LIMIT).application_name("tamis");
        // PostgreSQL itself speaks no TLS over a socket in the file system.
        if config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
            config.ssl_mode(SslMode::Disable);
        }
        let connecting = config.connect(tls::Connector::new(ca_file)?);
        let (client, connection) = within(&place, connecting).await?;
        tokio::spawn(async move {
            // A lost connection shows in the next statement, which tells.
            let _ = connection.await;
        });
        let mut postgres = Self { place, client, statements: HashMap::new(), hangs: false };
        postgres.migrate().await?;
        // A server that answers before its log is on the disk would make a promise that it doesn't keep.
        let sql = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'";
        postgres.run(sql).await?;
        Ok(postgres)
    }

    async fn migrate(&mut self) -> Result<(), StoreError> {
        // The lock is held until the end of the transaction: instances start at the same time.
        self.run(
            "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('tamis layout', 0)); \
             CREATE TABLE IF NOT EXISTS tamis_layout (version BIGINT NOT NULL);",
        )
        .await?;
        let rows = self.query("SELECT max(version) FROM tamis_layout", &[]).await?;
        let found = rows.first().and_then(|row| row.first()?.integer()).unwrap_or(0);
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(StoreError::Layout { found, known });
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            self.run(migration).await?;
        }
        if found < known {
            self.execute("INSERT INTO tamis_layout VALUES ($1)", &[Value::Integer(known)]).await?;
        }
        self.run("COMMIT").await
    }

    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let statement = self.statement(sql).await?;
        let done = within(&self.place, self.client.execute(&statement, &parameters(values))).await;
        self.noted(done)
    }

    pub(super) async fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        let statement = self.statement(sql).await?;
        let rows = within(&self.place, self.client.query(&statement, &parameters(values))).await;
        let rows = self.noted(rows)?;
        rows.iter().map(|row| row_values(row).ok_or(StoreError::Shape)).collect()
    }

    /// Statements without values.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = within(&self.place, self.client.batch_execute(sql)).await;
        self.noted(done)
    }

    /// Whether the connection has ended, as idle ones do when a server restarts, or can as well be given up.
    pub(super) fn is_lost(&self) -> bool {
        self.hangs || self.client.is_closed()
    }

    fn noted<T>(&mut self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        self.hangs |= matches!(done, Err(StoreError::Slow { .. }));
        done
    }

    async fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = within(&self.place, self.client.prepare(sql)).await;
        let statement = self.noted(statement)?;
        if self.statements.len() >= MOST_STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_tuple("Postgres").field(&self.place).finish()
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

async fn within<T>(
    place: &str,
    doing: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(LIMIT, doing).await {
        Ok(done) => {
            done.map_err(|source| StoreError::Postgres { place: place.to_owned(), source: Box::new(source) })
        }
        Err(_) => Err(StoreError::Slow { place: place.to_owned(), seconds: LIMIT.as_secs() }),
    }
}

/// `None` where a column has a type that tamis gives to none.
fn row_values(row: &Row) -> Option<Vec<Value>> {
    let value = |(index, column): (usize, &tokio_postgres::Column)| match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(index).ok().map(Value::from),
        Type::TEXT => row.try_get::<_, Option<&str>>(index).ok().map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index).ok().map(Value::from),
        _ => None,
    };
    row.columns().iter().enumerate().map(value).collect()
}
