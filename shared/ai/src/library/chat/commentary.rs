//! The commentary's answer to a question: on the passages that it names, on the open passage, and elsewhere.

use verse_scripture::{Reference, Translation, works::Work};

use super::relevance::{is_seen, select_near_best, shared_weight};
use super::{conversation::Conversation, question::Question, search::search};
use crate::library::quotation::{quote, quote_verses};
use crate::library::significance::{SelectedSection, list_selected_sections};
use crate::library::{
    alignment::content_stems, links::link, passage::verse_texts, sentence_group::SentenceGroup,
    sources::Sources,
};

/// The most passages that are looked up of those that a question names.
const MAX_PASSAGES: usize = 2;
/// The most verses of a passage that are quoted.
const MAX_VERSES: usize = 6;

/// Paragraphs that answer a question, possibly none.
pub(super) fn answer(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for reference in question.references.iter().take(MAX_PASSAGES) {
        paragraphs.extend(passage_text(reference, conversation.translation(), sources));
        paragraphs.extend(answer_on(reference, question, conversation, sources));
    }
    if question.references.is_empty() {
        paragraphs = search(question, conversation);
        if !paragraphs.is_empty() {
            sources.add(Work::Commentary);
        }
    }
    paragraphs
}

/// The text of a passage in a translation.
fn passage_text(
    passage: &Reference,
    translation: &Translation,
    sources: &mut Sources,
) -> Option<String> {
    let verses = verse_texts(translation.code, passage);
    let quoted = verses.get(..MAX_VERSES).unwrap_or(&verses);
    if quoted.is_empty() {
        return None;
    }
    sources.add_translation(translation);
    let ellipsis = if verses.len() > MAX_VERSES {
        " …"
    } else {
        ""
    };
    let (passage, name) = (link(passage), translation.name);
    let text = quote_verses(&quoted.join(" "));
    Some(format!("{passage} reads in the {name}: {text}{ellipsis}"))
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
    let introduction = selected.introduce(true);
    Some(format!("{introduction} {}", quote(&section, &best)))
}
