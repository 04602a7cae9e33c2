//! Other passages on a subject, or related to a passage.

use verse_scripture::works::Work;
use verse_scripture::works::topics::find_topic;
use verse_scripture::{Reference, TranslationCode, get_chapter};

use crate::library::links::{link, unlink};
use crate::library::quotation::quote_verses;
use crate::library::related::list_related;
use crate::library::sources::Sources;

use super::conversation::Conversation;
use super::question::Question;
use super::term_lookup::{find_topic_by_words, look_up_term, topic_summary};

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
    quote_related(&passage, conversation, sources)
        .into_iter()
        .collect()
}

/// The closest related passages, quoted in the open translation.
fn quote_related(
    passage: &Reference,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let (book, chapter, _) = passage.chapters().next()?;
    let words = conversation.words.of(book, chapter);
    let translation = conversation
        .passage
        .and_then(|passage| passage.translation)
        .unwrap_or(TranslationCode::Web)
        .translation();
    let lines: Vec<String> = list_related(passage, &words)
        .iter()
        .filter_map(|reference| {
            let (book, chapter, verses) = reference.chapters().next()?;
            let chapter = get_chapter(translation.code, book, chapter).ok()?;
            let verses = chapter.verses_within(&verses).into_iter();
            let texts: Vec<String> = verses.map(|verse| verse.text).collect();
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
