//! Passages that everybody knows by a name: the ten commandments, the good Samaritan.
//!
//! `names.tsv` adds names in both languages to the list of the search by meaning.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use verse_scripture::{Reference, parse_references};
use verse_search::NAMED_PASSAGES;

use super::conversation::Conversation;
use super::language::folded;
use super::question::{Question, QuestionKind, has_phrase, split, subject_stems};
use super::scripture::quote_passage;
use crate::library::sources::Sources;

/// Further names, in both languages.
const FURTHER_NAMES: &str = include_str!("names.tsv");
/// The most words of the question's subject that a name lacks.
const MAX_OTHER_WORDS: usize = 1;
/// The most passages of a name that are quoted.
const MAX_QUOTED: usize = 7;
/// Of a subject with long passages, the most short ones that are quoted, and the verses of these.
const MAX_OF_SUBJECT: usize = 4;
const MAX_SHORT: usize = 5;
const MIN_SHORT: usize = 2;
/// Passages with more verses together are not all quoted.
const MAX_VERSES: usize = 24;

/// Passages with the names of one line.
struct Named {
    passages: Vec<Reference>,
    /// Each without capitals and accents, with the stems of its words.
    names: Vec<(String, BTreeSet<String>)>,
}

/// The passages that a question names.
pub(super) fn find_named(question: &Question) -> Option<&'static [Reference]> {
    let message = folded(&question.text);
    let words = split(&message).count();
    let is_term = matches!(question.kind, QuestionKind::Term(_));
    let mut best: Option<(usize, &Named)> = None;
    for named in list() {
        for (name, stems) in &named.names {
            let other = question.stems.difference(stems).count();
            let has_words = !stems.is_empty() && stems.is_subset(&question.stems);
            let has_phrase = split(name).count() > 1 && has_phrase(&message, name);
            let is_all = split(name).count() == words;
            let matches = (has_phrase && (stems.len() > other || is_all))
                || (has_words
                    && is_enough(name, stems, is_term)
                    && other <= MAX_OTHER_WORDS
                    && stems.len() > other);
            // The longest name is the most exact.
            let length = stems.len() * 2 + usize::from(has_phrase);
            if matches && best.is_none_or(|(longest, _)| length > longest) {
                best = Some((length, named));
            }
        }
    }
    best.map(|(_, named)| named.passages.as_slice())
}

/// Quotes named passages. Of long ones the first, with links to the others.
pub(super) fn quote_named(
    passages: &[Reference],
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let verses = |passage: &Reference| passage.verses().count();
    let all: usize = passages.iter().map(verses).sum();
    let (short, long): (Vec<Reference>, Vec<Reference>) = passages
        .iter()
        .partition(|passage| verses(passage) <= MAX_SHORT);
    let (quoted, others): (&[Reference], Vec<Reference>) = if all <= MAX_VERSES {
        let (quoted, others) = passages.split_at(passages.len().min(MAX_QUOTED));
        (quoted, others.to_vec())
    } else if short.len() >= MIN_SHORT {
        // A subject with many passages.
        let (quoted, others) = short.split_at(short.len().min(MAX_OF_SUBJECT));
        (
            quoted,
            long.into_iter().chain(others.iter().copied()).collect(),
        )
    } else {
        let (quoted, others) = passages.split_at(passages.len().min(1));
        (quoted, others.to_vec())
    };
    let quoted = quoted.iter();
    let mut paragraphs: Vec<String> = quoted
        .filter_map(|passage| quote_passage(passage, conversation, sources))
        .collect();
    if !others.is_empty() {
        let language = conversation.language;
        let also = language.choose("See also", "Véase también");
        paragraphs.push(format!("{also} {}.", language.links(&others)));
    }
    paragraphs
}

/// Whether the words of a name are enough to find it by them alone: two, or a name of one word that is not asked for as a term.
fn is_enough(name: &str, stems: &BTreeSet<String>, is_term: bool) -> bool {
    let articles = ["the", "a", "an", "el", "la", "los", "las"];
    let words = split(name).filter(|word| !articles.contains(word));
    stems.len() > 1 || (!is_term && words.count() == 1)
}

fn list() -> &'static [Named] {
    static LIST: OnceLock<Vec<Named>> = OnceLock::new();
    LIST.get_or_init(|| {
        let lines = FURTHER_NAMES.lines().chain(NAMED_PASSAGES.lines());
        lines.filter_map(read).collect()
    })
}

fn read(line: &str) -> Option<Named> {
    let (passages, names) = line.split_once('\t')?;
    let names = names.split(';').map(|name| {
        let name = folded(name.trim());
        let stems = subject_stems(&name);
        (name, stems)
    });
    Some(Named {
        passages: parse_references(passages).ok()?,
        names: names.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_names_has_passages() {
        for line in FURTHER_NAMES.lines() {
            assert!(
                read(line).is_some_and(|named| !named.names.is_empty()),
                "{line}"
            );
        }
        assert!(FURTHER_NAMES.lines().count() > 60);
    }

    #[test]
    fn a_passage_is_found_by_its_name_and_by_no_other_question() {
        let first = |message: &str| {
            let found = find_named(&Question::parse(message))?;
            Some(found.first()?.to_string())
        };
        for (message, passage) in [
            ("What are the ten commandments?", "Exodus 20:1-17"),
            ("the I am sayings of Jesus", "John 6:35"),
            ("name the twelve apostles", "Matthew 10:2-4"),
            ("what is the armour of God", "Ephesians 6:10-18"),
            ("lords prayer", "Matthew 6:9-13"),
            ("What is the armour of God?", "Ephesians 6:10-18"),
            ("parable of the prodigal son", "Luke 15:11-32"),
            ("los diez mandamientos", "Exodus 20:1-17"),
            ("¿Cuáles son las bienaventuranzas?", "Matthew 5:3-12"),
        ] {
            assert_eq!(first(message).as_deref(), Some(passage), "{message}");
        }
        for message in [
            "Who killed Goliath?",
            "Capital of France",
            "Why did Moses lift up the serpent?",
            "Who was Nicodemus?",
            "",
        ] {
            assert_eq!(first(message), None, "{message}");
        }
    }
}
