//! The second and third part of an insight, which are written together so that no sentence stands in both: what the
//! commentary explains, with related passages and topics behind it, and what it asks of its reader.

use std::ops::RangeInclusive;

use verse_scripture::works::Work;
use verse_scripture::works::commentary::{self, list_sections};
use verse_scripture::{Reference, VerseId};

use super::alignment::ChapterWords;
use super::appeal::PLAIN;
use super::context::is_on_whole_book;
use super::links::link;
use super::passage::{WordsOfChapters, verses_of};
use super::portion::{Portion, Room, portion};
use super::quotation::quote;
use super::related::{related_passages, topics};
use super::sources::Sources;
use super::thought::{Section, take_best};

/// What the explanations of a passage may take together, in bytes.
const EXPLANATION_ROOM: usize = 2_100;
/// What the requests may take together.
const REQUEST_ROOM: usize = 1_000;
/// Each section of a passage that goes through several has at least this much.
const LEAST_ROOM: usize = 260;
/// No more sections than this are quoted.
const MOST_SECTIONS: usize = 8;
/// Nor are more chapters than this looked through.
const MOST_CHAPTERS: usize = 3;
/// How much of another section is quoted where these verses' own asks nothing.
const NEARBY_ROOM: usize = 400;

/// A section of the commentary, and the verses of it that are selected.
pub(super) struct Piece {
    pub(super) section: commentary::Section,
    pub(super) selected: RangeInclusive<u16>,
}

/// What the commentary explains with what is related to it, and what it asks.
pub(super) fn significance_and_application(
    passage: &Reference,
    words: &mut WordsOfChapters,
    sources: &mut Sources,
) -> (String, String) {
    sources.add(Work::Commentary);
    let (mut explained, application) = commentary_on(passage, words);
    if let Some((book, chapter, verses)) = passage.chapters().next() {
        let words = words.of(book, chapter);
        let passage = verses_of(book, chapter, &verses);
        explained.extend(related_passages(&passage, &words, sources));
        explained.extend(topics(&passage, &words, sources));
    }
    (explained.join("\n\n"), application)
}

/// What the commentary explains, by paragraphs, and what it asks.
pub(super) fn commentary_on(
    passage: &Reference,
    words: &mut WordsOfChapters,
) -> (Vec<String>, String) {
    let pieces = list_pieces(passage);
    let (quoted, left) = pieces.split_at(pieces.len().min(MOST_SECTIONS));
    let share = |room: usize| (room / quoted.len().max(1)).max(LEAST_ROOM);
    let room = Room {
        explains: share(EXPLANATION_ROOM),
        asks: share(REQUEST_ROOM),
    };
    let mut explained = Vec::new();
    let mut asked = Vec::new();
    for piece in quoted {
        let section = piece.read(&words.of(piece.section.book, piece.section.chapter));
        let Portion { explains, asks } = portion(&section, &piece.selected, room);
        if !explains.is_empty() {
            let introduction = piece.introduce(explained.is_empty());
            explained.push(format!("{introduction} {}", quote(&section, &explains)));
        }
        if !asks.is_empty() {
            asked.push((quote(&section, &asks), piece.section.reference()));
        }
    }
    let unread = left
        .first()
        .map(|piece| piece.section.reference().first())
        .or_else(|| {
            let (book, chapter, verses) = passage.chapters().nth(MOST_CHAPTERS)?;
            Some(VerseId {
                book,
                chapter,
                verse: *verses.start(),
            })
        });
    if let Some(unread) = unread {
        let rest = Reference::between(unread, passage.last());
        explained.push(format!("The commentary goes on to {}.", link(&rest)));
    }
    if pieces.is_empty() {
        explained.insert(0, "The commentary says nothing on these verses.".to_owned());
    }
    let application = match asked.as_slice() {
        [] => application_nearby(passage, words),
        [(quotation, _)] => format!("To its reader the commentary says: {quotation}"),
        several => {
            let each =
                |(quotation, on): &(String, Reference)| format!("On {}: {quotation}", link(on));
            let each: Vec<String> = several.iter().map(each).collect();
            format!(
                "To its reader the commentary says:\n\n{}",
                each.join("\n\n")
            )
        }
    };
    (explained, application)
}

/// The sections on a passage. A section on a whole book is its introduction, and not taken.
pub(super) fn list_pieces(passage: &Reference) -> Vec<Piece> {
    passage
        .chapters()
        .take(MOST_CHAPTERS)
        .flat_map(|(book, chapter, verses)| {
            let mut sections = list_sections(book, chapter);
            sections.retain(|section| {
                !is_on_whole_book(book.book(), section)
                    && section.verses.start() <= verses.end()
                    && verses.start() <= section.verses.end()
            });
            sections.into_iter().map(move |section| Piece {
                selected: *section.verses.start().max(verses.start())
                    ..=*section.verses.end().min(verses.end()),
                section,
            })
        })
        .collect()
}

impl Piece {
    /// Its sentences, and which verses they speak of.
    pub(super) fn read(&self, words: &ChapterWords) -> Section<'_> {
        let paragraphs = self.section.paragraphs.iter().map(String::as_str);
        Section::read(
            paragraphs,
            *self.section.verses.start(),
            *self.section.verses.end(),
            words,
        )
    }

    /// What is said before it is quoted.
    pub(super) fn introduce(&self, first: bool) -> String {
        let work = if first {
            Work::Commentary.name()
        } else {
            "The commentary"
        };
        let on = link(&self.section.reference());
        let title = match &self.section.title {
            Some(title) => format!(", “{title}”"),
            None => String::new(),
        };
        format!("{work} on {on}{title}:")
    }
}

/// Where the section on a passage does not turn to its reader: the nearest one of the chapter that does.
fn application_nearby(passage: &Reference, words: &mut WordsOfChapters) -> String {
    const NOTHING: &str = "The commentary does not turn to its reader on these verses";
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return format!("{NOTHING}.");
    };
    let words = words.of(book, chapter);
    let mut others: Vec<Piece> = list_sections(book, chapter)
        .into_iter()
        .filter(|section| {
            section.verses.end() < verses.start() || section.verses.start() > verses.end()
        })
        .map(|section| Piece {
            selected: section.verses.clone(),
            section,
        })
        .collect();
    others.sort_by_key(|piece| {
        let behind = piece.section.verses.start().saturating_sub(*verses.end());
        behind.max(verses.start().saturating_sub(*piece.section.verses.end()))
    });
    for piece in others {
        let section = piece.read(&words);
        let asking = section
            .thoughts
            .iter()
            .filter(|thought| thought.appeal > PLAIN);
        let asks = take_best(asking, |thought| f64::from(thought.appeal), NEARBY_ROOM);
        if !asks.is_empty() {
            let on = link(&piece.section.reference());
            return format!(
                "{NOTHING}. Near them, on {on}, it does: {}",
                quote(&section, &asks)
            );
        }
    }
    format!("{NOTHING}, nor elsewhere in this chapter.")
}
