//! Where else the Bible speaks of something.

use verse_scripture::works::Work;
use verse_scripture::works::topics::find_topic;
use verse_scripture::{Reference, TranslationCode, get_chapter};

use crate::library::links::{link, unlink};
use crate::library::quotation::quote_verses;
use crate::library::related::list_related;
use crate::library::sources::Sources;

use super::conversation::Conversation;
use super::meaning::{self, topic_named, under};
use super::question::Question;

/// How many related passages are quoted.
const QUOTED: usize = 4;

/// Paragraphs on where else a matter stands, or what is related to the passage.
pub(super) fn of(
    matter: Option<&str>,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    if let Some(matter) = matter {
        let found = meaning::of(matter, conversation, sources);
        if !found.is_empty() {
            return found;
        }
        let topic = find_topic(matter).or_else(|| topic_named(matter));
        return topic.as_ref().and_then(under).into_iter().collect();
    }
    let named = question.references.first().copied();
    let Some(passage) = named.or(conversation.passage.map(|passage| passage.reference)) else {
        return Vec::new();
    };
    related(&passage, conversation, sources)
        .into_iter()
        .collect()
}

/// The passages that are closest to one, in the words of the translation that is read.
fn related(
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
            let texts: Vec<String> = chapter
                .verses_within(&verses)
                .into_iter()
                .map(|verse| verse.text)
                .collect();
            (!texts.is_empty())
                .then(|| format!("{}: {}", link(reference), quote_verses(&texts.join(" "))))
        })
        .filter(|line| !conversation.has_seen(&unlink(line)))
        .take(QUOTED)
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
