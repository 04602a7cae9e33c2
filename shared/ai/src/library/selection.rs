//! The passage of an insight's selection, and the sentences that tell the reader where the words stand.

use verse_scripture::selection::{Certainty, locate_selection};
use verse_scripture::{Reference, TranslationCode};

use super::passage::{Passage, verse_texts};
use super::quotation::quote_verses;
use super::similar_text::{SimilarText, find_similar};
use super::sources::Sources;
use super::wording::{self, Language, Wording};

/// A longer passage is not quoted when the words of a selection differ from it.
const MAX_QUOTED: usize = 3;
/// The most places of repeated words that are named.
const MAX_PLACES: usize = 4;

/// The passage of a selection.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) passage: Passage,
    pub(super) found: Found,
}

/// Where the words of a selection stand.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// In the passage. A selection without words is here too.
    Here,
    /// In several places of the reference's chapters.
    Several(Vec<Reference>),
    /// In the reference's chapters, with slips.
    WithSlips,
    /// Elsewhere: the reference, if it names a passage.
    Elsewhere {
        named: Option<Reference>,
        text: SimilarText,
    },
    /// In no translation. The passage is that of the reference.
    Nowhere,
}

/// The passage that a selection's words are from, else that of the reference; `None` without either.
pub(super) fn select(reference: &str, text: &str) -> Option<Selected> {
    let located = locate_selection(reference, text);
    if let Some(located) = &located {
        let passage = Passage {
            reference: located.passage,
            translation: located.translation,
        };
        let here = |passage, found| Some(Selected { passage, found });
        match located.certainty {
            Certainty::Text => return here(passage, Found::Here),
            Certainty::Ambiguous => {
                return Some(among_several(passage, located.candidates.clone()));
            }
            // An empty selection, or one with a single word or sign.
            Certainty::Reference if !has_words(text) => return here(passage, Found::Here),
            Certainty::Reference => {}
        }
    }
    let named = located.as_ref().map(|located| located.passage);
    let first = located.and_then(|located| located.translation);
    let Some(similar) = find_similar(text, first, named.as_ref()) else {
        let passage = Passage {
            reference: named?,
            translation: first,
        };
        return Some(Selected {
            passage,
            found: Found::Nowhere,
        });
    };
    let shares_chapter = |named: &Reference| {
        let mut chapters = named.chapters();
        let here = similar.passage.first();
        chapters.any(|(book, chapter, _)| (book, chapter) == (here.book, here.chapter))
    };
    let found = if named.as_ref().is_some_and(shares_chapter) {
        Found::WithSlips
    } else {
        Found::Elsewhere {
            named,
            text: similar,
        }
    };
    let passage = Passage {
        reference: similar.passage,
        translation: Some(similar.translation),
    };
    Some(Selected { passage, found })
}

/// A few places in one chapter limit the passage to the verses from the first to the last.
fn among_several(passage: Passage, places: Vec<Reference>) -> Selected {
    let (first, last) = (places.first(), places.last());
    let reference = match (first, last) {
        (Some(first), Some(last))
            if places.len() <= MAX_PLACES
                && (first.first().book, first.first().chapter)
                    == (last.last().book, last.last().chapter) =>
        {
            Reference::between(first.first(), last.last())
        }
        _ => passage.reference,
    };
    Selected {
        passage: Passage {
            reference,
            ..passage
        },
        found: Found::Several(places),
    }
}

fn has_words(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1)
}

