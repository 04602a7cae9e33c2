use verse_scripture::TranslationCode::{Bsb, Kjv, Srv, Web};

use super::*;

fn search(translation: TranslationCode, question: &str) -> Found {
    let scope = Scope::ALL;
    let limit = MOST_HITS;
    Search {
        translation,
        scope,
        limit,
    }
    .run(question)
}

fn verse(text: &str) -> VerseId {
    let references = verse_scripture::parse_references(text).unwrap();
    references[0].first()
}

#[test]
fn a_question_finds_its_verse_in_every_translation() {
    for translation in [Web, Kjv, Bsb, Srv] {
        let found = search(translation, "feeding the five thousand");
        assert!(found.is_answered);
        let first = found.hits[0].canon;
        assert!(
            ["Matthew", "Mark", "Luke", "John"].contains(&first.book.book().name),
            "{first}"
        );
    }
}

#[test]
fn a_text_without_a_word_finds_nothing() {
    for text in ["", " ", "?", "*", "“”", "123", "🕊", "\u{5d0}\u{5b8}"] {
        let found = search(Web, text);
        assert!(!found.is_answered, "{text:?}: {found:?}");
    }
}

#[test]
fn a_saying_that_is_not_in_scripture_has_no_answer() {
    for (translation, saying) in [
        (
            Web,
            "Does the Bible say that God helps those who help themselves?",
        ),
        (Web, "cleanliness is next to godliness"),
        (Srv, "al que madruga Dios le ayuda"),
        (Srv, "ayudate que Dios te ayudara"),
    ] {
        assert!(!search(translation, saying).is_answered, "{saying}");
    }
}

#[test]
fn the_scope_and_the_limit_are_kept() {
    let search = Search {
        translation: Web,
        scope: "PSA".parse().unwrap(),
        limit: 5,
    };
    let found = search.run("the Lord is my shepherd");
    assert_eq!(found.hits.len(), 5);
    assert!(
        found
            .hits
            .iter()
            .all(|hit| hit.verse.book.book().name == "Psalms")
    );
    assert_eq!(found.hits[0].verse, verse("Psalm 23:1"));
    let search = Search {
        limit: usize::MAX,
        ..search
    };
    assert!(search.run("the Lord is my shepherd").hits.len() <= MOST_HITS);
    assert!(
        Search { limit: 0, ..search }
            .run("shepherd")
            .hits
            .is_empty()
    );
}

#[test]
fn verses_have_the_numbers_that_the_translation_prints() {
    let question = "to the only wise God be the glory";
    let hit = |translation| {
        let hits = search(translation, question).hits;
        hits.into_iter()
            .find(|hit| hit.canon == verse("Romans 16:27"))
            .unwrap()
    };
    assert_eq!(hit(Kjv).verse, verse("Romans 16:27"));
    assert_eq!(hit(Web).verse.to_string(), "Romans 14:26");
    // The BSB does not print this verse.
    let eunuch = "I believe that Jesus Christ is the Son of God, said the eunuch to Philip";
    let verses = |translation| {
        search(translation, eunuch)
            .hits
            .into_iter()
            .map(|hit| hit.canon)
    };
    assert!(verses(Kjv).any(|canon| canon == verse("Acts 8:37")));
    assert!(verses(Bsb).all(|canon| canon != verse("Acts 8:37")));
}

#[test]
fn a_misspelt_word_is_replaced_and_the_replacement_is_told() {
    let found = search(Web, "forgivness of sins");
    assert_eq!(found.suggestion.as_deref(), Some("forgiveness of sins"));
    assert_eq!(found.hits, search(Web, "forgiveness of sins").hits);
    assert_eq!(search(Web, "forgiveness of sins").suggestion, None);
}

#[test]
fn marks_are_on_the_words_of_the_question() {
    let found = search(Kjv, "love is patient");
    let text = "Charity suffereth long; he that loveth, LOVES his lover.";
    let marked: Vec<&str> = found
        .marks(text, Kjv)
        .into_iter()
        .map(|place| &text[place])
        .collect();
    assert_eq!(marked, ["loveth", "LOVES"]);
    assert!(found.marks("el amor love", Srv).is_empty());
}
