//! Reading a text as references, or finding them in it.

use std::ops::Range;

use super::parse::{Parser, Read, Unread};
use super::{Reference, ReferenceError};
use crate::token::PlainText;
use crate::translation::TranslationCode;

/// The longest text that [`parse_references`] reads, in characters.
pub const LONGEST_REFERENCE: usize = 1_000;

/// The references in a text, and the parts that begin like one and cannot be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FoundReferences {
    /// The references in order, with the numbers of the text: those of the translation that it
    /// names, or else of the canon or of any translation.
    pub references: Vec<Reference>,
    /// The parts that are not read, in order.
    pub unread: Vec<Unread>,
}

/// Reads a text that is one reference or a list of references. The text may also have quotation
/// marks, brackets, "cf." and a translation's name after a reference.
///
/// A range that exceeds a chapter or book stops at its end. A range written backwards is two
/// references, one for each end. `16f` includes the next verse, `16ff` the rest of the chapter.
/// The numbers of the references are the canon's.
///
/// # Errors
///
/// A [`ReferenceError`] for the first word or number that cannot be read or does not exist.
pub fn parse_references(text: &str) -> Result<Vec<Reference>, ReferenceError> {
    parse_references_in(text, None)
}

/// [`parse_references`] with the numbers of a translation, where the text names none.
pub(crate) fn parse_references_in(
    text: &str,
    translation: Option<TranslationCode>,
) -> Result<Vec<Reference>, ReferenceError> {
    let length = text.chars().take(LONGEST_REFERENCE + 1).count();
    if length > LONGEST_REFERENCE {
        let length = text.chars().count();
        return Err(ReferenceError::TooLong {
            limit: LONGEST_REFERENCE,
            length,
        });
    }
    let plain = PlainText::new(text);
    let mut parser = Parser::new(&plain, true, translation);
    parser.read()?;
    if parser.found.is_empty() {
        Err(ReferenceError::Empty)
    } else {
        Ok(in_canon(&parser.found))
    }
}

/// Finds the references in a text, in order, and skips all other words. The numbers of the
/// references are the canon's: `Jonah 2:1 (SRV)` is Jonah 1:17.
///
/// A book's name alone counts only where no other word is beside it, so that "mark my words" gives
/// none. The cost is linear in the text's length.
#[must_use]
pub fn find_references(text: &str) -> Vec<Reference> {
    find_references_in(text, None)
}

/// [`find_references`] with the numbers of a translation, where the text names none.
pub(crate) fn find_references_in(
    text: &str,
    translation: Option<TranslationCode>,
) -> Vec<Reference> {
    let plain = PlainText::new(text);
    in_canon(&read_leniently(&plain, translation).found)
}

/// Finds the references in a text with the numbers that the text has, and the parts that begin like
/// a reference and cannot be read whole or do not exist: `John 3:99`, `Hezekiah 4:2`.
///
/// Ordinary words are neither. A range past its chapter's end is read to that end, and is unread
/// also. The cost is linear in the text's length.
#[must_use]
pub fn read_references(text: &str) -> FoundReferences {
    let plain = PlainText::new(text);
    let parser = read_leniently(&plain, None);
    FoundReferences {
        references: parser.found.iter().map(|read| read.reference).collect(),
        unread: parser.unread,
    }
}

/// A reference in a text, or a part that begins like one, and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocatedReference {
    /// Where it stands in the text, in bytes: a member of a list alone, without a translation's name.
    pub place: Range<usize>,
    /// The reference with the numbers of the canon, or the reason why it is none.
    pub outcome: Result<Vec<Reference>, ReferenceError>,
}

/// [`read_references`] with the places in the text, in their order. A range past its chapter's end is
/// in the list twice: as the reference to that end, and with the reason. `translation` is the one whose
/// numbers count where the text names none.
#[must_use]
pub fn locate_references(
    text: &str,
    translation: Option<TranslationCode>,
) -> Vec<LocatedReference> {
    let plain = PlainText::new(text);
    let parser = read_leniently(&plain, translation);
    let found = parser.found.iter().map(|read| LocatedReference {
        place: read.place.0..read.place.1,
        outcome: Ok(read.reference.to_canon(read.translation)),
    });
    let unread = parser.unread.iter().map(|unread| LocatedReference {
        place: unread.place.clone(),
        outcome: Err(unread.reason.clone()),
    });
    let mut located: Vec<LocatedReference> = found.chain(unread).collect();
    located.sort_by_key(|located| (located.place.start, located.outcome.is_err()));
    located
}

pub(super) fn read_leniently<'a>(
    text: &'a PlainText<'a>,
    translation: Option<TranslationCode>,
) -> Parser<'a> {
    let mut parser = Parser::new(text, false, translation);
    // Lenient reading notes what strict reading refuses.
    let _never_refused = parser.read();
    parser
}

fn in_canon(found: &[Read]) -> Vec<Reference> {
    let references = found
        .iter()
        .flat_map(|read| read.reference.to_canon(read.translation));
    references.collect()
}