/// The sentences that tell the reader where the selection stands and in which language the works are, if there are any.
pub(super) fn notice(
    selected: &Selected,
    wording: &Wording,
    sources: &mut Sources,
) -> Option<String> {
    let passage = &selected.passage.reference;
    let found = wording.link(passage);
    let named = |reference: &Reference| wording.name(reference);
    let place = match &selected.found {
        Found::Here => None,
        Found::Several(places) => {
            let named = places
                .iter()
                .take(MAX_PLACES)
                .map(|place| wording.link(place));
            let mut places_text = wording.list(&named.collect::<Vec<_>>());
            if places.len() > MAX_PLACES {
                places_text.push_str(", …");
            }
            let parts = [("places", &*places_text), ("passage", &*found)];
            Some(wording.say(&wording::SEVERAL, &parts))
        }
        Found::WithSlips => {
            let said = wording.say(&wording::SLIPS, &[("found", &found)]);
            Some(said + &reading(&selected.passage, wording, sources))
        }
        Found::Elsewhere { named: None, .. } => {
            Some(wording.say(&wording::NO_REFERENCE, &[("found", &found)]))
        }
        Found::Elsewhere {
            named: Some(reference),
            text,
        } => {
            let frame = if text.is_repeated {
                &wording::ELSEWHERE_TOO
            } else {
                &wording::ELSEWHERE
            };
            let said = wording.say(frame, &[("found", &found), ("named", &named(reference))]);
            let reading = if text.is_exact {
                String::new()
            } else {
                reading(&selected.passage, wording, sources)
            };
            Some(said + &reading)
        }
        Found::Nowhere => Some(wording.say(&wording::NOWHERE, &[("passage", &found)])),
    };
    let language = (wording.language == Language::Spanish)
        .then(|| wording.say(&wording::ENGLISH_COMMENTARY, &[]));
    let sentences: Vec<String> = place.into_iter().chain(language).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What a passage reads in its translation, if it is short.
fn reading(passage: &Passage, wording: &Wording, sources: &mut Sources) -> String {
    let code = passage.translation.unwrap_or(TranslationCode::Web);
    let verses = verse_texts(code, &passage.reference);
    if verses.is_empty() || verses.len() > MAX_QUOTED {
        return String::new();
    }
    sources.add_translation(code.translation());
    let text = quote_verses(&verses.join(" "));
    let parts = [("translation", code.translation().name), ("text", &*text)];
    wording.say(&wording::READS, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(reference: &str, text: &str) -> (String, Found) {
        let selected = select(reference, text).unwrap();
        (selected.passage.reference.to_string(), selected.found)
    }

    #[test]
    fn a_selection_is_told_where_its_words_stand() {
        for (reference, text, passage) in [
            ("John 3 (KJV)", "For God so loved the world", "John 3:16"),
            ("John 3:16", "", "John 3:16"),
            ("John 3:16", "…", "John 3:16"),
        ] {
            assert_eq!(
                found(reference, text),
                (passage.to_owned(), Found::Here),
                "{text}"
            );
        }
        for (reference, text, passage) in [
            (
                "John 3 (KJV)",
                "For God so lovd the wrld that he gave his only begoten Son",
                "John 3:16",
            ),
            (
                "Psalms 23 (WEB)",
                "Even though I walk thru the valley of the shadow of deth",
                "Psalms 23:4",
            ),
        ] {
            assert_eq!(
                found(reference, text),
                (passage.to_owned(), Found::WithSlips),
                "{text}"
            );
        }
        let (passage, place) = found("John 3 (WEB)", "Trust in Yahweh with all your heart");
        assert_eq!(passage, "Proverbs 3:5");
        assert!(
            matches!(place, Found::Elsewhere { named: Some(_), .. }),
            "{place:?}"
        );
        let (passage, place) = found("hello", "In the beginning God created the heavens");
        assert_eq!(passage, "Genesis 1:1");
        assert!(
            matches!(place, Found::Elsewhere { named: None, .. }),
            "{place:?}"
        );
        let nowhere = "God helps those who help themselves";
        assert_eq!(
            found("Proverbs 3", nowhere),
            ("Proverbs 3".to_owned(), Found::Nowhere)
        );
        assert!(select("Hezekiah 4:2", nowhere).is_none());
        assert!(select("", "").is_none());
    }

    #[test]
    fn a_repeated_word_limits_the_passage_to_its_places() {
        let (passage, places) = found("John 3 (KJV)", "world");
        assert_eq!(passage, "John 3:16-19");
        assert!(matches!(places, Found::Several(places) if places.len() == 3));
        let (passage, _) = found("Psalms 136 (KJV)", "for his mercy endureth for ever");
        assert_eq!(passage, "Psalms 136");
    }
}
