//! Texts as they are kept: what tells two apart, which are the keys of insights and definitions, and what none may hold.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// SHA-256 over `parts`, each after its length, so that no two different lists of parts give the same hash.
///
/// Of a subject: reference and text of an insight; word, reference and verse of a definition. Of a content: its texts in
/// the order of the columns.
pub(crate) fn hash_parts(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What a model wrote, as Postgres can keep it: without U+0000, which no text there may hold.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
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
    fn where_one_part_ends_makes_a_difference() {
        assert_eq!(hash_parts(&["ab", "c"]), hash_parts(&["ab", "c"]));
        assert_ne!(hash_parts(&["ab", "c"]), hash_parts(&["a", "bc"]));
        assert_ne!(hash_parts(&["ab", ""]), hash_parts(&["ab"]));
    }
}
