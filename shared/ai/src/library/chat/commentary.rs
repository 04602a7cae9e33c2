//! The commentary's answer to a question: on the passages that it names, and on a passage that was found.

use verse_scripture::works::Work;
use verse_scripture::{Reference, VerseId};

use super::conversation::Conversation;
use super::language::Language;
use super::question::Question;
use super::relevance::{is_seen, select_near_best, shared_weight};
use super::scripture::quote_passage;
use crate::library::alignment::content_stems;
use crate::library::quotation::quote;
use crate::library::sentence_group::SentenceGroup;
use crate::library::significance::{SelectedSection, list_selected_sections};
use crate::library::sources::Sources;

/// The most passages that are looked up of those that a question names.
const MAX_PASSAGES: usize = 2;
/// The most verses of a passage that are quoted.
const MAX_VERSES: usize = 12;

/// Paragraphs on the passages that a question names: their text, and the commentary on it.
pub(super) fn answer(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for reference in question.references.iter().take(MAX_PASSAGES) {
        paragraphs.extend(quote_passage(&beginning(reference), conversation, sources));
        paragraphs.extend(comment_on(reference, question, conversation, sources));
    }
    paragraphs
}

/// The first verses of a long passage.
pub(super) fn beginning(passage: &Reference) -> Reference {
    let verses: Vec<VerseId> = passage.verses().take(MAX_VERSES + 1).collect();
    match verses.get(MAX_VERSES - 1) {
        Some(last) if verses.len() > MAX_VERSES => Reference::between(passage.first(), *last),
        _ => *passage,
    }
}

/// The commentary's answer from the section on a passage that shares the most words with the question.
pub(super) fn comment_on(
    passage: &Reference,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let shared = |selected: &SelectedSection| {
        let text = content_stems(&selected.section.paragraphs.join(" "));
        shared_weight(&text, &question.stems)
    };
    // Of several with the same weight, the first.
    let selected = list_selected_sections(passage)
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
    let introduction = introduce(&selected, conversation.language);
    Some(format!("{introduction} {}", quote(&section, &best)))
}

/// The words before a quotation of the commentary, in the language of the reply.
pub(super) fn introduce(selected: &SelectedSection, language: Language) -> String {
    match language {
        Language::English => selected.introduce(true),
        Language::Spanish => {
            let on = language.link(&selected.section.reference());
            let work = Work::Commentary.name();
            format!("{work}, en inglés, sobre {on}:")
        }
    }
}
