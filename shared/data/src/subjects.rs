//! What makes two generated texts the same: hashes, as the texts themselves are too long for a key.

use sha2::{Digest, Sha256};

/// SHA-256 over the texts, each behind its length, so that no two lists of texts run together.
pub(crate) fn hash_parts(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(length.to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::hash_parts;

    #[test]
    fn texts_do_not_run_together() {
        assert_ne!(hash_parts(&["ab", "c"]), hash_parts(&["a", "bc"]));
        assert_ne!(hash_parts(&["ab"]), hash_parts(&["ab", ""]));
        assert_eq!(hash_parts(&["ab", "c"]), hash_parts(&["ab", "c"]));
    }
}
