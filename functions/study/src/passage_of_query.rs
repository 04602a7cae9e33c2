//! The passage of a search query that is a reference.

use serde::Serialize;
use utoipa::ToSchema;
use verse_scripture::reference::Extent;
use verse_scripture::{Reference, TranslationCode, VerseId, get_chapter, parse_references};

use crate::verse_answer::VerseAnswer;

/// The most verses of a passage that are printed: Psalm 119 has as many.
const MOST_VERSES: usize = 176;

/// The passage that a query names. Fields that do not apply are null: the verses of a chapter, and the chapter of a book.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageOfQuery {
    #[schema(example = "John 3:16-17")]
    reference: String,
    /// The reference in OSIS form.
    #[schema(example = "John.3.16-John.3.17")]
    osis: String,
    #[schema(example = "John")]
    book: &'static str,
    #[schema(required = true, example = 3)]
    chapter: Option<u16>,
    #[schema(required = true, example = 16)]
    verse_start: Option<u16>,
    /// The last chapter, in a range over several chapters.
    #[schema(required = true)]
    chapter_end: Option<u16>,
    /// The last verse; of the last chapter, in a range over several chapters.
    #[schema(required = true, example = 17)]
    verse_end: Option<u16>,
    /// Its verses, with the numbers that the translation prints; empty when they are more than 176.
    verses: Vec<VerseAnswer>,
}

impl PassageOfQuery {
    /// The passage, if the whole text is one reference. A book's abbreviation counts only if no verse has it as a word: `am`
    /// is a word, and Amos too.
    pub(crate) fn find(text: &str, translation: TranslationCode, is_no_word: bool) -> Option<Self> {
        let references = parse_references(text).ok()?;
        let [reference] = references.as_slice() else {
            return None;
        };
        let is_name = text.trim().eq_ignore_ascii_case(reference.book().name);
        if reference.extent() == Extent::Books && !is_name && !is_no_word {
            return None;
        }
        Some(Self {
            reference: reference.to_string(),
            osis: reference.osis(),
            book: reference.book().name,
            chapter: reference.chapter(),
            verse_start: reference.verse_start(),
            chapter_end: reference.chapter_end(),
            verse_end: reference.verse_end(),
            verses: print(reference, translation),
        })
    }
}

/// The verses of a passage that is not too long.
fn print(reference: &Reference, translation: TranslationCode) -> Vec<VerseAnswer> {
    if reference.verses().take(MOST_VERSES + 1).count() > MOST_VERSES {
        return Vec::new();
    }
    let chapters = reference.printed_in(translation).into_iter();
    let verses = chapters.flat_map(|(book, chapter, numbers)| {
        let texts = get_chapter(translation, book, chapter).map(|chapter| chapter.texts());
        let within = texts.unwrap_or_default().into_iter();
        let within = within.filter(move |(verse, _)| numbers.contains(verse));
        within.map(move |(verse, text)| {
            let printed = VerseId {
                book,
                chapter,
                verse,
            };
            VerseAnswer::new(printed, text)
        })
    });
    verses.collect()
}
