//! Terms and persons: the glossary, the original word, the topical Bible, and verses.

use verse_scripture::word::{LemmaStudy, study_word};
use verse_scripture::works::Work;
use verse_scripture::works::glossary::find_term;
use verse_scripture::works::headwords::search_headwords;
use verse_scripture::works::lexicon::find_entry;
use verse_scripture::{Reference, VerseId};

use super::commentary::comment_on;
use super::conversation::Conversation;
use super::language::{Language, folded};
use super::question::{Question, is_known_word, subject_stems};
use super::scripture::{find_passages, quote_passage};
use super::topic::look_up_topic;
use crate::library::alignment::content_stems;
use crate::library::links::link_verse;
use crate::library::passage::verse_texts;
use crate::library::quotation::{join, quoted_from_user};
use crate::library::sources::Sources;

/// The most passages that are quoted.
const MAX_PASSAGES: usize = 2;

/// Paragraphs on a term in the user's words.
pub(super) fn answer(
    term: &str,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let in_passage = find_in_passage(term, conversation);
    if let Some(verse) = &in_passage {
        paragraphs.extend(quote_passage(verse, conversation, sources));
    }
    if conversation.language == Language::English {
        paragraphs.extend(dictionary_texts(term, conversation, sources));
    }
    let topic = look_up_topic(term, question, conversation, sources, false);
    let mut passages: Vec<Reference> = Vec::new();
    // The topic of a term that the glossary explains may have another name.
    if let Some(topic) = topic
        && (paragraphs.is_empty() || in_passage.is_some() || topic.is_named(term))
    {
        paragraphs.extend(topic.paragraph);
        passages = topic.passages;
    }
    let found = find_passages(&question.text, question, conversation, MAX_PASSAGES);
    // A verse on the person that was meant, before one on another of the same name.
    let is_of_topic = |found: &Reference| passages.iter().any(|own| own.overlaps(found));
    let mut found = found.unwrap_or_default();
    found.sort_by_key(|passage| !is_of_topic(passage));
    if in_passage.is_none() {
        let quoted = found.iter().take(MAX_PASSAGES);
        let quoted: Vec<String> = quoted
            .filter_map(|passage| quote_passage(passage, conversation, sources))
            .collect();
        paragraphs.extend(quoted);
    }
    let (of_topic, found) = (passages.first().copied(), found.first().copied());
    let first = if term.starts_with(char::is_uppercase) {
        of_topic.or(found)
    } else {
        found.or(of_topic)
    };
    let first = in_passage.or(first);
    if !paragraphs.is_empty()
        && let Some(first) = first
    {
        paragraphs.extend(comment_on(&first, question, conversation, sources));
    }
    paragraphs
}

/// The first verse of the last passage, or of its chapter, that has all words of a term.
fn find_in_passage(term: &str, conversation: &Conversation<'_>) -> Option<Reference> {
    let passage = conversation.passage?.reference;
    let wanted = subject_stems(&folded(term));
    let translation = conversation.quoted_translation();
    let chapter = Reference::whole_chapter(passage.first().book, passage.first().chapter)?;
    let verses: Vec<VerseId> = passage.verses().chain(chapter.verses()).take(400).collect();
    let is_name = term.starts_with(char::is_uppercase);
    let found = verses.into_iter().find(|verse| {
        let text = verse_texts(translation, &Reference::between(*verse, *verse)).join(" ");
        !wanted.is_empty() && wanted.is_subset(&content_stems(&folded(&text)))
    });
    found
        .filter(|verse| !is_name && !conversation.has_quoted(*verse))
        .map(|verse| Reference::between(verse, verse))
}

/// The glossary's text and the original word.
fn dictionary_texts(
    term: &str,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if let Some(glossary) = find_term(term)
        && !conversation.has_seen(&glossary.text)
    {
        sources.add(Work::Glossary);
        let (work, term) = (Work::Glossary.name(), &glossary.term);
        paragraphs.push(format!("{work} on “{term}”: “{}”", glossary.text));
    }
    let open = conversation
        .passage
        .map(|passage| passage.reference.to_string());
    let study = open.map(|open| study_word(term, "", &open));
    let lemma = study.and_then(|study| {
        let verse = study.found.verses.first().copied()?;
        Some((study.lemmas.into_iter().next()?, verse))
    });
    match lemma {
        Some((lemma, verse)) => paragraphs.push(original_word(term, &lemma, verse, sources)),
        None => paragraphs.extend(transliterated_word(term, sources)),
    }
    paragraphs
}

/// A Greek or Hebrew word that a reader wrote in Latin letters: `agape`.
fn transliterated_word(term: &str, sources: &mut Sources) -> Option<String> {
    if is_known_word(term) || term.contains(' ') {
        return None;
    }
    let word = search_headwords(term, 1).into_iter().next()?;
    let is_same = folded(word.transliteration) == folded(term) || word.lemma == term;
    let entry = find_entry(word.number).filter(|_| is_same)?;
    sources.add(entry.work());
    let gloss = word
        .gloss
        .map(|gloss| format!(", “{gloss}”"))
        .unwrap_or_default();
    let definition = entry.definition.as_ref();
    let definition = definition.map(|text| format!(" {}: “{text}”.", entry.work().name()));
    let renderings = word.renderings.iter().take(4);
    let renderings = join(
        renderings.map(|(text, count)| format!("“{text}” {count} times")),
        ", ",
    );
    let rendered = if renderings.is_empty() {
        String::new()
    } else {
        sources.add(Work::WordAlignments);
        format!(" The Berean Standard Bible has {renderings}.")
    };
    Some(format!(
        "{} is the {} {} ({}){gloss}.{}{rendered}",
        quoted_from_user(term),
        entry.language,
        entry.lemma,
        entry.number,
        definition.unwrap_or_default()
    ))
}

/// A paragraph on the original word behind a term in a verse.
fn original_word(term: &str, study: &LemmaStudy, verse: VerseId, sources: &mut Sources) -> String {
    let entry = &study.entry;
    sources.add(entry.work());
    sources.add(Work::WordLinks);
    let meaning = match &entry.definition {
        Some(definition) => format!(" {}: “{definition}”.", entry.work().name()),
        None => String::new(),
    };
    let times = match study.times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    };
    let examples = study.examples.iter().take(3);
    let examples = join(examples.map(|example| link_verse(example.verse)), ", ");
    let also = if examples.is_empty() {
        ""
    } else {
        ", also in "
    };
    format!(
        "Behind {} in {} stands the {} {} ({}), {}.{meaning} It stands {times} in the King James Version{also}{examples}.",
        quoted_from_user(term),
        link_verse(verse),
        entry.language,
        entry.lemma,
        entry.transliteration,
        entry.number
    )
}
