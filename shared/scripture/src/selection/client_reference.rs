//! A client's reference to the passage of a selection: `John 3 (KJV)`, `Psalms 23:1-6`,
//! `Juan 3:16 (SRV)`.

use super::chapter_words::fold;
use crate::canon::books;
use crate::reference::{Reference, find_references, parse_references};
use crate::translation::{TranslationCode, find_translation};

/// A passage, and perhaps a translation.
pub(crate) struct ClientReference {
    pub passage: Reference,
    pub translation: Option<TranslationCode>,
}

/// Reads a client's reference; `None` if it names no passage that exists. Of several passages the
/// first counts.
pub(crate) fn read_client_reference(text: &str) -> Option<ClientReference> {
    let translation = text
        .rsplit(|c: char| !c.is_alphanumeric())
        .find_map(find_translation)
        .map(|translation| translation.code);
    let passage = read_passage(text).or_else(|| read_passage(&with_english_name(text)?))?;
    Some(ClientReference {
        passage,
        translation,
    })
}

fn read_passage(text: &str) -> Option<Reference> {
    let read = parse_references(text).unwrap_or_else(|_| find_references(text));
    read.into_iter().next()
}

/// `Juan 3:16 (SRV)` as `John 3:16 (SRV)`; `None` if the text does not begin with a Spanish name.
fn with_english_name(text: &str) -> Option<String> {
    let text = text.trim();
    let number = text
        .get(..1)
        .filter(|first| ["1", "2", "3"].contains(first))
        .unwrap_or_default();
    let rest = text.get(number.len()..)?;
    let end = rest.find(|c: char| !(c.is_alphabetic() || c.is_whitespace() || c == '.'));
    let (book, numbers) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let key = format!("{number}{}", fold(book));
    let index = SPANISH_NAMES
        .split(", ")
        .position(|names| names.split(' ').any(|name| name == key))?;
    Some(format!("{} {numbers}", books().get(index)?.name))
}

/// The Spanish names of each book, for readers of the Reina-Valera: in canon order, letters and
/// digits only, without accents.
const SPANISH_NAMES: &str = "\
    genesis, exodo, levitico, numeros, deuteronomio, josue, jueces, rut ruth, 1samuel, 2samuel, \
    1reyes, 2reyes, 1cronicas, 2cronicas, esdras, nehemias, ester esther, job, salmos salmo, \
    proverbios, eclesiastes, cantares cantar cantardeloscantares, isaias, jeremias, lamentaciones, \
    ezequiel, daniel, oseas, joel, amos, abdias, jonas, miqueas, nahum, habacuc, sofonias, hageo \
    aggeo, zacarias, malaquias, mateo sanmateo, marcos sanmarcos, lucas sanlucas, juan sanjuan, \
    hechos loshechos, romanos, 1corintios, 2corintios, galatas, efesios, filipenses, colosenses, \
    1tesalonicenses, 2tesalonicenses, 1timoteo, 2timoteo, tito, filemon, hebreos, santiago, \
    1pedro, 2pedro, 1juan, 2juan, 3juan, judas, apocalipsis";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_book_has_a_spanish_name() {
        for (names, book) in SPANISH_NAMES.split(", ").zip(books()) {
            for name in names.split(' ') {
                let passage = read_client_reference(&format!("{name} 1")).unwrap().passage;
                assert_eq!(passage.book(), book, "{name}");
            }
        }
        assert_eq!(SPANISH_NAMES.split(", ").count(), 66);
    }
}
