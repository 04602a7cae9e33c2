//! The passage of a request.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use verse_scripture::selection::locate_selection;
use verse_scripture::{BookId, Reference, TranslationCode, VerseId, get_chapter};

use super::alignment::ChapterWords;

/// A passage, with the translation that the client shows, if it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    pub(super) reference: Reference,
    pub(super) translation: Option<TranslationCode>,
}

/// The verses of a client's reference, which may name only a chapter, and of the text selected in it.
pub(super) fn locate(reference: &str, text: &str) -> Option<Passage> {
    let selection = locate_selection(reference, text)?;
    Some(Passage {
        reference: selection.passage,
        translation: selection.translation,
    })
}

/// A reference to verses of a chapter.
pub(super) fn verses_of(book: BookId, chapter: u16, verses: &RangeInclusive<u16>) -> Reference {
    let verse = |verse| VerseId {
        book,
        chapter,
        verse,
    };
    Reference::between(verse(*verses.start()), verse(*verses.end()))
}

/// The number of verses between two ranges of a chapter; 0 if they overlap.
pub(super) fn distance(one: &RangeInclusive<u16>, other: &RangeInclusive<u16>) -> u16 {
    let after = one.start().saturating_sub(*other.end());
    after.max(other.start().saturating_sub(*one.end()))
}

/// The texts of a passage's verses, of its first chapter only.
pub(crate) fn verse_texts(translation: TranslationCode, passage: &Reference) -> Vec<String> {
    let read = || {
        let (book, chapter, verses) = passage.printed_in(translation).into_iter().next()?;
        let chapter = get_chapter(translation, book, chapter).ok()?;
        let verses = chapter.verses_within(&verses).into_iter();
        Some(verses.map(|verse| verse.text).collect())
    };
    read().unwrap_or_default()
}

/// The words of chapters, each collected once a call.
#[derive(Default)]
pub(super) struct WordsOfChapters(HashMap<(BookId, u16), Arc<ChapterWords>>);

impl WordsOfChapters {
    /// The words of a chapter in an older and a newer translation: the commentary quotes the older one, and shares other
    /// words with the newer one.
    pub(super) fn of(&mut self, book: BookId, chapter: u16) -> Arc<ChapterWords> {
        let read = || {
            let texts: Vec<(u16, String)> = [TranslationCode::Kjv, TranslationCode::Web]
                .into_iter()
                .filter_map(|translation| get_chapter(translation, book, chapter).ok())
                .flat_map(|chapter| chapter.texts())
                .collect();
            Arc::new(ChapterWords::new(
                texts.iter().map(|(verse, text)| (*verse, text.as_str())),
            ))
        };
        Arc::clone(self.0.entry((book, chapter)).or_insert_with(read))
    }
}
