//! `/api/lexicon/{id}/verses`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

async fn verses(study: &Client, id: &str, query: &str) -> Value {
    let path = format!("{}?{query}", paths::lexicon_verses(id));
    study.get(&path).await.expect_status(200).json()
}

fn results(answer: &Value) -> &Vec<Value> {
    answer["results"].as_array().unwrap()
}

/// Contract: study: "the verses of a Hebrew or Greek word, with its marks and exact totals"
#[tokio::test]
async fn the_verses_of_a_word_have_their_marks_and_totals() {
    let study = study().await;
    let answer = verses(&study, "G26", "limit=100").await;
    assert_eq!(
        (&answer["id"], &answer["lemma"]),
        (&json!("G26"), &json!("ἀγάπη"))
    );
    assert_eq!(answer["translation"], "BSB");
    let count = |answer: &Value, name: &str| answer[name].as_u64().unwrap();
    let total = count(&answer, "verses");
    let of_books = answer["books"].as_array().unwrap().iter();
    assert_eq!(
        of_books.map(|book| count(book, "verses")).sum::<u64>(),
        total
    );
    // All pages together have each verse once, in canon order, and each occurrence.
    let mut all = results(&answer).clone();
    while all.len() < usize::try_from(total).unwrap() {
        let query = format!("limit=100&offset={}", all.len());
        let more = verses(&study, "G26", &query).await;
        assert!(!results(&more).is_empty());
        all.extend(results(&more).clone());
    }
    let marks = all
        .iter()
        .map(|verse| verse["marks"].as_array().unwrap().len());
    assert_eq!(
        u64::try_from(marks.sum::<usize>()).unwrap(),
        count(&answer, "occurrences")
    );
    for verse in &all {
        let text: Vec<u16> = verse["text"].as_str().unwrap().encode_utf16().collect();
        for mark in verse["marks"].as_array().unwrap() {
            let [start, end] =
                [0, 1].map(|at| usize::try_from(mark[at].as_u64().unwrap()).unwrap());
            let words = String::from_utf16(&text[start..end]).unwrap();
            assert!(words == words.trim() && !words.is_empty(), "{verse}");
        }
    }
    let mut of_corinthians = all.iter();
    let love = of_corinthians.find(|its| its["reference"] == "1 Corinthians 13:4");
    let love = love.expect("the verse");
    assert_eq!(love["marks"].as_array().unwrap().len(), 3, "{love}");
    let source = answer["source"].as_str().unwrap();
    assert!(
        source.contains("Clear Bible") && source.contains("MACULA Greek"),
        "{source}"
    );
}

#[tokio::test]
async fn the_verses_are_those_of_the_requested_part_and_translation() {
    let study = study().await;
    let kjv = verses(&study, "G25", "translation=kjv&in=JHN,1JN&limit=1").await;
    assert_eq!(kjv["books"].as_array().unwrap().len(), 2);
    assert_eq!(results(&kjv)[0]["reference"], "John 3:16");
    assert_eq!(kjv["has_more"], true);
    assert_eq!(results(&kjv)[0]["marks"], json!([[11, 16]]));
    let zero = verses(&study, "H0430", "in=Gen-Deut&limit=3").await;
    assert_eq!(zero, verses(&study, "H430", "in=Gen-Deut&limit=3").await);
    assert_eq!(zero["books"].as_array().unwrap().len(), 5);
    let none = verses(&study, "G25", "in=OT").await;
    assert_eq!((&none["verses"], &none["results"]), (&json!(0), &json!([])));
    assert_eq!(
        (&none["occurrences"], &none["has_more"]),
        (&json!(0), &json!(false))
    );
    let beyond = verses(&study, "G25", "offset=4000000000").await;
    assert_eq!(
        (&beyond["results"], &beyond["has_more"]),
        (&json!([]), &json!(false))
    );
    assert_eq!(results(&verses(&study, "H3068", "").await).len(), 50);
    // A word of a psalm's title.
    let psalms = verses(&study, "H1732", "in=PSA&limit=1").await;
    let first = &results(&psalms)[0];
    assert_eq!(
        (&first["reference"], &first["marks"]),
        (&json!("Psalms 3:1"), &json!([]))
    );
    assert!(first["title"]["text"].as_str().unwrap().contains("David"));
    assert_eq!(first["title"]["marks"].as_array().unwrap().len(), 1);
    let common = verses(&study, "G3588", "").await;
    assert_eq!(common["verses"], 0, "articles have no links");
}

#[tokio::test]
async fn faulty_parts_are_refused() {
    let study = study().await;
    for (query, pointer) in [
        ("in=", "/in"),
        ("in=Hezekiah", "/in"),
        ("in=Deut-Gen", "/in"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("offset=-1", "/offset"),
        ("offset=x", "/offset"),
    ] {
        let path = format!("{}?{query}", paths::lexicon_verses("G25"));
        let problem = study.get(&path).await.expect_status(422).problem();
        assert_eq!(problem.pointers(), [pointer], "{query}");
    }
}
