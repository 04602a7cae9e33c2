//! What a client calls a selection: `John 3 (KJV)`, `Psalms 23:1-6`, `Juan 3:16 (SRV)`.

use super::spanish::english_name;
use crate::reference::{Reference, find_references, parse_references};
use crate::translation::{TranslationCode, find_translation};

/// What a name says.
pub(crate) struct Named {
    pub passage: Reference,
    pub translation: Option<TranslationCode>,
}

/// Reads a name; `None` if it names nothing that exists. Of several references it is the first.
pub(crate) fn read_name(name: &str) -> Option<Named> {
    let translation = name
        .rsplit(|c: char| !c.is_alphanumeric())
        .find_map(find_translation)
        .map(|translation| translation.code);
    let passage = read_passage(name).or_else(|| read_passage(&english_name(name)?))?;
    Some(Named {
        passage,
        translation,
    })
}

fn read_passage(name: &str) -> Option<Reference> {
    let read = parse_references(name).unwrap_or_else(|_| find_references(name));
    read.into_iter().next()
}
