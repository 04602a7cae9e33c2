//! The language of a reply: that of the message, and its sentences.

use std::fmt::Write as _;

use verse_scripture::fold::push_plain;
use verse_scripture::{Reference, TranslationCode};

use crate::library::alignment::is_in;
pub(super) use crate::library::wording::Language;

impl Language {
    /// The language of a message without accents and capitals; `None` if it has no typical word.
    pub(super) fn of_message(message: &str) -> Option<Self> {
        let (mut english, mut spanish) = (0, 0);
        for word in message.split(|c: char| !c.is_alphabetic()) {
            spanish += usize::from(is_in(SPANISH_WORDS, word));
            english += usize::from(is_in(ENGLISH_WORDS, word));
        }
        if message.contains(['¿', '¡']) {
            spanish += 3;
        }
        match spanish.cmp(&english) {
            std::cmp::Ordering::Greater => Some(Self::Spanish),
            std::cmp::Ordering::Less => Some(Self::English),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The translation that is quoted when none is open.
    pub(super) fn translation(self) -> TranslationCode {
        match self {
            Self::English => TranslationCode::Web,
            Self::Spanish => TranslationCode::Srv,
        }
    }

    /// One of two sentences.
    pub(super) fn choose<'t>(self, english: &'t str, spanish: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// Several passages as links.
    pub(super) fn links<'r>(self, references: impl IntoIterator<Item = &'r Reference>) -> String {
        let mut links = String::new();
        for reference in references {
            let separator = if links.is_empty() { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(links, "{separator}{}", self.link(reference));
        }
        links
    }
}

/// A text in small letters without accents, with straight apostrophes.
pub(super) fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '’' | '‘' | 'ʼ' => plain.push('\''),
            '¿' | '¡' => plain.push(c),
            _ => push_plain(c, &mut plain),
        }
    }
    plain.to_lowercase()
}

/// Common Spanish words that are no English ones, and Spanish names of books.
const SPANISH_WORDS: &str = "el la los las un una unos unas de del al y que quien quienes como cuando donde por porque para \
    con sin sobre es era fue son eran esta este esto estas estos ese esa eso mas muy dice dicen decir significa \
    biblia versiculo versiculos capitulo dime explica explicame cual cuales hay puedo debo tengo mi mis su sus se lo le \
    les yo tu ella ellos nosotros dios jesus senor cristo espiritu santo hola gracias libro resumen escribio otro otra \
    siguiente anterior juan mateo marcos lucas hechos genesis exodo salmo salmos proverbios romanos corintios galatas \
    efesios filipenses colosenses hebreos santiago apocalipsis isaias jeremias";
/// Common English words that are no Spanish ones.
const ENGLISH_WORDS: &str = "the of and to in is are was were what who whom why how when where which does did do that this \
    these those with without about for from it its he his him she her they them my your me i you tell explain say says \
    mean means bible verse chapter book god jesus lord christ spirit genesis john matthew mark luke acts romans psalm \
    psalms hello thanks more another";

#[cfg(test)]
mod tests {
    use verse_scripture::{books, parse_references};

    use super::*;

    #[test]
    fn the_language_of_a_message_is_recognised() {
        for (message, language) in [
            ("Who was Nicodemus?", Some(Language::English)),
            ("¿Quién fue Nicodemo?", Some(Language::Spanish)),
            ("los diez mandamientos", Some(Language::Spanish)),
            ("Juan 3:16", Some(Language::Spanish)),
            ("John 3:16", Some(Language::English)),
            ("Dime más", Some(Language::Spanish)),
            ("Melchizedek", None),
            ("", None),
        ] {
            assert_eq!(
                Language::of_message(&folded(message)),
                language,
                "{message}"
            );
        }
    }

    #[test]
    fn every_spanish_name_of_a_book_is_read_as_that_book() {
        for book in books() {
            let reference = Reference::whole_chapter(book.id, 1).unwrap();
            let name = Language::Spanish.name_of(&reference);
            assert_eq!(parse_references(&name), Ok(vec![reference]), "{name}");
        }
    }
}
