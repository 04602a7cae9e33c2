//! The first text of an insight: the book's introduction, the passage's position in its chapter, the translation's notes.

use std::ops::RangeInclusive;

use verse_scripture::works::Work;
use verse_scripture::works::commentary::{Section, list_sections};
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::works::outline::outline;
use verse_scripture::{
    Book, BookId, Note, NoteKind, Reference, TranslationCode, get_chapter, nearest_book,
};

use super::exhortation::needs_previous;
use super::passage::{Passage, distance, verses_of};
use super::quotation::{join, quote_whole};
use super::significance::MAX_CHAPTERS;
use super::wording::{self, Language, Wording};
use super::{sentences, sources::Sources};

/// The sentences of an introduction.
const INTRODUCTION: usize = 2;
/// The most parts of a chapter that are named.
const MAX_PARTS: usize = 8;
/// The most notes that are quoted.
const MAX_NOTES: usize = 5;

/// The historical context of a passage.
pub(super) fn historical_context(
    passage: &Passage,
    wording: &Wording,
    sources: &mut Sources,
) -> String {
    let book = introduction(passage.reference.book(), wording, sources);
    let chapters = passage.reference.chapters().take(MAX_CHAPTERS);
    let positions: Vec<String> = chapters
        .enumerate()
        .filter_map(|(at, chapter)| position_in_chapter(chapter, &wording.varied(at)))
        .collect();
    // The notes of the World English Bible are English.
    let notes = match wording.language {
        Language::English => notes(passage, wording, sources),
        Language::Spanish => None,
    };
    let paragraphs = [Some(book)]
        .into_iter()
        .chain(positions.into_iter().map(Some));
    join(paragraphs.chain([notes]).flatten(), "\n\n")
}

/// Two sentences of the book's introduction. The chat has the rest.
pub(super) fn introduction(
    book: &'static Book,
    wording: &Wording,
    sources: &mut Sources,
) -> String {
    sources.add(Work::Commentary);
    let name = wording.language.book(book);
    let parts = [("work", Work::Commentary.name()), ("book", name)];
    let said = |frame, parts: &[(&str, &str)], paragraphs: &[String]| {
        format!(
            "{} {}",
            wording.say(frame, parts),
            quote_beginning(paragraphs)
        )
    };
    if let Some(paragraphs) = find_introduction(book.id) {
        return said(&wording::INTRODUCTION, &parts, &paragraphs);
    }
    let whole = list_sections(book.id, 1)
        .into_iter()
        .find(|section| is_on_whole_book(book, section));
    if let Some(section) = whole {
        return said(&wording::INTRODUCTION_WHOLE, &parts, &section.paragraphs);
    }
    let first_of_two = book
        .name
        .strip_prefix("2 ")
        .and_then(|rest| nearest_book(&format!("1 {rest}")))
        .and_then(|first| Some((first, find_introduction(first.id)?)));
    match first_of_two {
        Some((first, paragraphs)) => {
            let [work, book] = parts;
            let parts = [work, book, ("first", wording.language.book(first))];
            said(&wording::INTRODUCTION_FIRST, &parts, &paragraphs)
        }
        None => wording.say(&wording::NO_INTRODUCTION, &parts),
    }
}

/// Whether a section explains the whole of a book with one chapter.
pub(super) fn is_on_whole_book(book: &Book, section: &Section) -> bool {
    book.has_one_chapter()
        && section.title.is_none()
        && *section.verses.start() == 1
        && book.verse_count(1) == Some(*section.verses.end())
}

/// The first sentences that follow each other and are understood alone.
fn quote_beginning(paragraphs: &[String]) -> String {
    let all = paragraphs.iter().flat_map(|text| sentences::split(text));
    let all: Vec<&str> = all.collect();
    let announces = |sentence: &str| sentence.contains(" thus ") || sentence.ends_with(':');
    let start = all.iter().position(|sentence| {
        !announces(sentence) && !needs_previous(sentence) && !sentence.starts_with("Which ")
    });
    let start = start.unwrap_or_default();
    let end = (start + INTRODUCTION).min(all.len());
    quote_whole(all.get(start..end).unwrap_or_default())
}

/// A part of a chapter: its title and its verses.
type ChapterPart = (Option<String>, RangeInclusive<u16>);

/// The position of verses in their chapter by the commentary's outline, or by its sections when there is no outline.
fn position_in_chapter(
    (book, chapter, verses): (BookId, u16, RangeInclusive<u16>),
    wording: &Wording,
) -> Option<String> {
    let parts = chapter_parts(book, chapter);
    let is_in = |(_, part): &ChapterPart| distance(part, &verses) == 0;
    let first = parts.iter().position(is_in)?;
    let last = parts.iter().rposition(is_in)?;
    let name = |(title, verses): &ChapterPart| {
        let verses = wording.link(&verses_of(book, chapter, verses));
        match title {
            Some(title) => format!("“{title}” ({verses})"),
            None => verses,
        }
    };
    let within = parts.get(first..=last).unwrap_or_default();
    if let ([only], 1) = (within, parts.len()) {
        return Some(wording.say(&wording::ONE_PART, &[("part", &name(only))]));
    }
    let is_whole = book.book().verse_count(chapter) == Some(*verses.end()) && *verses.start() == 1;
    let whole = Reference::whole_chapter(book, chapter).filter(|_| is_whole);
    let passage = whole.unwrap_or_else(|| verses_of(book, chapter, &verses));
    let passage = wording.name(&passage);
    let stands = match within {
        [part] => {
            let is_whole = part.1 == verses;
            let frame = if is_whole {
                &wording::EXACTLY
            } else {
                &wording::WITHIN
            };
            wording.say(frame, &[("passage", &passage), ("part", &name(part))])
        }
        several => {
            let named: Vec<String> = several.iter().take(MAX_PARTS).map(name).collect();
            let mut named = wording.list(&named);
            if several.len() > MAX_PARTS {
                named.push_str(&wording.say(&wording::AND_OTHERS, &[]));
            }
            wording.say(
                &wording::THROUGH,
                &[("passage", &passage), ("parts", &named)],
            )
        }
    };
    let before = first.checked_sub(1).and_then(|before| parts.get(before));
    let after = parts.get(last + 1);
    let around = match (before.map(name), after.map(name)) {
        (Some(before), Some(after)) => {
            wording.say(&wording::AROUND, &[("before", &before), ("after", &after)])
        }
        (Some(before), None) => wording.say(&wording::AFTER_ALL, &[("before", &before)]),
        (None, Some(after)) => wording.say(&wording::BEFORE_ALL, &[("after", &after)]),
        (None, None) => String::new(),
    };
    Some(stands + &around)
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
fn notes(passage: &Passage, wording: &Wording, sources: &mut Sources) -> Option<String> {
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
        let parts = [("translation", translation.name), ("notes", &*notes)];
        Some(wording.say(&wording::NOTES, &parts))
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
