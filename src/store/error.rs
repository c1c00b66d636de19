//! What can be in the way of keeping records.

use std::error::Error;
use std::io;
use std::path::PathBuf;

/// Why a record can't be written or read. The text never holds a password, nor anything of a record.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The SQLite library's word.
    #[error("{}: {source}{}", path.display(), advice(source))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: rusqlite::Error,
    },
    /// The PostgreSQL server's word, or that of the connection.
    #[error("{place}: {}{}", chain(source), remedy(source))]
    Postgres {
        /// The URL without its secrets.
        place: String,
        /// What is wrong.
        source: Box<tokio_postgres::Error>,
    },
    /// The server does not answer.
    #[error("{place}: no answer for {seconds} s; check the server and the network between")]
    Slow {
        /// The URL without its secrets.
        place: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// TLS towards the server can't be set up.
    #[error("can't verify the PostgreSQL server's certificate: {0}; name its authority by `records.ca_file`")]
    Tls(Box<dyn Error + Send + Sync>),
    /// A file of keys or heads.
    #[error("{}: {source}{}", path.display(), access(source))]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that holds no key.
    #[error(
        "{}: this is no {wanted}; `openssl genpkey -algorithm ed25519` makes a private key, `tamis records key` shows its public one",
        path.display()
    )]
    NoKey {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// A database that a later version of tamis has changed.
    #[error("the database has the layout {found}, this tamis knows {known}; run the newer tamis")]
    Layout {
        /// Its version.
        found: i64,
        /// The latest known.
        known: i64,
    },
    /// A row without the columns that it should have.
    #[error("the database answers in another shape than asked for; was a table changed by hand?")]
    Shape,
}

impl StoreError {
    pub(super) fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

fn advice(fault: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
    match fault.sqlite_error_code() {
        Some(CannotOpen) => "; its directory must exist, and this user must be allowed to write to both",
        Some(DiskFull) => "; make room on its disk",
        Some(DatabaseBusy) => "; another program holds it locked",
        Some(ReadOnly) => "; this user must be allowed to write it, and files beside it",
        Some(NotADatabase | DatabaseCorrupt) => {
            "; if it is tamis's, restore it from a backup, or move it away to begin anew"
        }
        _ => "",
    }
}

fn access(fault: &io::Error) -> &'static str {
    match fault.kind() {
        io::ErrorKind::NotFound => "; the path must exist",
        io::ErrorKind::PermissionDenied => {
            "; this user must be allowed to read and write it, or to make it in its directory"
        }
        io::ErrorKind::StorageFull => "; make room on its disk",
        io::ErrorKind::ReadOnlyFilesystem => {
            "; its file system can only be read: write the path of another one"
        }
        _ => "",
    }
}

fn remedy(fault: &tokio_postgres::Error) -> &'static str {
    match fault.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(_) => "; check that the server runs, and that the URL names it",
        None => "",
    }
}

/// A fault with its causes: the server's own words come last. Its details are left out, which quote rows and so visitors' ids.
fn chain(fault: &tokio_postgres::Error) -> String {
    if let Some(told) = fault.as_db_error() {
        return format!("{fault}: {}: {}", told.severity(), told.message());
    }
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_mended_has_its_advice() {
        for kind in [
            io::ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::StorageFull,
            io::ErrorKind::ReadOnlyFilesystem,
        ] {
            let fault = StoreError::file(std::path::Path::new("records.key"))(kind.into());
            assert!(fault.to_string().contains("; "), "{fault}");
        }
    }
}
