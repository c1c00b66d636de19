//! The key that signs heads: Ed25519 (RFC 8032), PKCS#8 in PEM (RFC 5958, 7468).

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

use super::error::StoreError;
use crate::consent::hex;

/// A SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 4 and 10.1).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A public key: 32 octets, its own id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

/// A private key with its public one.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl PublicKey {
    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    /// From a PEM file, as [`pem`](Self::pem) writes it, or a file of 64 hexadecimal digits.
    ///
    /// # Errors
    /// The file can't be read, or holds neither.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let text = fs::read_to_string(path).map_err(StoreError::file(path))?;
        let spki = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).ok();
        let raw = spki.and_then(|spki| spki.as_ref().strip_prefix(&SPKI)?.try_into().ok()).map(Self);
        raw.or_else(|| Self::from_hex(text.trim())).ok_or_else(|| StoreError::NoKey {
            path: path.to_owned(),
            wanted: "public Ed25519 key (PEM, or 64 hexadecimal digits)",
        })
    }

    /// The name of a chain that is given none: the first 16 digits.
    pub fn instance(&self) -> String {
        self.to_string().chars().take(16).collect()
    }

    /// As PEM, which OpenSSL reads.
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &[SPKI.as_slice(), &self.0].concat())
    }

    /// Whether the signature of these octets is of this key.
    pub fn verifies(&self, octets: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(octets, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl SigningKey {
    /// Reads a key; makes one where there is no file, readable for its user alone.
    ///
    /// # Errors
    /// The file can't be read or made, or holds no such key.
    pub fn read_or_make(path: &Path) -> Result<Self, StoreError> {
        match Self::read(path) {
            Err(StoreError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
                make(path)?;
                Self::read(path)
            }
            read => read,
        }
    }

    /// Reads a key.
    ///
    /// # Errors
    /// The file can't be read, or holds no such key.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let pem = fs::read(path).map_err(StoreError::file(path))?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).ok();
        let pair =
            der.and_then(|der| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).ok());
        let wanted = "private Ed25519 key (PKCS#8, PEM)";
        pair.map(Self).ok_or_else(|| StoreError::NoKey { path: path.to_owned(), wanted })
    }

    /// Whether others than its user may read or write a key's file.
    pub(super) fn is_exposed(path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }

    /// What verifies its signatures.
    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        // An Ed25519 public key has 32 octets (RFC 8032 5.1.5).
        key.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(key)
    }

    /// A signature: 64 octets.
    pub(super) fn sign(&self, octets: &[u8]) -> Vec<u8> {
        self.0.sign(octets).as_ref().to_vec()
    }
}

/// Makes a key's file whole or not at all; one that came meanwhile is left as it is.
fn make(path: &Path) -> Result<(), StoreError> {
    let refused =
        |_| StoreError::File { path: path.to_owned(), source: std::io::Error::other("no key could be made") };
    let pair = Ed25519KeyPair::generate().map_err(refused)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(refused)?;
    let text = pem("PRIVATE KEY", der.as_ref());
    let mut draft = path.as_os_str().to_owned();
    let mut name = [0; 8];
    aws_lc_rs::rand::fill(&mut name).map_err(refused)?;
    draft.push(format!(".{}", hex::encode(&name)));
    let draft = Path::new(&draft);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match fs::hard_link(draft, path) {
            Err(fault) if fault.kind() != ErrorKind::AlreadyExists => Err(fault),
            _ => sync_directory(path),
        }
    })();
    // Whether or not it became the key: the draft is of no more use.
    let _ = fs::remove_file(draft);
    written.map_err(StoreError::file(path))
}

/// Makes a file's name survive a loss of power.
pub(super) fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    // 64 characters a line (RFC 7468 2).
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Folder;

    #[test]
    fn a_key_is_made_once_for_its_user_alone() {
        let folder = Folder::new();
        let path = folder.path("records.key");
        assert!(SigningKey::read(&path).is_err());
        let made = SigningKey::read_or_make(&path).unwrap().public();
        assert_eq!(SigningKey::read_or_make(&path).unwrap().public(), made);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
        assert!(!SigningKey::is_exposed(&path));
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(SigningKey::is_exposed(&path), "{mode:o}");
        }
    }

    #[test]
    fn what_it_signs_is_verified_by_its_public_key_alone() {
        let folder = Folder::new();
        let key = SigningKey::read_or_make(&folder.path("records.key")).unwrap();
        let other = SigningKey::read_or_make(&folder.path("other.key")).unwrap();
        let signature = key.sign(b"head");
        assert!(key.public().verifies(b"head", &signature));
        assert!(!key.public().verifies(b"heat", &signature));
        assert!(!other.public().verifies(b"head", &signature));
    }

    #[test]
    fn a_public_key_is_read_from_pem_and_digits() {
        let folder = Folder::new();
        let key = SigningKey::read_or_make(&folder.path("records.key")).unwrap().public();
        for text in [key.pem(), key.to_string(), format!("{key}\n")] {
            fs::write(folder.path("public"), text).unwrap();
            assert_eq!(PublicKey::read(&folder.path("public")).unwrap(), key);
        }
        for text in ["", "abc", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            fs::write(folder.path("public"), text).unwrap();
            assert!(PublicKey::read(&folder.path("public")).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_not_overwritten() {
        let folder = Folder::new();
        fs::write(folder.path("records.key"), "something else").unwrap();
        let fault = SigningKey::read_or_make(&folder.path("records.key")).unwrap_err().to_string();
        assert!(fault.contains("this is no private Ed25519 key"), "{fault}");
        assert_eq!(fs::read(folder.path("records.key")).unwrap(), b"something else");
    }
}
