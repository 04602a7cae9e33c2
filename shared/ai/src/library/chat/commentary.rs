//! What the commentary says on a question: on the passages that it names, on the passage that is open, and elsewhere.

use verse_scripture::works::Work;
use verse_scripture::{Reference, TranslationCode, get_chapter};

use crate::library::alignment::content_stems;
use crate::library::links::link;
use crate::library::passage::Passage;
use crate::library::quotation::{quote, quote_verses};
use crate::library::significance::{Piece, list_pieces};
use crate::library::sources::Sources;
use crate::library::thought::Thought;

use super::bearing::{is_seen, take_near_the_best, weight};
use super::conversation::Conversation;
use super::question::Question;
use super::search::search;

/// How many of the passages that a question names are looked up.
const MOST_NAMED: usize = 2;
/// How many verses of a named passage are quoted.
const MOST_VERSES: usize = 6;
/// Paragraphs that answer a question; none if nothing does.
pub(super) async fn on(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for reference in question.references.iter().take(MOST_NAMED) {
        let translation = conversation.passage.and_then(|passage| passage.translation);
        let passage = Passage {
            reference: *reference,
            translation,
        };
        paragraphs.extend(text_of(&passage, sources));
        paragraphs.extend(on_passage(reference, question, conversation, sources));
    }
    if !question.references.is_empty() {
        return paragraphs;
    }
    let found = search(question, conversation).await;
    if !found.is_empty() {
        sources.add(Work::Commentary);
    }
    paragraphs.extend(found);
    paragraphs
}

/// The words of a passage in the translation that is read.
fn text_of(passage: &Passage, sources: &mut Sources) -> Option<String> {
    let translation = passage
        .translation
        .unwrap_or(TranslationCode::Web)
        .translation();
    let (book, chapter, verses) = passage.reference.chapters().next()?;
    let chapter = get_chapter(translation.code, book, chapter).ok()?;
    let verses = chapter.verses_within(&verses);
    let quoted: Vec<&str> = verses
        .iter()
        .take(MOST_VERSES)
        .map(|verse| verse.text.as_str())
        .collect();
    if quoted.is_empty() {
        return None;
    }
    sources.add_translation(translation);
    let goes_on = if verses.len() > quoted.len() {
        " …"
    } else {
        ""
    };
    Some(format!(
        "{} reads in the {}: {}{goes_on}",
        link(&passage.reference),
        translation.name,
        quote_verses(&quoted.join(" "))
    ))
}

/// What the commentary says on a passage that the question names, what shares its words first.
fn on_passage(
    reference: &Reference,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let pieces = list_pieces(reference);
    let shares = |piece: &Piece| {
        let text = content_stems(&piece.section.paragraphs.join(" "));
        weight(&text, &question.stems)
    };
    // The first of those that share most.
    let piece = pieces
        .into_iter()
        .rev()
        .max_by(|one, other| shares(one).total_cmp(&shares(other)))?;
    let words = conversation
        .words
        .of(piece.section.book, piece.section.chapter);
    let section = piece.read(&words);
    let worth = |thought: &Thought| {
        weight(&thought.stems, &question.stems) + thought.likeness
            - f64::from(thought.distance(&piece.selected))
    };
    let open = section
        .thoughts
        .iter()
        .filter(|thought| !is_seen(&section, thought, conversation));
    let best = take_near_the_best(open.collect(), worth);
    if best.is_empty() {
        return None;
    }
    sources.add(Work::Commentary);
    Some(format!(
        "{} {}",
        piece.introduce(true),
        quote(&section, &best)
    ))
}
