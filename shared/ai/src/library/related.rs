//! Related passages and topics of a passage.

use std::collections::{HashMap, HashSet};

use verse_scripture::works::Work;
use verse_scripture::works::cross_references::list_cross_references;
use verse_scripture::works::topics::{TopicMention, list_mentions};
use verse_scripture::{BookId, Reference, TranslationCode, VerseId, get_chapter};

use super::alignment::{ChapterWords, is_in};
use super::{links::link, quotation::join, sources::Sources};

/// The most related passages.
const MAX_RELATED: usize = 6;
/// The most cross-references that are compared with the passage, the work's closest first.
const MAX_COMPARED: usize = 48;
/// The most related passages from one book.
const MAX_OF_A_BOOK: usize = 2;
/// The gain of a verse for each further verse of the passage that refers to it.
const SHARED_WEIGHT: f64 = 0.3;
/// The weight of a topic's label, relative to its name.
const LABEL_WEIGHT: f64 = 0.3;
/// The most topics.
const MAX_TOPICS: usize = 4;
/// A longer label is several labels that the work's edition joined.
const MAX_LABEL: usize = 40;
/// Labels without a subject.
const EMPTY_LABELS: &str =
    "general scriptures concerning|scriptures relating to|unclassified scriptures relating to|see";

/// A sentence that names related passages.
pub(super) fn related_passages(
    passage: &Reference,
    words: &ChapterWords,
    sources: &mut Sources,
) -> Option<String> {
    let related = list_related(passage, words);
    let (last, others) = related.split_last()?;
    sources.add(Work::CrossReferences);
    let last = link(last);
    Some(if others.is_empty() {
        format!("A related passage is {last}.")
    } else {
        let others = join(others.iter().map(link), ", ");
        format!("Related passages are {others} and {last}.")
    })
}

/// The cross-references of a passage that share the most words with it, the closest first; consecutive verses are joined.
pub(super) fn list_related(passage: &Reference, words: &ChapterWords) -> Vec<Reference> {
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return Vec::new();
    };
    let mut texts = VerseTexts::default();
    let mut ranked: Vec<(f64, VerseId)> = list_cross_references(passage)
        .into_iter()
        .take(MAX_COMPARED)
        // The chapter itself is open already.
        .filter(|found| (found.verse.book, found.verse.chapter) != (book, chapter))
        .map(|found| {
            let shared = f64::from(u32::try_from(found.shared).unwrap_or(u32::MAX));
            let similarity = words.best_similarity(texts.get(found.verse), &verses);
            (similarity + SHARED_WEIGHT * (shared - 1.0), found.verse)
        })
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut related: Vec<Reference> = Vec::new();
    for (_, verse) in ranked {
        let from_book = |known: &&Reference| known.first().book == verse.book;
        let from_book = related.iter().filter(from_book).count();
        let full = related.len() == MAX_RELATED || from_book == MAX_OF_A_BOOK;
        let adjacent = related.iter_mut().find(|known| {
            let (first, last) = (known.first(), known.last());
            (first.book, first.chapter) == (verse.book, verse.chapter)
                && verse.verse + 1 >= first.verse
                && verse.verse <= last.verse + 1
        });
        match adjacent {
            Some(known) => {
                *known = Reference::between(known.first().min(verse), known.last().max(verse));
            }
            None if !full => related.push(Reference::between(verse, verse)),
            None => {}
        }
    }
    related
}

/// Verses of the World English Bible; each chapter is read once.
#[derive(Default)]
struct VerseTexts(HashMap<(BookId, u16), Vec<(u16, String)>>);

impl VerseTexts {
    fn get(&mut self, at: VerseId) -> &str {
        let chapter = self.0.entry((at.book, at.chapter)).or_insert_with(|| {
            get_chapter(TranslationCode::Web, at.book, at.chapter)
                .map(|chapter| chapter.texts())
                .unwrap_or_default()
        });
        let verse = chapter.iter().find(|(number, _)| *number == at.verse);
        verse.map_or("", |(_, text)| text)
    }
}

/// A sentence that names the passage's topics, those first whose names are words of the passage.
pub(super) fn topics(
    passage: &Reference,
    words: &ChapterWords,
    sources: &mut Sources,
) -> Option<String> {
    let (_, _, verses) = passage.chapters().next()?;
    let mut ranked: Vec<(f64, TopicMention)> = list_mentions(passage)
        .into_iter()
        .map(|mention| {
            let topic = words.best_similarity(&mention.topic, &verses);
            let label = words.best_similarity(&mention.label, &verses);
            (topic + LABEL_WEIGHT * label, mention)
        })
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut known = HashSet::new();
    ranked.retain(|(_, mention)| known.insert(mention.topic.clone()));
    let named = ranked.iter().take(MAX_TOPICS);
    let mut named: Vec<String> = named.map(|(_, mention)| name(mention)).collect();
    let last = named.pop()?;
    sources.add(Work::Topics);
    let others = named.join(", ");
    let and = if named.is_empty() { "" } else { " and " };
    let work = Work::Topics.name();
    Some(format!(
        "{work} lists these verses under {others}{and}{last}."
    ))
}

/// `GOD` with the label `LOVE OF` as “God: Love of”.
fn name(mention: &TopicMention) -> String {
    let topic = title_case(&mention.topic);
    match label(&mention.label) {
        Some(label) if label.len() <= MAX_LABEL => format!("“{topic}: {label}”"),
        _ => format!("“{topic}”"),
    }
}

/// A topic's label in normal case; `None` when it has no subject or joins several labels.
pub(super) fn label(text: &str) -> Option<String> {
    let text = text.trim();
    let later_words = text.split(' ').skip(1);
    let capitals = later_words
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let all_capitals = !text.contains(char::is_lowercase);
    if is_empty_label(text) || text.contains([';', '(']) || (capitals > 2 && !all_capitals) {
        return None;
    }
    Some(if all_capitals {
        title_case(text)
    } else {
        text.to_owned()
    })
}

/// Whether a label has no subject of its own: its verses belong to the topic itself.
pub(super) fn is_empty_label(label: &str) -> bool {
    let label = label.trim().to_lowercase();
    label.is_empty() || EMPTY_LABELS.split('|').any(|empty| empty == label)
}

/// `GRACE OF GOD` as `Grace of God`.
pub(super) fn title_case(capitals: &str) -> String {
    let words = capitals.split(' ').enumerate().map(|(index, word)| {
        let small = word.to_lowercase();
        let is_small = index > 0 && is_in("of the and in to for or a", &small);
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !is_small => format!("{first}{}", letters.as_str().to_lowercase()),
            _ => small,
        }
    });
    join(words, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_in_title_case() {
        assert_eq!(title_case("GRACE OF GOD"), "Grace of God");
        assert_eq!(title_case("ABEL-BETH-MAACHAH"), "Abel-beth-maachah");
        assert_eq!(title_case(""), "");
    }
}
