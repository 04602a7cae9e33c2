//! The passage that is asked about.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use verse_scripture::selection::locate_selection;
use verse_scripture::{BookId, Reference, TranslationCode, VerseId, get_chapter};

use super::alignment::ChapterWords;

/// A passage, and the translation it is read in if that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    pub(super) reference: Reference,
    pub(super) translation: Option<TranslationCode>,
}

/// The verses that a client means by a reference, which may be a chapter only, and a text that was selected in it.
pub(super) fn locate(reference: &str, text: &str) -> Option<Passage> {
    let selection = locate_selection(reference, text)?;
    Some(Passage {
        reference: selection.passage,
        translation: selection.translation,
    })
}

/// Verses of a chapter as a reference.
pub(super) fn verses_of(book: BookId, chapter: u16, verses: &RangeInclusive<u16>) -> Reference {
    let verse = |verse| VerseId {
        book,
        chapter,
        verse,
    };
    Reference::between(verse(*verses.start()), verse(*verses.end()))
}

/// The words of chapters, each put together but once for an answer.
#[derive(Default)]
pub(super) struct WordsOfChapters(HashMap<(BookId, u16), Arc<ChapterWords>>);

impl WordsOfChapters {
    /// Those of a chapter's verses in an older and a newer translation: the commentary quotes the one and speaks of
    /// things by the other's names.
    pub(super) fn of(&mut self, book: BookId, chapter: u16) -> Arc<ChapterWords> {
        let read = || {
            let texts: Vec<(u16, String)> = [TranslationCode::Kjv, TranslationCode::Web]
                .into_iter()
                .filter_map(|translation| get_chapter(translation, book, chapter).ok())
                .flat_map(|chapter| chapter.verses())
                .map(|verse| (verse.number, verse.text))
                .collect();
            Arc::new(ChapterWords::new(
                texts.iter().map(|(verse, text)| (*verse, text.as_str())),
            ))
        };
        Arc::clone(self.0.entry((book, chapter)).or_insert_with(read))
    }
}
