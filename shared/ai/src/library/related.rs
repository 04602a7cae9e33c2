//! Related passages and topics of a passage.

use std::collections::HashSet;

use verse_scripture::works::Work;
use verse_scripture::works::related_passages::list_related_passages;
use verse_scripture::works::topics::{TopicMention, list_mentions};
use verse_scripture::{Reference, TranslationCode, VerseId};

use super::alignment::{ChapterWords, is_in};
use super::passage::{Passage, verse_texts, verses_of};
use super::quotation::{join, quote_verses, with_inner_marks};
use super::significance::MAX_CHAPTERS;
use super::sources::Sources;
use super::wording::{self, Language, Wording};

/// The most related passages.
const MAX_RELATED: usize = 4;
/// The most bytes of a related passage: a longer one is not quoted whole, and so not at all.
const MAX_TEXT: usize = 420;
/// The most related passages from one book.
const MAX_OF_A_BOOK: usize = 2;
/// The weight of a topic's label, relative to its name.
const LABEL_WEIGHT: f64 = 0.3;
/// The most topics.
const MAX_TOPICS: usize = 4;
/// A longer label is several labels that the work's edition joined.
const MAX_LABEL: usize = 40;
/// Labels without a subject.
const EMPTY_LABELS: &str =
    "general scriptures concerning|scriptures relating to|unclassified scriptures relating to|see";

/// The closest related passages with their words, in the reader's translation.
pub(super) fn related_passages(
    passage: &Passage,
    wording: &Wording,
    sources: &mut Sources,
) -> Option<String> {
    let translation = passage
        .translation
        .unwrap_or(TranslationCode::Web)
        .translation();
    let lines: Vec<String> = list_related(&passage.reference)
        .iter()
        .filter_map(|reference| {
            let texts = verse_texts(translation.code, reference);
            let text = quote_verses(&texts.join(" "));
            let is_short = !texts.is_empty() && text.len() <= MAX_TEXT;
            (is_short && is_whole(&text)).then(|| format!("{}: {text}", wording.link(reference)))
        })
        .take(MAX_RELATED)
        .collect();
    if lines.is_empty() {
        return None;
    }
    sources.add(Work::CrossReferences);
    sources.add_translation(translation);
    let frame = wording.say(&wording::RELATED, &[("translation", translation.name)]);
    Some(format!("{frame}\n\n{}", lines.join("\n\n")))
}

/// Whether quoted verses begin and end with a sentence.
fn is_whole(quoted: &str) -> bool {
    let text = quoted.trim_matches(['“', '”', '‘', '’', ' ', '(', ')', '¿', '¡']);
    text.starts_with(char::is_uppercase) && text.ends_with(['.', '!', '?'])
}

/// The passages that are related to a passage, the closest first, without those of its own chapters, which are open already.
pub(super) fn list_related(passage: &Reference) -> Vec<Reference> {
    let chapters = passage.chapters().take(MAX_CHAPTERS);
    let own: Vec<Reference> = chapters
        .map(|(book, chapter, verses)| verses_of(book, chapter, &verses))
        .collect();
    let is_open = |verse: VerseId| {
        let mut own = own.iter().map(Reference::first);
        own.any(|first| (first.book, first.chapter) == (verse.book, verse.chapter))
    };
    let mut related: Vec<Reference> = Vec::new();
    for found in list_related_passages(&own) {
        let verse = found.reference.first();
        let of_book = related
            .iter()
            .filter(|known| known.first().book == verse.book);
        if !is_open(verse) && of_book.count() < MAX_OF_A_BOOK {
            related.push(found.reference);
        }
    }
    related
}

/// A sentence that names the passage's topics, those first whose names are words of the passage.
pub(super) fn topics(
    passage: &Reference,
    words: &ChapterWords,
    wording: &Wording,
    sources: &mut Sources,
) -> Option<String> {
    if wording.language == Language::Spanish {
        // The topics are English words.
        return None;
    }
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
    let named: Vec<String> = named.map(|(_, mention)| name(mention)).collect();
    if named.is_empty() {
        return None;
    }
    sources.add(Work::Topics);
    let topics = wording.list(&named);
    let parts = [("work", Work::Topics.name()), ("topics", &*topics)];
    Some(wording.say(&wording::TOPICS, &parts))
}

/// `GOD` with the label `LOVE OF` as “God: Love of”.
fn name(mention: &TopicMention) -> String {
    let topic = title_case(without_spelling(&mention.topic));
    match label(&mention.label) {
        Some(label) if label.len() <= MAX_LABEL => {
            format!("“{topic}: {}”", with_inner_marks(&label))
        }
        _ => format!("“{topic}”"),
    }
}

/// A topic's name without a second spelling: `RAB-SHAKEH (RABSHAKEH)`.
fn without_spelling(topic: &str) -> &str {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphabetic())
            .collect::<String>()
    };
    match topic.split_once(" (") {
        Some((name, spelling)) if letters(name) == letters(spelling) => name,
        _ => topic,
    }
}

/// A topic's label in normal case; `None` when it has no subject or joins several labels.
pub(super) fn label(text: &str) -> Option<String> {
    // Nave's counts persons of one name.
    let text = text
        .trim()
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    // A dash is the mark of another heading.
    let text = text.split(" – ").next().unwrap_or(text).trim_start();
    let later_words = text.split(' ').skip(1);
    let capitals = later_words
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let all_capitals = !text.contains(char::is_lowercase);
    let points = text == "See" || text.starts_with("See ");
    if is_empty_label(text)
        || points
        || text.contains([';', '('])
        || (capitals > 2 && !all_capitals)
    {
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
        assert_eq!(without_spelling("RAB-SHAKEH (RABSHAKEH)"), "RAB-SHAKEH");
        assert_eq!(without_spelling("WICKED (PEOPLE)"), "WICKED (PEOPLE)");
    }
}
