//! Verses as a translation prints them: their numbers and their texts.

use std::{collections::BTreeMap, ops::RangeInclusive};

use verse_scripture::{
    BookId, Chapter, Reference, TranslationCode, VerseId, get_chapter, verse_map::from_canon,
};

/// The texts of a chapter's verses by number.
type ChapterTexts = BTreeMap<u16, String>;

/// The texts of a translation. Each chapter is read once: an answer returns to a chapter again and again.
pub(crate) struct PrintedTexts {
    translation: TranslationCode,
    chapters: BTreeMap<(BookId, u16), ChapterTexts>,
}

/// Verses that follow each other in a translation, with the numbers that it prints.
pub(crate) struct PrintedPassage {
    pub(crate) reference: Reference,
    /// The verses' texts, joined by spaces.
    pub(crate) text: String,
}

impl PrintedTexts {
    pub(crate) fn new(translation: TranslationCode) -> Self {
        Self {
            translation,
            chapters: BTreeMap::new(),
        }
    }

    /// The text of a verse by its printed number; `None` when the translation does not print it.
    pub(crate) fn find(&mut self, printed: VerseId) -> Option<&str> {
        let texts = self.chapter(printed.book, printed.chapter);
        texts.get(&printed.verse).map(String::as_str)
    }

    /// The printed numbers of a verse of the canon, in order: several where the translation divides the verse, none where
    /// it does not print it.
    pub(crate) fn numbers_of(&mut self, canon: VerseId) -> Vec<VerseId> {
        let Some(range) = from_canon(self.translation, canon) else {
            return Vec::new();
        };
        // No translation divides a verse between two chapters.
        let (first, last) = range.into_inner();
        (first.verse..=last.verse)
            .map(|verse| VerseId { verse, ..first })
            .filter(|printed| self.find(*printed).is_some())
            .collect()
    }

    /// Where the translation prints verses of the canon: one passage, or several where it has them in different places or
    /// leaves some out. Empty if it prints none of them.
    pub(crate) fn passages(&mut self, canon: &Reference) -> Vec<PrintedPassage> {
        let mut passages: Vec<PrintedPassage> = Vec::new();
        for (book, chapter, verses) in canon.printed_in(self.translation) {
            for (verse, text) in self.chapter(book, chapter).range(verses) {
                let printed = VerseId {
                    book,
                    chapter,
                    verse: *verse,
                };
                match passages.last_mut() {
                    Some(last) if follows(last.reference.last(), printed) => {
                        last.reference = Reference::between(last.reference.first(), printed);
                        last.text.push(' ');
                        last.text.push_str(text);
                    }
                    _ => passages.push(PrintedPassage {
                        reference: Reference::between(printed, printed),
                        text: text.clone(),
                    }),
                }
            }
        }
        passages
    }

    fn chapter(&mut self, book: BookId, chapter: u16) -> &ChapterTexts {
        let translation = self.translation;
        self.chapters.entry((book, chapter)).or_insert_with(|| {
            let read = get_chapter(translation, book, chapter);
            read.map(|chapter| chapter.texts().into_iter().collect())
                .unwrap_or_default()
        })
    }
}

/// The verses of a chapter with these numbers, as the translation numbers them.
pub(crate) fn numbered(chapter: &Chapter, numbers: &RangeInclusive<u16>) -> Reference {
    Reference::between(
        verse_of(chapter, *numbers.start()),
        verse_of(chapter, *numbers.end()),
    )
}

/// The verse of a chapter with this number.
pub(crate) fn verse_of(chapter: &Chapter, verse: u16) -> VerseId {
    VerseId {
        book: chapter.book().id,
        chapter: chapter.number(),
        verse,
    }
}

/// Whether a verse is the next after another. The last verse of a chapter is taken to be before the next chapter's first:
/// both are in one range of the canon.
fn follows(before: VerseId, verse: VerseId) -> bool {
    let starts_next = verse.chapter == before.chapter + 1 && verse.verse == 1;
    let is_next = verse.chapter == before.chapter && verse.verse == before.verse + 1;
    before.book == verse.book && (is_next || starts_next)
}
