//! `Debug` for secrets.

/// Implements `Debug` as `***`, so that a value of the type never reaches a log.
macro_rules! redact {
    ($($type:ty),+) => {
        $(impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("***")
            }
        })+
    };
}
