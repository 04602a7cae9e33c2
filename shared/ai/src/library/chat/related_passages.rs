//! Other passages on a subject, or related to a passage.

use verse_scripture::Reference;
use verse_scripture::works::Work;
use verse_scripture::works::topics::find_topic;

use super::term_lookup::{find_topic_by_words, look_up_term, topic_summary};
use super::{conversation::Conversation, question::Question};
use crate::library::links::{link, unlink};
use crate::library::{
    passage::verse_texts, quotation::quote_verses, related::list_related, sources::Sources,
};

/// The most related passages that are quoted.
const MAX_QUOTED: usize = 4;

/// Paragraphs on other passages on a subject, or related to the question's passage when there is no subject.
pub(super) fn find_related(
    subject: Option<&str>,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    if let Some(subject) = subject {
        let found = look_up_term(subject, conversation, sources);
        if !found.is_empty() {
            return found;
        }
        let topic = find_topic(subject).or_else(|| find_topic_by_words(subject));
        return topic.as_ref().and_then(topic_summary).into_iter().collect();
    }
    let named = question.references.first().copied();
    let Some(passage) = named.or(conversation.passage.map(|passage| passage.reference)) else {
        return Vec::new();
    };
    let related = quote_related(&passage, conversation, sources);
    related.into_iter().collect()
}

/// The closest related passages, quoted in the open translation.
fn quote_related(
    passage: &Reference,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let translation = conversation.translation();
    let lines: Vec<String> = list_related(passage)
        .iter()
        .filter_map(|reference| {
            let texts = verse_texts(translation.code, reference);
            let line = || format!("{}: {}", link(reference), quote_verses(&texts.join(" ")));
            (!texts.is_empty()).then(line)
        })
        .filter(|line| !conversation.has_seen(&unlink(line)))
        .take(MAX_QUOTED)
        .collect();
    if lines.is_empty() {
        return None;
    }
    sources.add(Work::CrossReferences);
    sources.add_translation(translation);
    Some(format!(
        "These passages are related to {}, in the {}:\n\n{}",
        link(passage),
        translation.name,
        lines.join("\n\n")
    ))
}
