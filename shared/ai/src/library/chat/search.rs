//! Where the commentary speaks of a question's words: on the passage that is open, in its chapter, and elsewhere.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use tokio::task::yield_now;
use verse_scripture::works::commentary::{self, list_sections};
use verse_scripture::works::search::search_commentary;

use crate::library::quotation::quote;
use crate::library::significance::{Piece, list_pieces};
use crate::library::thought::Thought;

use super::bearing::{
    NEAR_THE_BEST, ROOM, definition, enough, is_seen, take_near_the_best, weight,
};
use super::conversation::Conversation;
use super::question::{Kind, Question};

/// How many sections are looked through that speak of the question's words.
const SEARCHED: usize = 12;
/// How many sections are quoted on a question.
const MOST_QUOTED: usize = 2;
/// What a thought gains that speaks of the open verses.
const ON_THE_VERSES: f64 = 0.8;
/// What one gains that stands in the open chapter.
const IN_THE_CHAPTER: f64 = 0.35;
/// What a word of the question counts that stands in the same section only.
const OF_THE_SECTION: f64 = 0.4;

/// An answer from one section.
struct Found {
    /// What it is worth.
    worth: f64,
    /// How many of the question's words it shares.
    words: usize,
    /// Whether it is from the open chapter.
    is_open: bool,
    piece: Piece,
    quotation: String,
}

/// Where the commentary speaks of the question's words, on the open passage first.
pub(super) async fn search(
    question: &Question,
    conversation: &mut Conversation<'_>,
) -> Vec<String> {
    let mut found: Vec<Found> = Vec::new();
    for piece in pieces(question, conversation) {
        found.extend(find_in(piece, question, conversation));
        // All of this is computing, on the thread that also serves the others.
        yield_now().await;
    }
    if found.iter().all(|found| !found.is_open) {
        found.extend(on_open_verses(conversation));
    }
    let has_open = found.iter().any(|found| found.is_open);
    let is_meaning = matches!(question.kind, Kind::Meaning(_));
    // Of a text that is open one asks what is said there; elsewhere a single word in common says little.
    found.retain(|found| {
        found.is_open
            || !has_open
            || is_meaning
            || (found.words > 1 && !question.points && !question.follows_up)
    });
    let most = found.iter().map(|found| found.worth).fold(0.0, f64::max);
    found.retain(|found| found.is_open || found.worth >= NEAR_THE_BEST * most);
    found.sort_by(|one, other| other.worth.total_cmp(&one.worth));
    let quoted = found.into_iter().take(MOST_QUOTED).enumerate();
    quoted
        .map(|(index, found)| format!("{} {}", found.piece.introduce(index == 0), found.quotation))
        .collect()
}

/// What a section says on a question.
fn find_in(
    piece: Piece,
    question: &Question,
    conversation: &mut Conversation<'_>,
) -> Option<Found> {
    let open = open_verses(&piece, conversation);
    // Which verses a sentence speaks of matters only where some are open.
    let words = match open {
        Some(_) => conversation
            .words
            .of(piece.section.book, piece.section.chapter),
        None => Arc::default(),
    };
    let section = piece.read(&words);
    let all: BTreeSet<String> = section
        .thoughts
        .iter()
        .flat_map(|thought| thought.stems.iter().cloned())
        .collect();
    let of_section = weight(&all, &question.stems);
    let is_on_them = |thought: &Thought| {
        open.as_ref()
            .is_some_and(|verses| thought.distance(verses) == 0)
    };
    let worth = |thought: &Thought| {
        let near = match &open {
            Some(_) if is_on_them(thought) => ON_THE_VERSES,
            Some(_) => IN_THE_CHAPTER,
            None => 0.0,
        };
        let shared = weight(&thought.stems, &question.stems);
        let around = OF_THE_SECTION * (of_section - shared);
        shared + around + near + definition(&section, thought, question)
    };
    let speaks =
        |thought: &&Thought| weight(&thought.stems, &question.stems) >= enough(&question.stems);
    let unseen = section
        .thoughts
        .iter()
        .filter(|thought| !is_seen(&section, thought, conversation));
    let best = take_near_the_best(unseen.filter(speaks).collect(), worth);
    let most = best
        .iter()
        .map(|thought| worth(thought))
        .max_by(f64::total_cmp)?;
    let shared: BTreeSet<&String> = best
        .iter()
        .flat_map(|thought| thought.stems.intersection(&question.stems))
        .collect();
    Some(Found {
        worth: most,
        words: shared.len(),
        is_open: open.is_some(),
        quotation: quote(&section, &best),
        piece,
    })
}

/// How the commentary goes on, on the open verses, from what the reader has seen of it; else how it begins there.
fn on_open_verses(conversation: &mut Conversation<'_>) -> Option<Found> {
    let passage = conversation.passage?;
    list_pieces(&passage.reference)
        .into_iter()
        .find_map(|piece| go_on_in(piece, conversation))
}

fn go_on_in(piece: Piece, conversation: &mut Conversation<'_>) -> Option<Found> {
    let words = conversation
        .words
        .of(piece.section.book, piece.section.chapter);
    let section = piece.read(&words);
    let thoughts: Vec<&Thought> = section
        .thoughts
        .iter()
        .filter(|thought| thought.distance(&piece.selected) == 0)
        .collect();
    let is_open = |thought: &&&Thought| !is_seen(&section, thought, conversation);
    let seen = thoughts
        .iter()
        .position(|thought| is_seen(&section, thought, conversation));
    let behind = thoughts.iter().skip(seen.unwrap_or(0)).find(is_open);
    let first = behind.or_else(|| thoughts.iter().find(is_open))?;
    let following = thoughts
        .iter()
        .filter(|thought| thought.sentences.start >= first.sentences.start)
        .filter(is_open)
        .copied();
    let mut length = 0;
    let taken: Vec<&Thought> = following
        .take_while(|thought| {
            let fits = length == 0 || length + thought.length <= ROOM;
            length += thought.length;
            fits
        })
        .collect();
    Some(Found {
        worth: ON_THE_VERSES,
        words: 0,
        is_open: true,
        quotation: quote(&section, &taken),
        piece,
    })
}

/// The sections that may answer: those of the open passage and its chapter, and those that speak most of the
/// question's words.
fn pieces(question: &Question, conversation: &Conversation<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    if let Some(passage) = conversation.passage {
        pieces.extend(list_pieces(&passage.reference));
        let (book, chapter) = (
            passage.reference.book().id,
            passage.reference.first().chapter,
        );
        add_sections(&mut pieces, list_sections(book, chapter));
    }
    let query: Vec<&str> = question.stems.iter().map(String::as_str).collect();
    let found = search_commentary(&query.join(" "), SEARCHED);
    add_sections(&mut pieces, found.into_iter().map(|found| found.section));
    pieces
}

/// The open verses, if a section is of their chapter.
fn open_verses(piece: &Piece, conversation: &Conversation<'_>) -> Option<RangeInclusive<u16>> {
    let here = (piece.section.book, piece.section.chapter);
    let mut chapters = conversation.passage?.reference.chapters();
    chapters
        .find(|(book, chapter, _)| (*book, *chapter) == here)
        .map(|(.., verses)| verses)
}

fn add_sections(pieces: &mut Vec<Piece>, sections: impl IntoIterator<Item = commentary::Section>) {
    for section in sections {
        if pieces.iter().all(|piece| piece.section != section) {
            pieces.push(Piece {
                selected: section.verses.clone(),
                section,
            });
        }
    }
}
