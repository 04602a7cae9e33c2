//! Prints the times of the library's calls:
//! `cargo run --release -p verse-ai --example library_times`.

use std::time::{Duration, Instant};
use std::{error::Error, io::Write};

use futures_util::StreamExt;
use verse_ai::{ChatRequest, InsightRequest, Library, Model, Role, Turn};
use verse_scripture::{TranslationCode, VerseId, books, find_book, get_chapter};

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
    let several_books = text_of_several_books();
    let strange = "a text that stands in none of them ".repeat(1_400);
    let repeated = "and ".repeat(12_500);
    for (what, reference, text) in [
        ("from Titus on", "Titus 1 (KJV)", &several_books),
        ("from Titus on", "Titus", &several_books),
        ("from Titus on", "Titus 1 - 3 John (SRV)", &several_books),
        ("from Titus on", "Genesis - Revelation", &several_books),
        ("in no book", "Psalms (WEB)", &strange),
        ("in no book", "Genesis - Revelation", &strange),
        ("of one word", "Genesis - Revelation", &repeated),
    ] {
        let taken = time(insight(reference, text)).await?;
        let length = text.chars().count();
        writeln!(
            out,
            "an insight on {reference} with {length} characters {what}: {taken:?}"
        )?;
    }
    for question in QUESTIONS {
        let taken = time(chat(question)).await?;
        writeln!(out, "“{question}”: {taken:?}")?;
    }
    Ok(())
}

/// 50,000 characters of the King James Version, from Titus on.
fn text_of_several_books() -> String {
    let titus = find_book("Titus").map_or(0, |book| book.id.number());
    let books = books().iter().filter(|book| book.id.number() >= titus);
    let chapters =
        books.flat_map(|book| (1..=book.chapter_count()).map(|chapter| (book.id, chapter)));
    let chapters = chapters
        .filter_map(|(book, chapter)| get_chapter(TranslationCode::Kjv, book, chapter).ok());
    let verses = chapters
        .flat_map(|chapter| chapter.texts())
        .map(|(_, text)| text + " ");
    let text: String = verses.take(500).collect();
    text.chars().take(50_000).collect()
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
