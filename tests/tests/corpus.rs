//! Every chapter of every translation, through the built function.

use std::collections::BTreeMap;

use serde::Deserialize;
use verse_tests::{Client, Dress, Function};

const TRANSLATIONS: [&str; 5] = ["WEB", "KJV", "ASV", "YLT", "SRV"];

/// How many verses a translation prints more (or fewer) than the canon counts, by chapter: what the provenance of the
/// texts names, and nothing else.
fn gaps(translation: &str) -> BTreeMap<&'static str, i64> {
    let gaps: &[(&str, i64)] = match translation {
        "WEB" => &[
            ("Luke 17", -1),
            ("Acts 8", -1),
            ("Acts 15", -1),
            ("Acts 24", -1),
            ("Romans 14", 3),
            ("Romans 16", -3),
        ],
        "ASV" => &[
            ("Matthew 17", -1),
            ("Matthew 18", -1),
            ("Matthew 23", -1),
            ("Mark 7", -1),
            ("Mark 9", -2),
            ("Mark 11", -1),
            ("Mark 15", -1),
            ("Luke 17", -1),
            ("Luke 23", -1),
            ("John 5", -1),
            ("Acts 8", -1),
            ("Acts 15", -1),
            ("Acts 24", -1),
            ("Acts 28", -1),
            ("Romans 16", -1),
        ],
        _ => &[],
    };
    gaps.iter().copied().collect()
}

/// A book of the canon: its name, and how many verses each chapter has.
#[derive(Deserialize)]
struct Book {
    name: String,
    verses: Vec<i64>,
}

#[derive(Deserialize)]
struct Canon {
    books: Vec<Book>,
}

/// The canon as it is committed: not what the function says of itself.
const VERSIFICATION: &str = include_str!("../../shared/scripture/texts/versification.json");

#[tokio::test]
async fn every_chapter_of_every_translation_is_answered_with_the_canons_verses() {
    let bible = Client::of(&Function::builder("bible").start().await).dressed(Dress::HttpV2);
    let canon: Canon = serde_json::from_str(VERSIFICATION).unwrap();
    let (mut chapters, mut verses, mut omitted) = (0, 0, 0);
    for translation in TRANSLATIONS {
        let mut gaps = gaps(translation);
        for Book {
            name: book,
            verses: counts,
        } in &canon.books
        {
            for (number, count) in (1..).zip(counts) {
                let request = bible.get("/api/chapter").query("book", book);
                let request = request
                    .query("chapter", number)
                    .query("translation", translation);
                let answer = request.await.expect_status(200).json();
                let reference = format!("{book} {number}");
                assert_eq!(answer["reference"], reference.as_str());
                let printed = answer["verses"].as_array().unwrap();
                for verse in printed {
                    assert!(
                        !verse["text"].as_str().unwrap().trim().is_empty(),
                        "{reference}"
                    );
                }
                let told = answer["omitted"].as_array().unwrap().len();
                let beyond = printed
                    .iter()
                    .filter(|v| v["verse"].as_i64() > Some(*count))
                    .count();
                let printed = i64::try_from(printed.len()).unwrap();
                let gap = i64::try_from(beyond).unwrap() - i64::try_from(told).unwrap();
                assert_eq!(
                    printed - count,
                    gap,
                    "{translation} {reference}: each gap is told"
                );
                if translation != "SRV" {
                    let known = gaps.remove(reference.as_str()).unwrap_or(0);
                    assert_eq!(gap, known, "{translation} {reference}");
                }
                chapters += 1;
                verses += printed;
                omitted += told;
            }
        }
        assert!(gaps.is_empty(), "{translation}: {gaps:?}");
    }
    verse_tests::figure!(
        "{chapters} chapters answered, {verses} verses, {omitted} omitted and told"
    );
    assert_eq!((chapters, verses, omitted), (5945, 155_472, 41));
}
