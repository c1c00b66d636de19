//! The chain: digests over digests, so that what is kept holds what came before it.
//!
//! ```text
//! digest(n) = SHA-256(payload(n))
//! link(0)   = 32 octets of zero
//! link(n)   = SHA-256("tamis record link 1\n" link(n-1) length(instance) instance n digest(n))
//! ```
//! The length has four octets and the sequence number eight, most significant first. The payload isn't in the link but
//! by its digest, so a payload can be blanked and the chain still be recomputed.

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

const LINK: &[u8] = b"tamis record link 1\n";

/// The newest link of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Of the newest record; 0 before the first.
    pub sequence: u64,
    /// Its link.
    pub link: Digest,
}

/// One record as it is kept. A payload that was forgotten is absent, and with it `id`, `time` and `site`, which repeat
/// parts of it for look-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose chain it is of.
    pub instance: String,
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// The random id of the visitor's choice; notices have none.
    pub id: Option<Vec<u8>>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// The site; notices have none.
    pub site: Option<String>,
    /// Canonical JSON.
    pub payload: Option<String>,
    /// Of the payload; 32 octets unless somebody changed it.
    pub digest: Vec<u8>,
    /// 32 octets unless somebody changed it.
    pub link: Vec<u8>,
}

/// SHA-256: for the digests of texts and registries in a record too.
pub fn digest(octets: &[u8]) -> Digest {
    let mut digest = [0; 32];
    digest.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, octets).as_ref());
    digest
}

impl Head {
    /// The head after one more record with this payload digest. A digest of another length, which only tampering
    /// makes, gives a link that fits nothing else.
    pub fn after(&self, instance: &str, digest: &[u8]) -> Self {
        let sequence = self.sequence + 1;
        let mut context = Context::new(&SHA256);
        context.update(LINK);
        context.update(&self.link);
        context.update(&u32::try_from(instance.len()).unwrap_or(u32::MAX).to_be_bytes());
        context.update(instance.as_bytes());
        context.update(&sequence.to_be_bytes());
        context.update(digest);
        let mut link = [0; 32];
        link.copy_from_slice(context.finish().as_ref());
        Self { sequence, link }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::hex;

    #[test]
    fn digests_are_those_of_fips_180_4() {
        let wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(&digest(b"abc")), wanted);
    }

    #[test]
    fn links_are_as_documented() {
        // Computed apart, by Python's hashlib: docs/records.md has the program.
        let first = Head::default().after("paris-1", &digest(b"{}"));
        let second = first.after("paris-1", &digest(b"[]"));
        assert_eq!(first.sequence, 1);
        assert_eq!(hex::encode(&first.link), FIRST);
        assert_eq!(hex::encode(&second.link), SECOND);
        assert_ne!(Head::default().after("paris-2", &digest(b"{}")).link, first.link);
    }

    const FIRST: &str = "0aa2994b95bfc582cd54d7d1ee0809158e6250b9c0a1d4a2c3f0c45fe1b3c9a0";
    const SECOND: &str = "c83914e0467ed1ccbc3f9e0b5a9f8d9301119fda340332391e1f10d8621f4907";
}
