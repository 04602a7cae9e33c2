//! Prints the times of the library's calls:
//! `cargo run --release -p verse-ai --example library_times`.

use std::time::{Duration, Instant};
use std::{error::Error, io::Write};

use futures_util::StreamExt;
use verse_ai::{ChatRequest, InsightRequest, Library, Model, Role, Turn};
use verse_scripture::VerseId;

/// One verse in this many gets an insight.
const STEP: usize = 61;
const QUESTIONS: [&str; 8] = [
    "What does it mean to be born again?",
    "Who was Nicodemus?",
    "What is grace?",
    "Where else does it say this?",
    "How does John 3:16 fit with Romans 5:8?",
    "How should I love my neighbour and pray for my enemies when they hurt me?",
    "Tell me more",
    "Where else does the Bible speak of living water?",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    let first = time(insight("John 3:16", "For God so loved the world")).await?;
    writeln!(out, "the first insight: {first:?}")?;
    let mut times = Vec::new();
    for verse in (0..31_102).step_by(STEP).filter_map(VerseId::from_ordinal) {
        times.push(time(insight(&verse.to_string(), "")).await?);
    }
    write_times(&mut out, "insights on a verse", times)?;
    let part = "world, that he gave his only begotten Son, that whosoever believeth in him";
    for (reference, text) in [
        ("Psalms 119", ""),
        ("Genesis", ""),
        ("John 3 (KJV)", part),
        ("Psalms", "a text that stands in none of them"),
    ] {
        let taken = time(insight(reference, text)).await?;
        writeln!(
            out,
            "an insight on {reference} with the text “{text}”: {taken:?}"
        )?;
    }
    for question in QUESTIONS {
        let taken = time(chat(question)).await?;
        writeln!(out, "“{question}”: {taken:?}")?;
    }
    Ok(())
}

async fn insight(reference: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let request = InsightRequest {
        passage_reference: reference.to_owned(),
        passage_text: text.to_owned(),
    };
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    Library::default().write_insight(request, deadline).await?;
    Ok(())
}

async fn chat(question: &str) -> Result<(), Box<dyn Error>> {
    let request = ChatRequest {
        passage_reference: Some("John 3:16".to_owned()),
        turns: vec![Turn::new(Role::User, question)],
        ..ChatRequest::default()
    };
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let mut reply = Library::default().chat(request, deadline);
    while let Some(event) = reply.next().await {
        event?;
    }
    Ok(())
}

async fn time(
    work: impl Future<Output = Result<(), Box<dyn Error>>>,
) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed())
}

fn write_times(out: &mut impl Write, what: &str, mut times: Vec<Duration>) -> std::io::Result<()> {
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    let (count, median, most, last) = (times.len(), at(50), at(99), times.last());
    writeln!(
        out,
        "{count} {what}: median {median:?}, 99 % within {most:?}, longest {last:?}"
    )
}
