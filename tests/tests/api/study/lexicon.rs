//! `/api/lexicon` and `/api/lexicon/{id}`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

async fn entry(study: &Client, id: &str) -> Value {
    let answer = study.get(&paths::lexicon_entry(id)).await;
    answer.expect_status(200).json()
}

async fn find(study: &Client, query: &str) -> Vec<Value> {
    let found = study.get(paths::LEXICON).query("q", query).await;
    let found = found.expect_status(200).json();
    found["entries"].as_array().unwrap().clone()
}

/// Contract: study: "an entry of the lexicon by its number, and its counted renderings"
#[tokio::test]
async fn an_entry_has_its_meaning_and_counted_renderings() {
    let study = study().await;
    let loved = entry(&study, "G25").await;
    assert_eq!(
        (&loved["id"], &loved["language"]),
        (&json!("G25"), &json!("Greek"))
    );
    assert_eq!(loved["lemma"], "ἀγαπάω");
    assert_eq!(loved["transliteration"], "agapáō");
    assert_eq!(loved["part_of_speech"], "verb");
    assert_eq!(loved["gloss"], "love");
    assert_eq!(loved["definition"], "to love (in a social or moral sense)");
    let renderings = json!([{"text": "love", "count": 128}, {"text": "beloved", "count": 6}]);
    assert_eq!(loved["renderings"], renderings);
    assert_eq!(
        (&loved["occurrences"], &loved["verses"]),
        (&json!(143), &json!(110))
    );
    let source = loved["source"].as_str().unwrap();
    assert!(
        source.contains("Strong’s Greek Dictionary (public domain)"),
        "{source}"
    );
    assert!(source.contains("© 2022 by Clear Bible, Inc"), "{source}");
    let god = entry(&study, "H430").await;
    assert_eq!(god["renderings"][0], json!({"text": "God", "count": 2273}));
    assert!(
        god["source"]
            .as_str()
            .unwrap()
            .contains("Open Scriptures Hebrew Bible Project")
    );
    for other in ["H0430", "h430", "%20H430%20"] {
        assert_eq!(entry(&study, other).await, god, "{other}");
    }
    assert_eq!(entry(&study, "H4757").await["renderings"], json!([]));
    assert_eq!(entry(&study, "H426").await["language"], "Aramaic");
}

/// Contract: study: "an unknown number is a 404 that says which exist"
#[tokio::test]
async fn an_unknown_number_is_not_found() {
    let study = study().await;
    for id in [
        "H9999",
        "G0",
        "X1",
        "430",
        "love",
        "%F0%9F%95%8A",
        "H-1",
        "99999999999999",
    ] {
        for path in [paths::lexicon_entry(id), paths::lexicon_verses(id)] {
            let problem = study.get(&path).await.expect_status(404).problem();
            assert!(problem.detail.contains("H1 to H8674"), "{}", problem.detail);
        }
    }
    let unused = study.get(&paths::lexicon_entry("G2717")).await;
    let problem = unused.expect_status(404).problem();
    assert!(
        problem.detail.contains("no entry G2717"),
        "{}",
        problem.detail
    );
}

/// Contract: study: "a word of the lexicon by meaning, transliteration, lemma or number"
#[tokio::test]
async fn a_word_is_found_in_the_ways_in_which_readers_write_it() {
    let study = study().await;
    for (query, expected) in [
        ("H0430", "H430"),
        ("חסד", "H2617"),
        ("חֶסֶד", "H2617"),
        ("αγαπη", "G26"),
        ("ἀγάπη", "G26"),
        ("agape", "G26"),
        ("Hesed", "H2617"),
        ("loving devotion", "H2617"),
        ("shalom", "H7965"),
    ] {
        let found = find(&study, query).await;
        assert_eq!(
            found.first().map(|word| &word["id"]),
            Some(&json!(expected)),
            "{query}"
        );
    }
    let love = find(&study, "loved").await;
    let ids: Vec<&Value> = love.iter().map(|word| &word["id"]).take(8).collect();
    for id in ["G25", "G26", "H157"] {
        assert!(ids.contains(&&json!(id)), "{ids:?}");
    }
    let short = json!({"id": "G26", "language": "Greek", "lemma": "ἀγάπη", "transliteration": "agápē",
                       "gloss": "love", "occurrences": 116});
    assert!(love.contains(&short), "{love:?}");
    for nothing in [
        "xyzzyx",
        "H9999",
        "любовь",
        "爱",
        "*",
        "'; DROP TABLE lexicon; --",
    ] {
        assert_eq!(find(&study, nothing).await, [] as [Value; 0], "{nothing}");
    }
    assert_eq!(find(&study, "go").await.len(), 50);
    let long = "x".repeat(201);
    for faulty in ["", "  ", "\0", &long] {
        let refused = study.get(paths::LEXICON).query("q", faulty).await;
        assert_eq!(refused.expect_status(422).problem().pointers(), ["/q"]);
    }
    study.get(paths::LEXICON).await.expect_status(422);
}
