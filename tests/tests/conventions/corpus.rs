//! Every chapter of every translation, through the built function.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use verse_tests::{Client, EventFormat, Function, paths};

const TRANSLATIONS: [&str; 6] = ["WEB", "KJV", "ASV", "YLT", "BSB", "SRV"];

/// How many verses a translation prints more (or fewer) than the canon counts, by chapter: those that the provenance of the
/// texts names.
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
        "ASV" | "BSB" => &[
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

/// A book of the canon: its name, and the number of verses in each chapter.
#[derive(Deserialize)]
struct Book {
    name: String,
    verses: Vec<i64>,
}

#[derive(Deserialize)]
struct Canon {
    books: Vec<Book>,
}

/// The committed canon, to compare the function with.
const VERSIFICATION: &str = include_str!("../../../shared/scripture/texts/versification.json");

fn count(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap()
}

/// Contract: bible: "every chapter of every translation"
#[tokio::test]
async fn every_chapter_of_every_translation_has_the_verses_of_the_canon() {
    let bible = Client::new(&Function::start_without_database("bible").await);
    let bible = bible.in_format(EventFormat::HttpV2);
    let canon: Canon = serde_json::from_str(VERSIFICATION).unwrap();
    let (mut chapters, mut verses, mut all_omitted) = (0, 0, 0);
    for translation in TRANSLATIONS {
        let mut gaps = gaps(translation);
        for book in &canon.books {
            for (number, counted) in (1..).zip(&book.verses) {
                let request = bible.get(paths::CHAPTER).query("book", &book.name);
                let request = request.query("chapter", number);
                let request = request.query("translation", translation);
                let answer = request.await.expect_status(200).json();
                let reference = format!("{} {number}", book.name);
                assert_eq!(answer["reference"], reference.as_str());
                let printed: &Vec<Value> = answer["verses"].as_array().unwrap();
                for verse in printed {
                    let text = verse["text"].as_str().unwrap();
                    assert!(!text.trim().is_empty(), "{reference}");
                }
                let omitted = count(answer["omitted"].as_array().unwrap().iter());
                let beyond = printed
                    .iter()
                    .filter(|v| v["verse"].as_i64() > Some(*counted));
                let gap = count(beyond) - omitted;
                let printed = count(printed.iter());
                // Each verse that is missing is listed as omitted.
                assert_eq!(printed - counted, gap, "{translation} {reference}");
                if translation != "SRV" {
                    let known = gaps.remove(reference.as_str()).unwrap_or(0);
                    assert_eq!(gap, known, "{translation} {reference}");
                }
                chapters += 1;
                verses += printed;
                all_omitted += omitted;
            }
        }
        assert!(gaps.is_empty(), "{translation}: {gaps:?}");
    }
    verse_tests::figure!("{chapters} chapters answered, {verses} verses, {all_omitted} omitted");
    assert_eq!((chapters, verses, all_omitted), (7134, 186_574, 57));
}
