//! The first text of an insight: the book's introduction, the passage's position in its chapter, the translation's notes.

use std::ops::RangeInclusive;

use verse_scripture::works::Work;
use verse_scripture::works::commentary::{Section, list_sections};
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::works::outline::outline;
use verse_scripture::{
    Book, BookId, Note, NoteKind, Reference, TranslationCode, get_chapter, nearest_book,
};

use super::passage::{Passage, distance, verses_of};
use super::quotation::{beginning, join, quote_whole};
use super::{links::link, sentences, sources::Sources};

/// The most bytes of an introduction.
const MAX_INTRODUCTION: usize = 1_250;
/// The most parts of a chapter that are named.
const MAX_PARTS: usize = 8;
/// The most notes that are quoted.
const MAX_NOTES: usize = 5;

/// The historical context of a passage.
pub(super) fn historical_context(passage: &Passage, sources: &mut Sources) -> String {
    let paragraphs = [
        language(passage),
        Some(introduction(passage.reference.book(), sources)),
        position_in_chapter(&passage.reference, sources),
        notes(passage, sources),
    ];
    join(paragraphs.into_iter().flatten(), "\n\n")
}

/// A note for readers of another language.
fn language(passage: &Passage) -> Option<String> {
    let translation = passage.translation?.translation();
    (translation.language != "en").then(|| "The works of this library are in English.".to_owned())
}

pub(super) fn introduction(book: &'static Book, sources: &mut Sources) -> String {
    sources.add(Work::Commentary);
    let work = Work::Commentary.name();
    let name = book.name;
    if let Some(paragraphs) = find_introduction(book.id) {
        return format!("{work} introduces {name}: {}", quote_beginning(&paragraphs));
    }
    let whole = list_sections(book.id, 1)
        .into_iter()
        .find(|section| is_on_whole_book(book, section));
    if let Some(section) = whole {
        let quotation = quote_beginning(&section.paragraphs);
        return format!(
            "{work} has no introduction to {name}. On the book as a whole it says: {quotation}"
        );
    }
    let first_of_two = name
        .strip_prefix("2 ")
        .and_then(|rest| nearest_book(&format!("1 {rest}")))
        .and_then(|first| Some((first.name, find_introduction(first.id)?)));
    match first_of_two {
        Some((first, paragraphs)) => format!(
            "{work} has no introduction to {name}. It introduces {first}: {}",
            quote_beginning(&paragraphs)
        ),
        None => format!("{work} has no introduction to {name}."),
    }
}

/// Whether a section explains the whole of a book with one chapter.
pub(super) fn is_on_whole_book(book: &Book, section: &Section) -> bool {
    book.has_one_chapter()
        && section.title.is_none()
        && *section.verses.start() == 1
        && book.verse_count(1) == Some(*section.verses.end())
}

fn quote_beginning(paragraphs: &[String]) -> String {
    let all = paragraphs.iter().flat_map(|text| sentences::split(text));
    let all: Vec<&str> = all.collect();
    quote_whole(beginning(&all, MAX_INTRODUCTION))
}

/// A part of a chapter: its title and its verses.
type ChapterPart = (Option<String>, RangeInclusive<u16>);

/// The passage's position in its chapter by the commentary's outline, or by its sections when there is no outline.
fn position_in_chapter(passage: &Reference, sources: &mut Sources) -> Option<String> {
    let (book, chapter, verses) = passage.chapters().next()?;
    let parts = chapter_parts(book, chapter);
    let is_in = |(_, part): &ChapterPart| distance(part, &verses) == 0;
    let first = parts.iter().position(is_in)?;
    let last = parts.iter().rposition(is_in)?;
    sources.add(Work::Commentary);
    let name = |(title, verses): &ChapterPart| {
        let verses = link(&verses_of(book, chapter, verses));
        match title {
            Some(title) => format!("“{title}” ({verses})"),
            None => verses,
        }
    };
    let within = parts.get(first..=last).unwrap_or_default();
    if let ([only], 1) = (within, parts.len()) {
        return Some(format!(
            "The commentary takes the chapter as one part: {}.",
            name(only)
        ));
    }
    let stands = match within {
        [part] if part.1 == verses => format!("is the part {}", name(part)),
        [part] => format!("stands in the part {}", name(part)),
        several => {
            let named = join(several.iter().take(MAX_PARTS).map(name), ", ");
            let is_cut = several.len() > MAX_PARTS;
            let others = if is_cut { ", and others" } else { "" };
            format!("goes through these parts: {named}{others}")
        }
    };
    let before = first.checked_sub(1).and_then(|before| parts.get(before));
    let after = parts.get(last + 1);
    let around = match (before.map(name), after.map(name)) {
        (Some(before), Some(after)) => format!(" Before it comes {before}, after it {after}."),
        (Some(before), None) => format!(" Before it comes {before}; it ends the chapter."),
        (None, Some(after)) => format!(" After it comes {after}."),
        (None, None) => String::new(),
    };
    Some(format!(
        "In the commentary’s outline of the chapter, {passage} {stands}.{around}"
    ))
}

fn chapter_parts(book: BookId, chapter: u16) -> Vec<ChapterPart> {
    let parts = outline(book, chapter).into_iter();
    let parts: Vec<ChapterPart> = parts.map(|part| (Some(part.title), part.verses)).collect();
    if !parts.is_empty() {
        return parts;
    }
    let sections = list_sections(book, chapter).into_iter();
    sections
        .filter(|section| !is_on_whole_book(book.book(), section))
        .map(|section| (section.title, section.verses))
        .collect()
}

/// The notes of the passage's translation, or those of the World English Bible when it has none.
fn notes(passage: &Passage, sources: &mut Sources) -> Option<String> {
    let own = passage.translation.unwrap_or(TranslationCode::Web);
    [own, TranslationCode::Web].into_iter().find_map(|code| {
        let translation = code.translation();
        let notes = footnotes(&passage.reference, code);
        if notes.is_empty() {
            return None;
        }
        let on_verse = |note: &Note| format!("verse {}: {}", note.verse, full_stop(&note.text));
        let notes = join(notes.iter().map(on_verse), " On ");
        sources.add_translation(translation);
        Some(format!("The {} notes on {notes}", translation.name))
    })
}

fn footnotes(passage: &Reference, translation: TranslationCode) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    if let Some((book, chapter, verses)) = passage.printed_in(translation).into_iter().next()
        && let Ok(chapter) = get_chapter(translation, book, chapter)
    {
        for note in chapter.notes_within(&verses) {
            let known = notes.iter().any(|known| known.text == note.text);
            if note.kind == NoteKind::Footnote && !known && notes.len() < MAX_NOTES {
                notes.push(note);
            }
        }
    }
    notes
}

fn full_stop(text: &str) -> String {
    let text = text.trim();
    let ends = text
        .trim_end_matches(['”', '’', '"', ')'])
        .ends_with(['.', '!', '?']);
    format!("{text}{}", if ends { "" } else { "." })
}
