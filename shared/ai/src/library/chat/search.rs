//! The commentary's answers to a question: from the open passage, from its chapter and from other sections.

use std::{collections::BTreeSet, ops::RangeInclusive};

use verse_scripture::works::Work;
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::search::search_commentary;

use super::commentary::introduce;
use super::conversation::Conversation;
use super::question::{Question, QuestionKind};
use super::relevance::{
    MAX_QUOTED, NEAR_BEST, definition_gain, is_seen, select_near_best, shared_weight,
};
use crate::library::alignment::{ChapterWords, content_stems};
use crate::library::quotation::quote;
use crate::library::sentence_group::{SentenceGroup, SplitSection};
use crate::library::significance::{SelectedSection, list_selected_sections};
use crate::library::sources::Sources;

/// The most sections of the whole commentary that are searched.
const MAX_SEARCHED: usize = 12;
/// The most sections that are quoted.
const MAX_SECTIONS: usize = 2;
/// The gain of a group on the open verses.
const ON_OPEN_VERSES: f64 = 0.8;
/// The gain of another group in the open chapter.
const IN_OPEN_CHAPTER: f64 = 0.35;
/// The weight of the question's words elsewhere in the section, relative to words in the group.
const REST_OF_SECTION: f64 = 0.4;

/// The share of the question's words, by their rarity, that an answer has: in the open chapter, in another section, and in the
/// quoted group of that section.
const IN_OPEN: f64 = 0.4;
/// The same in the open chapter, for a message that continues.
const IN_CONTINUED: f64 = 0.2;
const IN_SECTION: f64 = 0.75;
const IN_GROUP: f64 = 0.5;

/// An answer from one section.
struct Answer {
    score: f64,
    /// The number of the question's words that it shares.
    shared_words: usize,
    /// Whether it is from the open chapter.
    is_open: bool,
    selected: SelectedSection,
    quotation: String,
}

/// The best answers, those from the open passage first.
pub(super) fn search(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut answers: Vec<Answer> = Vec::new();
    for selected in candidates(question, conversation) {
        answers.extend(answer_from(selected, question, conversation));
    }
    let is_about_open =
        question.refers_to_passage || question.follows_up || question.stems.is_empty();
    if is_about_open && answers.iter().all(|answer| !answer.is_open) {
        answers.extend(continue_on_open_verses(conversation));
    }
    let has_open = answers.iter().any(|answer| answer.is_open);
    let is_term = matches!(question.kind, QuestionKind::Term(_));
    // A question about the open text is answered from there: a single shared word elsewhere means little.
    answers.retain(|answer| {
        answer.is_open
            || !has_open
            || is_term
            || (answer.shared_words > 1 && !question.refers_to_passage && !question.follows_up)
    });
    let scores = answers.iter().map(|answer| answer.score);
    let best = scores.fold(0.0, f64::max);
    answers.retain(|answer| answer.is_open || answer.score >= NEAR_BEST * best);
    answers.sort_by(|one, other| other.score.total_cmp(&one.score));
    if !answers.is_empty() {
        sources.add(Work::Commentary);
    }
    let quoted = answers.into_iter().take(MAX_SECTIONS);
    quoted
        .map(|answer| {
            let introduction = introduce(&answer.selected, conversation.language);
            format!("{introduction} {}", answer.quotation)
        })
        .collect()
}

