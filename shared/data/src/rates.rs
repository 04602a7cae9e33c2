//! Rates: table `rate_buckets`. How much a user, or whoever calls from one address, may do in a while.
//!
//! A bucket is a window of fixed length from its first take: what a caller may do within it is exact, and at the seam of
//! two windows up to twice as much may fall into a shorter while. That is fair enough for what it protects, and is one
//! row and one number; a sliding window would be a row a call.

use std::net::IpAddr;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::{TokenHash, UserId};

pub use taking::{peek_rate, take_rate};

mod taking;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Insights and definitions.
    Generate,
    /// Messages of a chat.
    Chat,
    /// Everything generated, together.
    Address,
    /// Wrong link codes.
    Link,
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The user whose device has this token.
    Caller(TokenHash),
    /// This user's.
    User(UserId),
    /// Whoever calls from this address.
    Address(AddressHash),
}

/// One of a bucket's places, to take. All takes from one bucket at once have the same `most` and `window`.
#[derive(Clone, Copy, Debug)]
pub struct Take {
    /// What is limited.
    pub bucket: Bucket,
    /// Whose.
    pub subject: Subject,
    /// How many places there are in a window.
    pub most: i32,
    /// How long a window is.
    pub window: Duration,
}

/// Whether there was a place in every bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rate {
    /// There was.
    Allowed,
    /// There was not.
    Exhausted {
        /// When there will be.
        free_at: DateTime<Utc>,
    },
}

/// SHA-256 over a caller's address and the day: tells calls from one address as such within a day, and no address on sight.
/// Prints as `***`.
///
/// Whoever has the table can find an IPv4 address by trying them all. What protects addresses is that `cleanup` deletes
/// buckets when their windows are over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AddressHash([u8; 32]);

impl AddressHash {
    /// The hash for one UTC day. Of an IPv6 address only the first 64 bits count: the rest is the caller's to choose.
    #[must_use]
    pub fn of(address: IpAddr, day: NaiveDate) -> Self {
        let mut hash = Sha256::new();
        hash.update(day.to_string());
        match address.to_canonical() {
            IpAddr::V4(address) => hash.update(address.octets()),
            IpAddr::V6(address) => hash.update((address.to_bits() >> 64).to_be_bytes()),
        }
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for AddressHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Bucket {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Chat => "chat",
            Self::Address => "address",
            Self::Link => "link",
        }
    }
}

#[cfg(test)]
mod tests;
