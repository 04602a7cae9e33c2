//! Where else the Bible speaks of a passage's matter: related verses and the topics that name it.

use std::collections::HashMap;

use verse_scripture::works::Work;
use verse_scripture::works::cross_references::list_cross_references;
use verse_scripture::works::topics::{TopicMention, list_mentions};

use verse_scripture::{BookId, Reference, TranslationCode, Verse, VerseId, get_chapter};

use super::alignment::ChapterWords;
use super::links::link;
use super::sources::Sources;

/// How many related passages are named.
const MOST_RELATED: usize = 6;
/// How many of the verses that the work relates most closely are compared with the passage.
const COMPARED: usize = 48;
/// How many of those named may be from one book.
const MOST_FROM_A_BOOK: usize = 2;
/// What it counts that another verse of the passage refers to the same.
const SHARED: f64 = 0.3;
/// What a word counts that stands only in a topic's label.
const OF_A_LABEL: f64 = 0.3;
/// How many topics are named.
const MOST_TOPICS: usize = 4;
/// A longer label is several that the work's edition ran together.
const LONGEST_LABEL: usize = 40;
/// Labels that say nothing.
const EMPTY_LABELS: [&str; 4] = [
    "general scriptures concerning",
    "scriptures relating to",
    "unclassified scriptures relating to",
    "see",
];

/// A sentence that names related passages.
pub(super) fn related_passages(
    passage: &Reference,
    words: &ChapterWords,
    sources: &mut Sources,
) -> Option<String> {
    let related = list_related(passage, words);
    let (last, others) = related.split_last()?;
    sources.add(Work::CrossReferences);
    Some(if others.is_empty() {
        format!("A related passage is {}.", link(last))
    } else {
        let others: Vec<String> = others.iter().map(link).collect();
        format!(
            "Related passages are {} and {}.",
            others.join(", "),
            link(last)
        )
    })
}

/// Of the verses that the work relates to a passage those that share most of its words, the closest first; verses
/// that follow each other as one.
pub(super) fn list_related(passage: &Reference, words: &ChapterWords) -> Vec<Reference> {
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return Vec::new();
    };
    let mut read = ChaptersRead::default();
    let mut ranked: Vec<(f64, VerseId)> = list_cross_references(passage)
        .into_iter()
        .take(COMPARED)
        // The reader has the chapter open.
        .filter(|found| (found.verse.book, found.verse.chapter) != (book, chapter))
        .map(|found| {
            let shared = f64::from(u32::try_from(found.shared).unwrap_or(u32::MAX));
            let kinship = words.kinship(read.text(found.verse), &verses);
            (kinship + SHARED * (shared - 1.0), found.verse)
        })
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut related: Vec<Reference> = Vec::new();
    for (_, verse) in ranked {
        let from_book = related
            .iter()
            .filter(|known| known.first().book == verse.book)
            .count();
        let full = related.len() == MOST_RELATED || from_book == MOST_FROM_A_BOOK;
        let next_to = related.iter_mut().find(|known| {
            let (first, last) = (known.first(), known.last());
            (first.book, first.chapter) == (verse.book, verse.chapter)
                && verse.verse + 1 >= first.verse
                && verse.verse <= last.verse + 1
        });
        match next_to {
            Some(known) => {
                *known = Reference::between(known.first().min(verse), known.last().max(verse));
            }
            None if !full => related.push(Reference::between(verse, verse)),
            None => {}
        }
    }
    related
}

/// Verses of the World English Bible, a chapter read but once.
#[derive(Default)]
struct ChaptersRead(HashMap<(BookId, u16), Vec<Verse>>);

impl ChaptersRead {
    fn text(&mut self, at: VerseId) -> &str {
        let chapter = self.0.entry((at.book, at.chapter)).or_insert_with(|| {
            get_chapter(TranslationCode::Web, at.book, at.chapter)
                .map(|chapter| chapter.verses())
                .unwrap_or_default()
        });
        let verse = chapter.iter().find(|verse| verse.number == at.verse);
        verse.map_or("", |verse| &verse.text)
    }
}

/// A sentence that names the topics under which the passage stands, those first whose names are its own words.
pub(super) fn topics(
    passage: &Reference,
    words: &ChapterWords,
    sources: &mut Sources,
) -> Option<String> {
    let (_, _, verses) = passage.chapters().next()?;
    let mut ranked: Vec<(f64, TopicMention)> = list_mentions(passage)
        .into_iter()
        .map(|mention| {
            let own = words.kinship(&mention.topic, &verses);
            (
                own + OF_A_LABEL * words.kinship(&mention.label, &verses),
                mention,
            )
        })
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut named: Vec<String> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for (_, mention) in ranked {
        if named.len() == MOST_TOPICS {
            break;
        }
        if !known.contains(&mention.topic) {
            named.push(name(&mention));
            known.push(mention.topic);
        }
    }
    let last = named.pop()?;
    sources.add(Work::Topics);
    let others = if named.is_empty() {
        String::new()
    } else {
        format!("{} and ", named.join(", "))
    };
    Some(format!(
        "{} lists these verses under {others}{last}.",
        Work::Topics.name()
    ))
}

/// `GOD` with the label `LOVE OF` as “God: Love of”.
fn name(mention: &TopicMention) -> String {
    let topic = title_case(&mention.topic);
    match label(&mention.label) {
        Some(label) if label.len() <= LONGEST_LABEL => format!("“{topic}: {label}”"),
        _ => format!("“{topic}”"),
    }
}

/// A topic's label as one reads it; none where it says nothing, or several were run together.
pub(super) fn label(written: &str) -> Option<String> {
    let written = written.trim();
    let capitals = written
        .split(' ')
        .skip(1)
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let all_capitals = !written.contains(char::is_lowercase);
    if says_nothing(written) || written.contains([';', '(']) || (capitals > 2 && !all_capitals) {
        return None;
    }
    Some(if all_capitals {
        title_case(written)
    } else {
        written.to_owned()
    })
}

/// Whether a label stands for the topic itself.
pub(super) fn says_nothing(label: &str) -> bool {
    let label = label.trim();
    label.is_empty() || EMPTY_LABELS.contains(&label.to_lowercase().as_str())
}

/// Capitals as a title has them: `GRACE OF GOD` as `Grace of God`.
pub(super) fn title_case(capitals: &str) -> String {
    let words: Vec<String> = capitals
        .split(' ')
        .enumerate()
        .map(|(index, word)| {
            let small = word.to_lowercase();
            let is_small = index > 0
                && matches!(
                    small.as_str(),
                    "of" | "the" | "and" | "in" | "to" | "for" | "or" | "a"
                );
            let mut letters = word.chars();
            match letters.next() {
                Some(first) if !is_small => format!("{first}{}", letters.as_str().to_lowercase()),
                _ => small,
            }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_written_as_titles() {
        assert_eq!(title_case("GRACE OF GOD"), "Grace of God");
        assert_eq!(title_case("ABEL-BETH-MAACHAH"), "Abel-beth-maachah");
        assert_eq!(title_case(""), "");
    }
}
