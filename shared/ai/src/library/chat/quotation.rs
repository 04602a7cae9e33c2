//! The place of words that a reader believes to be in the Bible.

use verse_scripture::stem::{search_stem, words};
use verse_scripture::{Reference, Scope, TranslationCode, VerseId, translations};
use verse_search::words::{Matching, Order, Query, Search};

use super::conversation::Conversation;
use super::language::Language;
use super::scripture::{quote_passage, quote_passage_in, search};
use crate::library::passage::verse_texts;
use crate::library::quotation::{quoted_from_user, shorten};
use crate::library::sources::Sources;

/// The most verses of the words.
const MAX_VERSES: usize = 3;
/// Fewer words are in many verses.
const MIN_WORDS: usize = 3;
/// The most verses that are compared with the words.
const MAX_COMPARED: usize = 12;
/// The share of the words, in their order, that a verse has if it is meant, and if it is near.
const IS_MEANT: f64 = 0.75;
const IS_NEAR: f64 = 0.5;

/// How well a verse matches words.
pub(super) enum Match {
    /// The verses that have the words one after another, in a translation.
    Exact(TranslationCode, Vec<Reference>),
    /// The verse that has most of them.
    Meant(Reference),
    /// A verse that has some of them.
    Near(Reference),
    /// No verse.
    None,
}

/// Paragraphs on the place of words: the verses that have them, or that none has.
pub(super) fn answer(
    text: &str,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let language = conversation.language;
    let found = find(text, conversation);
    match found {
        Match::Exact(translation, verses) => {
            let quoted = verses.iter();
            quoted
                .filter_map(|verse| quote_passage_in(translation, verse, language, sources))
                .collect()
        }
        Match::Meant(verse) => quote_passage(&verse, conversation, sources)
            .into_iter()
            .collect(),
        Match::Near(verse) => {
            let mut paragraphs = vec![not_found(text, language)];
            let near = language.choose(
                "The nearest verse is this:",
                "El versículo más cercano es este:",
            );
            paragraphs.push(near.to_owned());
            paragraphs.extend(quote_passage(&verse, conversation, sources));
            paragraphs
        }
        Match::None => Vec::new(),
    }
}

/// The sentence for words that no verse has.
pub(super) fn not_found(text: &str, language: Language) -> String {
    let text = quoted_from_user(&shorten(text, 120));
    match language {
        Language::English => format!("{text} is not in these translations of the Bible."),
        Language::Spanish => {
            format!("{text} no está en estas traducciones: no se encuentra en la Biblia.")
        }
    }
}

/// The best match of words in the translations of the reply's language.
pub(super) fn find(text: &str, conversation: &Conversation<'_>) -> Match {
    let wanted: Vec<String> = words(text).map(search_stem).collect();
    if wanted.len() < MIN_WORDS {
        return Match::None;
    }
    let own = conversation.quoted_translation();
    let language = own.translation().language;
    let others = translations().iter();
    let others = others
        .filter(|other| other.language == language && other.code != own)
        .map(|other| other.code);
    for translation in std::iter::once(own).chain(others) {
        let verses = find_phrase(text, translation);
        if !verses.is_empty() {
            return Match::Exact(translation, verses);
        }
    }
    let hits = search(text, conversation).hits.into_iter();
    let compared = hits.take(MAX_COMPARED).map(|hit| {
        let verse = Reference::between(hit.canon, hit.canon);
        let text = verse_texts(own, &verse).join(" ");
        let has: Vec<String> = words(&text).map(search_stem).collect();
        (share_in_order(&wanted, &has), verse)
    });
    let best = compared.max_by(|(one, _), (other, _)| one.total_cmp(other));
    match best {
        Some((share, verse)) if share >= IS_MEANT => Match::Meant(verse),
        Some((share, verse)) if share >= IS_NEAR => Match::Near(verse),
        _ => Match::None,
    }
}

/// The verses of a translation that have words one after another.
fn find_phrase(text: &str, translation: TranslationCode) -> Vec<Reference> {
    let phrase: Vec<&str> = words(text).collect();
    let Ok(query) = format!("\"{}\"", phrase.join(" ")).parse::<Query>() else {
        return Vec::new();
    };
    let search = Search {
        translation,
        scope: Scope::ALL,
        matching: Matching::Stem,
        order: Order::Canon,
        offset: 0,
        limit: MAX_VERSES,
    };
    let found = search.run(&query).map(|found| found.hits);
    let verses = found.unwrap_or_default().into_iter().map(|hit| hit.verse);
    verses
        .flat_map(|verse: VerseId| Reference::between(verse, verse).to_canon(Some(translation)))
        .collect()
}

/// The share of the words that a text has in the same order: the longest common subsequence.
fn share_in_order(wanted: &[String], has: &[String]) -> f64 {
    let mut row = vec![0_u16; has.len() + 1];
    for word in wanted {
        let mut diagonal = 0;
        let mut left = 0;
        for (other, cell) in has.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            *cell = if word == other {
                diagonal + 1
            } else {
                above.max(left)
            };
            (diagonal, left) = (above, *cell);
        }
    }
    let longest = row.last().copied().unwrap_or_default();
    let count = u16::try_from(wanted.len()).unwrap_or(u16::MAX).max(1);
    f64::from(longest) / f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_in_their_order() {
        let split = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (wanted, has, share) in [
            ("a b c d", "x a b y c d", 1.0),
            ("a b c d", "d c b a", 0.25),
            ("a b c d", "a x d", 0.5),
            ("a b c d", "x", 0.0),
        ] {
            let found = share_in_order(&split(wanted), &split(has));
            assert!((found - share).abs() < 1e-9, "{wanted} in {has}: {found}");
        }
    }
}
