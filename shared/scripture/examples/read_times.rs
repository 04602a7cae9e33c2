//! Prints how long it takes to read a chapter and make its verses:
//! `cargo run --release -p verse-scripture --example read_times`.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use verse_scripture::{find_book, find_references, get_chapter, translations};

const ROUNDS: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for translation in translations() {
        let read = |book: &str, number| -> Result<_, Box<dyn Error>> {
            let book = find_book(book).ok_or("no such book")?;
            Ok(get_chapter(translation.code, book.id, number)?)
        };
        let started = Instant::now();
        black_box(read("John", 3)?.verses());
        let first = started.elapsed();
        let john = time(|| Ok(black_box(read("John", 3)?.verses().len())))?;
        let content = time(|| Ok(black_box(read("John", 3)?.content().len())))?;
        let psalm = time(|| Ok(black_box(read("Psalm", 119)?.verses().len())))?;
        let code = translation.code;
        writeln!(
            out,
            "{code}: first read {first:?}; John 3 {john:?}, its content {content:?}; \
             Psalm 119 {psalm:?}"
        )?;
    }
    let garbage = "1 st genesi 12, of the - ".repeat(400);
    let started = Instant::now();
    black_box(find_references(&garbage));
    writeln!(
        out,
        "references in {} bytes of garbage: {:?}",
        garbage.len(),
        started.elapsed()
    )?;
    Ok(())
}

/// The median, which a busy machine does not disturb.
fn time(
    mut work: impl FnMut() -> Result<usize, Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        work()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(ROUNDS / 2).copied().unwrap_or_default())
}
