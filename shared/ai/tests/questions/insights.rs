//! Insights on selections.

use tokio::time::Instant;
use verse_ai::{InsightRequest, Library, Model};
use verse_scripture::{TranslationCode, find_translation, get_chapter, parse_references};

use crate::case::{Tally, Verdict, read};

/// The least number of right insights, of all.
const RIGHT: u32 = 40;

#[tokio::test]
async fn insights_contain_what_they_must() {
    let mut tally = Tally::default();
    for case in read(include_str!("insights.txt")) {
        let request = InsightRequest {
            passage_reference: case.passage.unwrap_or_default(),
            passage_text: expanded(&case.text.unwrap_or_default()),
        };
        let shown = request.passage_reference.clone();
        let insight = Library::default().write_insight(request, Instant::now());
        let texts = insight.await.expect("the library does not fail").texts;
        let insight = [
            texts.historical_context,
            texts.theological_significance,
            texts.practical_application,
        ];
        let insight = insight.join("\n\n—\n\n");
        for question in case.questions {
            let verdict = question.judge(&insight);
            tally.add(&question.kind, verdict);
            println!("=== {verdict:?} [{}] {shown}\n\n{insight}\n", question.kind);
        }
    }
    println!("{tally}");
    assert!(tally.count(Verdict::Right) >= RIGHT, "{tally}");
}

/// A text with `{KJV John 3:16}` replaced by the verses.
fn expanded(text: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (passage, after) = after.split_once('}').expect("a } after a {");
        let (code, passage) = passage.split_once(' ').expect("a translation");
        let code = find_translation(code).expect("a translation").code;
        expanded.push_str(before);
        expanded.push_str(&verses(code, passage));
        rest = after;
    }
    expanded + rest
}

fn verses(code: TranslationCode, passage: &str) -> String {
    let passages = parse_references(passage).expect("a passage").into_iter();
    let chapters = passages.flat_map(|passage| passage.chapters().collect::<Vec<_>>());
    let texts = chapters.flat_map(|(book, chapter, verses)| {
        let chapter = get_chapter(code, book, chapter).expect("a chapter");
        let verses = chapter.verses_within(&verses).into_iter();
        verses.map(|verse| verse.text)
    });
    texts.collect::<Vec<_>>().join(" ")
}
