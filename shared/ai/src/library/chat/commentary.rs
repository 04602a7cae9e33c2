//! The commentary's answer to a question: on the passages that it names, on the open passage, and elsewhere.

use verse_scripture::works::Work;
use verse_scripture::{Reference, TranslationCode, get_chapter};

use crate::library::alignment::content_stems;
use crate::library::links::link;
use crate::library::passage::Passage;
use crate::library::quotation::{quote, quote_verses};
use crate::library::sentence_group::SentenceGroup;
use crate::library::significance::{SelectedSection, list_selected_sections};
use crate::library::sources::Sources;

use super::conversation::Conversation;
use super::question::Question;
use super::relevance::{is_seen, select_near_best, shared_weight};
use super::search::search;

/// The most passages that are looked up of those that a question names.
const MAX_PASSAGES: usize = 2;
/// The most verses of a passage that are quoted.
const MAX_VERSES: usize = 6;

/// Paragraphs that answer a question, possibly none.
pub(super) async fn answer(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for reference in question.references.iter().take(MAX_PASSAGES) {
        let translation = conversation.passage.and_then(|passage| passage.translation);
        let passage = Passage {
            reference: *reference,
            translation,
        };
        paragraphs.extend(passage_text(&passage, sources));
        paragraphs.extend(answer_on(reference, question, conversation, sources));
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

/// The text of a passage in its translation.
fn passage_text(passage: &Passage, sources: &mut Sources) -> Option<String> {
    let translation = passage
        .translation
        .unwrap_or(TranslationCode::Web)
        .translation();
    let (book, chapter, verses) = passage.reference.chapters().next()?;
    let chapter = get_chapter(translation.code, book, chapter).ok()?;
    let verses = chapter.verses_within(&verses);
    let quoted: Vec<&str> = verses
        .iter()
        .take(MAX_VERSES)
        .map(|verse| verse.text.as_str())
        .collect();
    if quoted.is_empty() {
        return None;
    }
    sources.add_translation(translation);
    let ellipsis = if verses.len() > quoted.len() {
        " …"
    } else {
        ""
    };
    Some(format!(
        "{} reads in the {}: {}{ellipsis}",
        link(&passage.reference),
        translation.name,
        quote_verses(&quoted.join(" "))
    ))
}

/// The commentary's answer from the section on a passage that shares the most words with the question.
fn answer_on(
    reference: &Reference,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let shared = |selected: &SelectedSection| {
        let text = content_stems(&selected.section.paragraphs.join(" "));
        shared_weight(&text, &question.stems)
    };
    // Of several with the same weight, the first.
    let selected = list_selected_sections(reference)
        .into_iter()
        .rev()
        .max_by(|one, other| shared(one).total_cmp(&shared(other)))?;
    let section = selected.split(&mut conversation.words);
    let score = |group: &SentenceGroup| {
        shared_weight(&group.stems, &question.stems) + group.similarity
            - f64::from(group.distance(&selected.verses))
    };
    let unseen = section
        .groups
        .iter()
        .filter(|group| !is_seen(&section, group, conversation));
    let best = select_near_best(unseen.collect(), score);
    if best.is_empty() {
        return None;
    }
    sources.add(Work::Commentary);
    Some(format!(
        "{} {}",
        selected.introduce(true),
        quote(&section, &best)
    ))
}
