//! Definitions of words in their verses.

use tokio::time::Instant;
use verse_ai::{DefinitionRequest, Library, Model};

use crate::case::{Tally, Verdict, read};

/// The least number of right definitions, of 40.
const RIGHT: u32 = 40;

#[tokio::test]
async fn definitions_contain_what_they_must() {
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for case in read(include_str!("definitions.txt")) {
        let request = DefinitionRequest {
            word: case.word.unwrap_or_default(),
            verse_text: case.text.unwrap_or_default(),
            passage_reference: case.passage.unwrap_or_default(),
        };
        let (word, passage) = (request.word.clone(), request.passage_reference.clone());
        let started = Instant::now();
        let written = Library::default().write_definition(request, started);
        let texts = written.await.expect("the library does not fail").texts;
        times.push(started.elapsed());
        let fields = [
            texts.definition,
            texts.biblical_usage,
            texts.original_language,
        ];
        let answer = fields.join("\n\n");
        for question in case.questions {
            let verdict = question.judge(&answer);
            tally.add(&question.kind, verdict);
            println!(
                "=== {verdict:?} [{}] {word}, {passage}\n\n{answer}\n",
                question.kind
            );
        }
    }
    times.sort_unstable();
    println!(
        "{tally}median {:?}, longest {:?}",
        times[times.len() / 2],
        times.last()
    );
    assert!(tally.count(Verdict::Right) >= RIGHT, "{tally}");
}
