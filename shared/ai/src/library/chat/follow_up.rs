//! Messages that continue a conversation: the application of the last passage, the verse after it, its place, and more on the
//! same subject.

use verse_scripture::works::Work;
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::related_passages::list_related_passages;
use verse_scripture::{Reference, VerseId};

use super::book::chapter_headings;
use super::commentary::{comment_on, introduce};
use super::conversation::Conversation;
use super::question::{Question, Step};
use super::relevance::is_seen;
use super::scripture::quote_passage;
use crate::library::exhortation::CLEAR;
use crate::library::passage::distance;
use crate::library::quotation::quote;
use crate::library::sentence_group::select_best;
use crate::library::significance::SelectedSection;
use crate::library::sources::Sources;

/// The most bytes of exhortations.
const MAX_EXHORTATIONS: usize = 500;
/// The most related passages that are quoted.
const MAX_RELATED: usize = 3;
/// The most passages of the last reply that are named.
const MAX_PLACES: usize = 6;

/// The commentary's exhortations on the last passage, or those nearest to it in its chapter.
pub(super) fn apply(conversation: &mut Conversation<'_>, sources: &mut Sources) -> Vec<String> {
    let Some(passage) = conversation.passage.map(|passage| passage.reference) else {
        return Vec::new();
    };
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return Vec::new();
    };
    let sections = list_sections(book, chapter).into_iter();
    let mut sections: Vec<SelectedSection> = sections.map(SelectedSection::whole).collect();
    sections.sort_by_key(|selected| distance(&selected.verses, &verses));
    for selected in sections {
        let section = selected.split(&mut conversation.words);
        let exhorting = section
            .groups
            .iter()
            .filter(|group| group.exhortation > CLEAR && !is_seen(&section, group, conversation));
        let nearest = |group: &crate::library::sentence_group::SentenceGroup| {
            f64::from(group.exhortation) + group.similarity - f64::from(group.distance(&verses))
        };
        let best = select_best(exhorting, nearest, MAX_EXHORTATIONS);
        if !best.is_empty() {
            sources.add(Work::Commentary);
            let introduction = introduce(&selected, conversation.language);
            return vec![format!("{introduction} {}", quote(&section, &best))];
        }
    }
    Vec::new()
}

/// The passages that the last reply named, and the first of them whole.
pub(super) fn place(conversation: &Conversation<'_>, sources: &mut Sources) -> Vec<String> {
    let named = conversation.last_cited.iter().take(MAX_PLACES);
    let mut named: Vec<Reference> = named.copied().collect();
    if named.is_empty() {
        named.extend(conversation.passage.map(|passage| passage.reference));
    }
    let Some(first) = named.first() else {
        return Vec::new();
    };
    let language = conversation.language;
    let stands = language.choose("It stands in", "Está en");
    let mut paragraphs = vec![format!("{stands} {}.", language.links(&named))];
    paragraphs.extend(quote_passage(
        &super::commentary::beginning(first),
        conversation,
        sources,
    ));
    paragraphs
}

/// The verse or chapter beside the last one.
pub(super) fn step(
    step: Step,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let Some(passage) = conversation.passage.map(|passage| passage.reference) else {
        return Vec::new();
    };
    let chapter = |at: VerseId| Reference::whole_chapter(at.book, at.chapter);
    let (first, last) = (passage.first(), passage.last());
    let neighbour = |at: VerseId, forwards: bool| {
        let ordinal = at.ordinal()?;
        let ordinal = if forwards {
            ordinal.checked_add(1)
        } else {
            ordinal.checked_sub(1)
        };
        ordinal.and_then(VerseId::from_ordinal)
    };
    let single = |at: VerseId| Reference::between(at, at);
    let found = match step {
        Step::NextVerse => neighbour(last, true).map(single),
        Step::PreviousVerse => neighbour(first, false).map(single),
        Step::Chapter => chapter(first),
        Step::NextChapter => chapter(last)
            .and_then(|whole| neighbour(whole.last(), true))
            .and_then(chapter),
        Step::PreviousChapter => chapter(first)
            .and_then(|whole| neighbour(whole.first(), false))
            .and_then(chapter),
    };
    let Some(found) = found else {
        return Vec::new();
    };
    conversation.open(found);
    let mut paragraphs = Vec::new();
    paragraphs.extend(quote_passage(
        &super::commentary::beginning(&found),
        conversation,
        sources,
    ));
    match step {
        Step::NextVerse | Step::PreviousVerse => {
            paragraphs.extend(comment_on(&found, question, conversation, sources));
        }
        _ => paragraphs.extend(chapter_headings(&found, conversation.language, sources)),
    }
    paragraphs
}

/// The passages related to the last one that were not quoted yet, the closest first.
pub(super) fn quote_related(
    passage: &Reference,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let related = list_related_passages(&[*passage]).into_iter();
    let related = related
        .map(|found| found.reference)
        .filter(|found| !conversation.has_quoted(found.first()) && found.verses().count() < 8);
    let quoted: Vec<String> = related
        .take(MAX_RELATED)
        .filter_map(|found| quote_passage(&found, conversation, sources))
        .collect();
    if quoted.is_empty() {
        return quoted;
    }
    sources.add(Work::CrossReferences);
    let language = conversation.language;
    let near = language.choose("Related to", "Relacionado con");
    let mut paragraphs = vec![format!("{near} {}:", language.link(passage))];
    paragraphs.extend(quoted);
    paragraphs
}
