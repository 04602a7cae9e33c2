//! A client's reference to the passage of a selection: `John 3 (KJV)`, `Psalms 23:1-6`,
//! `Juan 3:16 (SRV)`.

use crate::reference::{Reference, find_references_in, parse_references_in};
use crate::translation::{TranslationCode, find_translation};

/// A passage with the canon's numbers, and perhaps a translation.
pub(crate) struct ClientReference {
    pub passage: Reference,
    pub translation: Option<TranslationCode>,
}

/// Reads a client's reference; `None` if it names no passage that exists. Of several passages the
/// first counts. Its numbers are those of the translation that it names.
pub(crate) fn read_client_reference(text: &str) -> Option<ClientReference> {
    let translation = text
        .rsplit(|c: char| !c.is_alphanumeric())
        .find_map(find_translation)
        .map(|translation| translation.code);
    let read = parse_references_in(text, translation)
        .unwrap_or_else(|_| find_references_in(text, translation));
    Some(ClientReference {
        passage: read.into_iter().next()?,
        translation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_named_translation() {
        for (written, passage) in [
            ("Jonah 2:1 (SRV)", "Jonah 1:17"),
            ("Jonás 2:1 (SRV)", "Jonah 1:17"),
            ("Jonah 2 (SRV)", "Jonah 1:17-2:10"),
            ("Job 39:34 (SRV)", "Job 40:1"),
            ("Job 39:30-34, SRV", "Job 39:27-40:1"),
            ("Romans 14:24-26 (WEB)", "Romans 16:25-27"),
            ("Romans 14 (WEB)", "Romans 14"),
            ("Romans 16:25 (WEB)", "Romans 16:25"),
            ("Jonah 2:1 (KJV)", "Jonah 2:1"),
            ("Jonah 2:1", "Jonah 2:1"),
        ] {
            let read = read_client_reference(written).unwrap();
            assert_eq!(read.passage.to_string(), passage, "{written}");
        }
        assert!(read_client_reference("Romans 14:24 (KJV)").is_none());
    }
}
