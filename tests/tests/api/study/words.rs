//! `/api/words`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

async fn words(study: &Client, query: &str) -> Value {
    let path = format!("{}?{query}", paths::WORDS);
    study.get(&path).await.expect_status(200).json()
}

/// The text between two offsets, as a browser cuts it.
fn cut(text: &str, word: &Value) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let offset = |name: &str| usize::try_from(word[name].as_u64().unwrap()).unwrap();
    String::from_utf16(&units[offset("start")..offset("end")]).unwrap()
}

/// The numbers of the words with this text in a verse of an answer.
fn numbers(verse: &Value, text: &str) -> Vec<Value> {
    let words = verse["words"].as_array().unwrap().iter();
    let words = words.filter(|word| word["text"] == text);
    words.map(|word| word["strongs"].clone()).collect()
}

/// Contract: study: "the words of a verse with their numbers, lemmas and glosses"
/// Contract: study: "works and licences with the words"
#[tokio::test]
async fn a_verse_has_its_words_with_the_original_ones_behind_them() {
    let study = study().await;
    let answer = words(&study, "book=jn&chapter=3&verse_start=16").await;
    assert_eq!(answer["reference"], "John 3:16");
    assert_eq!(answer["translation"], "BSB");
    let verse = &answer["verses"][0];
    assert_eq!(verse["osis"], "John.3.16");
    let words = verse["words"].as_array().unwrap();
    let only = words.iter().find(|word| word["text"] == "one and only");
    let only = only.expect("the words");
    assert_eq!(only["strongs"], json!(["G3439"]));
    assert_eq!(only["lemma"], "μονογενής");
    assert_eq!(only["transliteration"], "monogenḗs");
    assert!(only["gloss"].as_str().unwrap().starts_with("one and only"));
    let source = answer["source"].as_str().unwrap();
    for credit in [
        "© 2022 by Clear Bible, Inc",
        "MACULA Greek Linguistic Datasets",
        "https://github.com/Clear-Bible/macula-greek/",
        "SBL Greek New Testament",
    ] {
        assert!(source.contains(credit), "{source}");
    }
    let kjv = self::words(&study, "book=jn&chapter=3&verse_start=16&translation=kjv").await;
    assert_eq!(
        numbers(&kjv["verses"][0], "only begotten"),
        [json!(["G3439"])]
    );
    assert!(
        kjv["source"]
            .as_str()
            .unwrap()
            .contains("King James Version")
    );
    let old = self::words(&study, "book=Gen&chapter=1&verse_start=1").await;
    let source = old["source"].as_str().unwrap();
    assert!(source.contains("Westminster Leningrad Codex"), "{source}");
    assert!(
        source.contains("https://github.com/openscriptures/morphhb"),
        "{source}"
    );
}

#[tokio::test]
async fn words_that_differ_in_greek_alone_have_their_own_numbers() {
    let study = study().await;
    let answer = words(&study, "book=jn&chapter=21&verse_start=15&verse_end=17").await;
    let verses = answer["verses"].as_array().unwrap();
    assert_eq!(
        numbers(&verses[0], "love"),
        [json!(["G25"]), json!(["G5368"])]
    );
    assert_eq!(
        numbers(&verses[1], "love"),
        [json!(["G25"]), json!(["G5368"])]
    );
    assert_eq!(numbers(&verses[2], "love"), vec![json!(["G5368"]); 3]);
    for (query, text, number) in [
        ("book=jn&chapter=3&verse_start=3", "again", "G509"),
        ("book=php&chapter=1&verse_start=1", "servants", "G1401"),
        ("book=ps&chapter=23&verse_start=6", "mercy", "H2617"),
        ("book=isa&chapter=7&verse_start=14", "virgin", "H5959"),
        ("book=mt&chapter=16&verse_start=18", "rock", "G4073"),
        ("book=mt&chapter=16&verse_start=18", "Peter", "G4074"),
        (
            "book=ps&chapter=51&verse_start=1",
            "loving devotion",
            "H2617",
        ),
    ] {
        let answer = words(&study, query).await;
        assert_eq!(
            numbers(&answer["verses"][0], text),
            [json!([number])],
            "{query}"
        );
    }
    let years = words(&study, "book=gen&chapter=5&verse_start=5").await;
    let several = json!(["H8672", "H3967", "H7970"]);
    assert_eq!(numbers(&years["verses"][0], "930"), [several]);
}

/// Contract: study: "offsets count UTF-16 code units"
#[tokio::test]
async fn offsets_cut_the_words_out_of_the_text() {
    let study = study().await;
    for query in [
        "book=ps&chapter=119&verse_start=1&verse_end=176",
        "book=jn&chapter=3&verse_start=1&verse_end=36&translation=KJV",
        "book=gen&chapter=3&verse_start=1&verse_end=24",
    ] {
        let answer = words(&study, query).await;
        let mut count = 0;
        for verse in answer["verses"].as_array().unwrap() {
            let text = verse["text"].as_str().unwrap();
            for word in verse["words"].as_array().unwrap() {
                assert_eq!(word["text"], cut(text, word).as_str());
                count += 1;
            }
        }
        assert!(count > 200, "{query}: {count}");
    }
}

