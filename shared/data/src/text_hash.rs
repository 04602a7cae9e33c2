//! Hashes of texts, which are the keys of insights and definitions, and texts without NUL characters.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// SHA-256 over `parts`, each after its length: without the lengths, `["ab", "c"]` and `["a", "bc"]` would be equal.
///
/// A subject hash has the reference and text of an insight, or the word, reference and verse of a definition. A content
/// hash has the generated texts in the order of their columns.
pub(crate) fn hash_parts(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A generated text without U+0000, which Postgres cannot store.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::hash_parts;

    #[test]
    fn hash_depends_on_where_each_part_ends() {
        assert_eq!(hash_parts(&["ab", "c"]), hash_parts(&["ab", "c"]));
        assert_ne!(hash_parts(&["ab", "c"]), hash_parts(&["a", "bc"]));
        assert_ne!(hash_parts(&["ab", ""]), hash_parts(&["ab"]));
    }
}
