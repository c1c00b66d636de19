//! Whether certificates, keys and CA files can be used, asked before anybody serves by them.

use crate::config::{Part, Pem, Unusable};
use crate::downstream::{self, TlsError};
use crate::upstream::{self, OriginError};

/// All that is wrong with some files.
pub fn check(pem: Pem<'_>) -> Vec<Unusable> {
    match pem {
        Pem::Server(files) => downstream::check(files).into_iter().map(of_listener).collect(),
        Pem::Client(files) => upstream::check_client(files).into_iter().map(of_origin).collect(),
        Pem::Authorities(path) => {
            let fault = upstream::authorities(path).err().map(|fault| (Part::Certificates, fault));
            fault.into_iter().map(of_origin).collect()
        }
    }
}

/// The files are in order, and don't belong together.
const MISMATCH: &str = "key-mismatch";
/// One of them can't be read, or holds something else.
const UNUSABLE: &str = "unusable-file";

fn of_listener((part, fault): (Part, TlsError)) -> Unusable {
    let kind = if matches!(fault, TlsError::Mismatch { .. }) { MISMATCH } else { UNUSABLE };
    Unusable { part, kind, message: fault.to_string(), help: fault.help() }
}

fn of_origin((part, fault): (Part, OriginError)) -> Unusable {
    let kind = if matches!(fault, OriginError::Mismatch { .. }) { MISMATCH } else { UNUSABLE };
    Unusable { part, kind, message: fault.to_string(), help: fault.help() }
}
