//! Randomness: the only module that reads the system's generator.

use std::{fmt, sync::Arc};

use uuid::Uuid;

/// A source of random bytes. Cheap to clone; a test passes its own.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

/// Fills a slice with random bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Random {
    /// The operating system's cryptographic generator.
    ///
    /// # Panics
    ///
    /// Reading from it panics when the system has no randomness: no token may be made without it.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a token that is not random must never be issued"
    )]
    pub fn system() -> Self {
        Self(Arc::new(|bytes| {
            getrandom::fill(bytes).expect("the system has randomness");
        }))
    }

    /// A generator that fills bytes with `fill`.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// A random number from 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        f64::from(u32::from_ne_bytes(self.bytes())) / f64::from(u32::MAX)
    }

    /// A random (version 4) UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}