/// Contract: study: "the Hebrew and Greek words of a verse in their order"
#[tokio::test]
async fn the_original_words_have_lemma_number_gloss_and_morphology() {
    let study = study().await;
    let answer = words(&study, "book=gen&chapter=1&verse_start=1").await;
    let original = answer["verses"][0]["original"].as_array().unwrap();
    assert_eq!(original.len(), 7);
    let first = json!({"text": "בְּרֵאשִׁית", "lemma": "ר\u{5b5}אש\u{5c1}\u{5b4}ית", "strongs": "H7225",
                       "gloss": "in beginning", "morphology": "R/Ncfsa"});
    assert_eq!(original[0], first);
    let john = words(&study, "book=jn&chapter=3&verse_start=16").await;
    let mut greek = john["verses"][0]["original"].as_array().unwrap().iter();
    let loved = greek.find(|word| word["strongs"] == "G25").unwrap();
    assert_eq!(
        (&loved["text"], &loved["morphology"]),
        (&json!("ἠγάπησεν"), &json!("V-AAI-3S"))
    );
    // The two verses are the other way round in the KJV.
    let knowing = |answer: &Value| answer["verses"][0]["original"][2]["gloss"].clone();
    let bsb = words(&study, "book=php&chapter=1&verse_start=16").await;
    let kjv = words(&study, "book=php&chapter=1&verse_start=17&translation=KJV").await;
    assert_eq!(bsb["verses"][0]["original"], kjv["verses"][0]["original"]);
    assert!(knowing(&bsb).is_string());
}

#[tokio::test]
async fn a_psalm_has_the_words_of_its_title_apart() {
    let study = study().await;
    let answer = words(&study, "book=ps&chapter=51&verse_start=1&verse_end=2").await;
    let title = &answer["verses"][0]["title"];
    let text = title["text"].as_str().unwrap();
    assert!(text.contains("Bathsheba"), "{text}");
    let mut words = title["words"].as_array().unwrap().iter();
    let david = words.find(|word| word["text"] == "David").unwrap();
    assert_eq!(david["strongs"], json!(["H1732"]));
    assert_eq!(cut(text, david), "David");
    assert!(title["original"].as_array().unwrap().len() > 5);
    assert_eq!(answer["verses"][1].get("title"), None);
}

#[tokio::test]
async fn verses_that_the_original_or_the_translation_lacks_are_told() {
    let study = study().await;
    for query in [
        "book=rom&chapter=16&verse_start=25&verse_end=27",
        "book=neh&chapter=7&verse_start=68",
    ] {
        let answer = words(&study, query).await;
        for verse in answer["verses"].as_array().unwrap() {
            assert_eq!(
                (&verse["words"], &verse["original"]),
                (&json!([]), &json!([])),
                "{query}"
            );
        }
    }
    let around = words(&study, "book=acts&chapter=8&verse_start=36&verse_end=38").await;
    assert_eq!(around["verses"].as_array().unwrap().len(), 2);
    let detail = "The Berean Standard Bible does not print Acts 8:37.";
    assert_eq!(around["omitted"], json!([{"verse": 37, "detail": detail}]));
    let absent = study
        .get("/api/words?book=acts&chapter=8&verse_start=37")
        .await;
    assert_eq!(absent.expect_status(404).problem().detail, detail);
    let kjv = words(&study, "book=acts&chapter=8&verse_start=37&translation=KJV").await;
    assert!(!kjv["verses"][0]["words"].as_array().unwrap().is_empty());
    assert_eq!(kjv["verses"][0]["original"], json!([]));
}

/// Contract: study: "words of KJV and BSB alone, any other translation is a 422"
#[tokio::test]
async fn another_translation_is_refused_with_those_that_have_words() {
    let study = study().await;
    for code in ["WEB", "asv", "YLT", "SRV"] {
        for path in [
            format!("/api/words?book=jn&chapter=3&verse_start=16&translation={code}"),
            format!("/api/lexicon/G25/verses?translation={code}"),
        ] {
            let problem = study.get(&path).await.expect_status(422).problem();
            assert_eq!(problem.pointers(), ["/translation"], "{path}");
            assert!(problem.detail.contains("BSB or KJV"), "{path}");
        }
    }
    let unknown = "/api/words?book=jn&chapter=3&verse_start=16&translation=KJB";
    let problem = study.get(unknown).await.expect_status(404).problem();
    assert!(problem.detail.contains("KJV"));
    for query in [
        "",
        "?book=jn",
        "?book=jn&chapter=3",
        "?book=jn&chapter=3&verse_start=0",
    ] {
        study
            .get(&format!("/api/words{query}"))
            .await
            .expect_status(422);
    }
    for query in [
        "book=Hezekiah&chapter=1&verse_start=1",
        "book=jn&chapter=22&verse_start=1",
        "book=jn&chapter=3&verse_start=37",
    ] {
        study
            .get(&format!("/api/words?{query}"))
            .await
            .expect_status(404);
    }
}
