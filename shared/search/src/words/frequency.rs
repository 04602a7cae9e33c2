//! How frequent a word is in a translation, and the nearest word of the translation for one that it
//! does not have.

use verse_scripture::{Scope, TranslationCode};

use super::evaluate::{evaluate, is_known};
use super::index::find_index;
use super::query::{Element, Query, QueryWord, Term};
use super::{Matching, suggestion, token};

/// How many verses of a translation have a form of a word. Of a text with several words, the verses
/// that have all of them; of one without a word, none.
#[must_use]
pub fn count_verses(translation: TranslationCode, word: &str) -> u32 {
    let words = read_words(word);
    let Some(index) = find_index(translation).filter(|_| !words.is_empty()) else {
        return 0;
    };
    let term = |word| vec![Term(vec![Element::Word(word)])];
    let query = Query {
        text: word.to_owned(),
        wanted: words.into_iter().map(term).collect(),
        excluded: Vec::new(),
    };
    let found = evaluate(index, &query, Matching::Stem, &Scope::ALL, false);
    found.map_or(0, |found| found.verses.count())
}

/// How rare a word is in a translation: the inverse document frequency of BM25. It is 0.4 for a word
/// that two in three verses have, 7 for one in 30 verses, and 11 for one that no verse has.
#[must_use]
pub fn rarity(translation: TranslationCode, word: &str) -> f32 {
    let all = find_index(translation).map_or(0, |index| index.verses().len());
    let [all, with] = [
        u32::try_from(all).ok(),
        Some(count_verses(translation, word)),
    ]
    .map(|count| f32::from(u16::try_from(count.unwrap_or(0)).unwrap_or(u16::MAX)));
    ((all - with + 0.5) / (with + 0.5)).ln_1p()
}

/// The word of a translation that a misspelt word was meant to be. `None` if the translation has the
/// word, or none that is near.
#[must_use]
pub fn nearest_word(translation: TranslationCode, word: &str) -> Option<&'static str> {
    let index = find_index(translation)?;
    let [word] = <[QueryWord; 1]>::try_from(read_words(word)).ok()?;
    if is_known(index, &word, Matching::Stem) {
        return None;
    }
    suggestion::nearest(index, &word.key)
}

fn read_words(text: &str) -> Vec<QueryWord> {
    let words = token::words(text).into_iter().map(|word| QueryWord {
        key: word.key().into_owned(),
        parts: word.parts.into_iter().map(|part| part.key).collect(),
        place: 0..0,
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use verse_scripture::TranslationCode::{Kjv, Srv, Web};

    use super::*;

    #[test]
    fn all_forms_of_a_word_count() {
        assert_eq!(count_verses(Kjv, "loved"), count_verses(Kjv, "LOVETH"));
        assert_eq!(count_verses(Kjv, "begat"), count_verses(Kjv, "beget"));
        assert_eq!(count_verses(Kjv, "shibboleth"), 1);
        assert_eq!(count_verses(Srv, "corazon"), count_verses(Srv, "corazón"));
    }

    #[test]
    fn a_rarer_word_has_the_higher_rarity() {
        let words = ["the", "lord", "love", "anxious", "shibboleth", "internet"];
        let rarities = words.map(|word| rarity(Web, word));
        assert!(rarities.is_sorted(), "{rarities:?}");
        assert!(rarities[0] > 0.0 && rarities[5] < 12.0, "{rarities:?}");
    }

    #[test]
    fn texts_without_a_word_count_no_verses() {
        for text in ["", " ", "***", "-", "🕊"] {
            assert_eq!(count_verses(Web, text), 0, "{text:?}");
            assert_eq!(nearest_word(Web, text), None, "{text:?}");
        }
        assert_eq!(count_verses(Web, "internet"), 0);
    }

    #[test]
    fn only_an_unknown_word_has_a_nearest_word() {
        assert_eq!(nearest_word(Web, "forgivness"), Some("forgiveness"));
        assert_eq!(nearest_word(Web, "forgiveness"), None);
        assert_eq!(nearest_word(Web, "qqqqzzzz"), None);
        assert_eq!(nearest_word(Web, "two words"), None);
    }
}