/// The answer from a section.
fn answer_from(
    selected: SelectedSection,
    question: &Question,
    conversation: &mut Conversation<'_>,
) -> Option<Answer> {
    let open = open_verses(&selected, conversation);
    // The alignment to verses is needed only in the open chapter.
    let section = match open {
        Some(_) => selected.split(&mut conversation.words),
        None => SplitSection::new(&selected.section, &ChapterWords::default()),
    };
    let all = section
        .groups
        .iter()
        .flat_map(|group| group.stems.iter().cloned());
    let all: BTreeSet<String> = all.collect();
    let of_section = shared_weight(&all, &question.stems);
    let score = |group: &SentenceGroup| {
        let near = match &open {
            Some(verses) if group.distance(verses) == 0 => ON_OPEN_VERSES,
            Some(_) => IN_OPEN_CHAPTER,
            None => 0.0,
        };
        let shared = shared_weight(&group.stems, &question.stems);
        let rest = REST_OF_SECTION * (of_section - shared);
        shared + rest + near + definition_gain(&section, group, question)
    };
    // A question about the open text is answered from there; elsewhere most of its words must be met, and every name.
    let continues = question.refers_to_passage || question.follows_up;
    let least = match &open {
        Some(_) if continues => IN_CONTINUED,
        Some(_) => IN_OPEN,
        None if question.coverage(&all) < IN_SECTION || !has_names(&all, question) => return None,
        None => IN_GROUP,
    };
    let relevant = section
        .groups
        .iter()
        .filter(|group| !is_seen(&section, group, conversation))
        .filter(|group| question.coverage(&group.stems) >= least);
    let best = select_near_best(relevant.collect(), score);
    let shared = best
        .iter()
        .flat_map(|group| group.stems.intersection(&question.stems));
    Some(Answer {
        score: best
            .iter()
            .map(|group| score(group))
            .max_by(f64::total_cmp)?,
        shared_words: shared.collect::<BTreeSet<_>>().len(),
        is_open: open.is_some(),
        quotation: quote(&section, &best),
        selected,
    })
}

/// Whether a section has all names of a question.
fn has_names(section: &BTreeSet<String>, question: &Question) -> bool {
    let mut names = question.names.iter();
    names.all(|name| content_stems(name).is_subset(section))
}

/// The commentary on the open verses, after the groups quoted so far, or from its beginning.
fn continue_on_open_verses(conversation: &mut Conversation<'_>) -> Option<Answer> {
    let passage = conversation.passage?;
    let mut sections = list_selected_sections(&passage.reference).into_iter();
    sections.find_map(|selected| continue_section(selected, conversation))
}

fn continue_section(
    selected: SelectedSection,
    conversation: &mut Conversation<'_>,
) -> Option<Answer> {
    let section = selected.split(&mut conversation.words);
    let on_verses = section
        .groups
        .iter()
        .filter(|group| group.distance(&selected.verses) == 0);
    let groups: Vec<(&SentenceGroup, bool)> = on_verses
        .map(|group| (group, is_seen(&section, group, conversation)))
        .collect();
    let seen = groups.iter().position(|(_, is_seen)| *is_seen);
    let unseen = |from: usize| {
        let rest = groups.iter().skip(from);
        rest.filter(|(_, is_seen)| !is_seen)
            .map(|(group, _)| *group)
    };
    let first = unseen(seen.unwrap_or(0))
        .next()
        .or_else(|| unseen(0).next())?;
    let mut length = 0;
    let quoted: Vec<&SentenceGroup> = unseen(0)
        .filter(|group| group.sentences.start >= first.sentences.start)
        .take_while(|group| {
            let fits = length == 0 || length + group.length <= MAX_QUOTED;
            length += group.length;
            fits
        })
        .collect();
    Some(Answer {
        score: ON_OPEN_VERSES,
        shared_words: 0,
        is_open: true,
        quotation: quote(&section, &quoted),
        selected,
    })
}

/// The sections that may answer: those on the open passage and its chapter, and those that share the most words with the
/// question.
fn candidates(question: &Question, conversation: &Conversation<'_>) -> Vec<SelectedSection> {
    let mut candidates: Vec<SelectedSection> = Vec::new();
    let mut of_chapter = Vec::new();
    if let Some(passage) = conversation.passage {
        candidates.extend(list_selected_sections(&passage.reference));
        let chapter = passage.reference.first().chapter;
        of_chapter = list_sections(passage.reference.book().id, chapter);
    }
    let query: Vec<&str> = question.stems.iter().map(String::as_str).collect();
    let found = search_commentary(&query.join(" "), MAX_SEARCHED);
    let found = found.into_iter().map(|found| found.section);
    for section in of_chapter.into_iter().chain(found) {
        if candidates.iter().all(|known| known.section != section) {
            candidates.push(SelectedSection::whole(section));
        }
    }
    candidates
}

/// The open verses, if the section is on their chapter.
fn open_verses(
    selected: &SelectedSection,
    conversation: &Conversation<'_>,
) -> Option<RangeInclusive<u16>> {
    let here = (selected.section.book, selected.section.chapter);
    let mut chapters = conversation.passage?.reference.chapters();
    chapters
        .find(|(book, chapter, _)| (*book, *chapter) == here)
        .map(|(.., verses)| verses)
}
