//! Prints how long it takes to ask the reference works and to find a selection:
//! `cargo run --release -p verse-scripture --example works_times`.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use verse_scripture::word::study_word;
use verse_scripture::works::{commentary, cross_references, search, topics};
use verse_scripture::{locate_selection, parse_references};

const ROUNDS: usize = 500;
const SELECTION: &str = "world, that he gave his only begotten Son, that whosoever believeth in him should not \
                         perish, but have everlasting life. For God sent not his Son into the world";

fn main() -> Result<(), Box<dyn Error>> {
    let passages = parse_references("John 3:16-17")?;
    let passage = passages.first().ok_or("no passage")?;
    let mut out = std::io::stdout().lock();
    let mut report = |name: &str, work: &mut dyn FnMut() -> usize| {
        let started = Instant::now();
        black_box(work());
        let first = started.elapsed();
        writeln!(out, "{name}: first {first:?}, then {:?}", time(work))
    };
    report("commentary on a passage", &mut || {
        commentary::list_sections_on(passage).len()
    })?;
    report("cross references", &mut || {
        cross_references::list_cross_references(passage).len()
    })?;
    report("topics on a passage", &mut || {
        topics::list_mentions(passage).len()
    })?;
    report("search the commentary", &mut || {
        search::search_commentary("Why did Nicodemus come to Jesus by night?", 5).len()
    })?;
    report("search the topics", &mut || {
        search::search_topics("the love of God", 5).len()
    })?;
    report("locate a selection", &mut || {
        usize::from(locate_selection("John 3 (KJV)", SELECTION).is_some())
    })?;
    report("study a word", &mut || {
        study_word("loved", SELECTION, "John 3:16 (KJV)")
            .lemmas
            .len()
    })?;
    let nowhere = "a text that is nowhere ".repeat(2_200);
    report("locate 50,000 characters that stand nowhere", &mut || {
        usize::from(locate_selection("Genesis 1 (KJV)", &nowhere).is_some())
    })?;
    Ok(())
}

/// The median, which a busy machine does not disturb.
fn time(work: &mut dyn FnMut() -> usize) -> Duration {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        black_box(work());
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}
