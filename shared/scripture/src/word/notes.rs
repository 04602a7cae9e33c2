//! The translators' notes on a word.

use super::verse_match::{printed_text, printed_verse};
use crate::chapter::get_chapter;
use crate::chapter_format::{Block, Run};
use crate::reference::VerseId;
use crate::selection::fold;
use crate::stem::words;
use crate::translation::TranslationCode;

/// A note of a translation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteOnWord {
    /// The translation.
    pub translation: TranslationCode,
    /// The verse, with the canon's numbers.
    pub verse: VerseId,
    /// The note's words.
    pub text: String,
}

/// The notes on a word of a verse: those that quote it, and those at its end that give another rendering. `wanted`: the
/// selected words for comparison.
pub(super) fn list_notes(
    translation: TranslationCode,
    verse: VerseId,
    wanted: &[String],
) -> Vec<NoteOnWord> {
    let Some(printed) = printed_verse(translation, verse) else {
        return Vec::new();
    };
    let Ok(chapter) = get_chapter(translation, printed.book, printed.chapter) else {
        return Vec::new();
    };
    let verse_words: Vec<String> = words(&printed_text(translation, verse)).map(fold).collect();
    let mut before: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    for run in chapter.blocks().iter().flat_map(runs) {
        match run {
            Run::Text { verse, text, .. } if *verse == printed.verse => {
                before.extend(words(text).map(fold));
            }
            Run::Note {
                verse: at,
                text,
                cross_reference: false,
            } if *at == printed.verse && is_on(text, wanted, &before, &verse_words) => {
                notes.push(NoteOnWord {
                    translation,
                    verse,
                    text: text.clone(),
                });
            }
            _ => {}
        }
    }
    notes
}

fn runs(block: &Block) -> &[Run] {
    match block {
        Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => runs,
        Block::Heading(_) | Block::Title(_) | Block::Speaker(_) | Block::Break => &[],
    }
}

/// Whether a note, before whose mark these words stand, is on the wanted words.
fn is_on(note: &str, wanted: &[String], before: &[String], verse_words: &[String]) -> bool {
    let subjects = subjects(note, verse_words);
    if subjects.is_empty() {
        return !wanted.is_empty() && before.ends_with(wanted);
    }
    let has = |whole: &[String], part: &[String]| {
        let mut windows = whole.windows(part.len().max(1));
        windows.any(|window| window == part)
    };
    let mut subjects = subjects.iter();
    subjects.any(|subject| has(subject, wanted) || has(wanted, subject))
}

/// The words of the verse that a note names first: between quotation marks, or before a colon.
fn subjects(note: &str, verse_words: &[String]) -> Vec<Vec<String>> {
    let before_colon = note.split_once(": ").map(|(subject, _)| subject);
    let in_marks = note.split('“').skip(1);
    let in_marks = in_marks.filter_map(|part| Some(part.split_once('”')?.0));
    let subjects = before_colon.into_iter().chain(in_marks);
    let subjects = subjects.map(|subject| words(subject).map(fold).collect::<Vec<_>>());
    let is_in_verse = |subject: &Vec<String>| {
        let mut windows = verse_words.windows(subject.len().max(1));
        !subject.is_empty() && windows.any(|window| window == subject)
    };
    subjects.filter(is_in_verse).collect()
}
