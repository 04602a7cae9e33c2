//! Prints how long it takes to read chapters, to query the reference works and to find a selection:
//! `cargo run --release -p verse-scripture --example times`.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use verse_scripture::word::study_word;
use verse_scripture::works::{commentary, cross_references, search, topics};
use verse_scripture::{
    Chapter, find_book, find_references, get_chapter, locate_selection, parse_references,
    translations,
};

const SELECTION: &str = "world, that he gave his only begotten Son, that whosoever believeth in him should not \
                         perish, but have everlasting life. For God sent not his Son into the world";

fn main() -> Result<(), Box<dyn Error>> {
    let passages = parse_references("John 3:16-17")?;
    let passage = passages.first().ok_or("no passage")?;
    let john = find_book("John").ok_or("no such book")?.id;
    let psalms = find_book("Psalm").ok_or("no such book")?.id;
    let garbage = "1 st genesi 12, of the - ".repeat(400);
    let unknown = "a text that is nowhere ".repeat(2_200);

    for translation in translations() {
        let read = |book, number, count: fn(&Chapter) -> usize| {
            get_chapter(translation.code, book, number).map_or(0, |chapter| count(&chapter))
        };
        let code = translation.code;
        report(&format!("{code} John 3"), 2_000, || {
            read(john, 3, |chapter| chapter.verses().len())
        })?;
        report(&format!("{code} John 3, layout"), 2_000, || {
            read(john, 3, |chapter| chapter.content().len())
        })?;
        report(&format!("{code} Psalm 119"), 2_000, || {
            read(psalms, 119, |chapter| chapter.verses().len())
        })?;
    }
    report("references in 10,000 bytes of garbage", 1, || {
        find_references(&garbage).len()
    })?;
    report("commentary on a passage", 500, || {
        commentary::list_sections_on(passage).len()
    })?;
    report("cross references of a passage", 500, || {
        cross_references::list_cross_references(passage).len()
    })?;
    report("topics on a passage", 500, || {
        topics::list_mentions(passage).len()
    })?;
    report("search in the commentary", 500, || {
        search::search_commentary("Why did Nicodemus come to Jesus by night?", 5).len()
    })?;
    report("search in the topics", 500, || {
        search::search_topics("the love of God", 5).len()
    })?;
    report("selection", 500, || {
        usize::from(locate_selection("John 3 (KJV)", SELECTION).is_some())
    })?;
    report(
        "selection of 50,000 characters that is not found",
        500,
        || usize::from(locate_selection("Genesis 1 (KJV)", &unknown).is_some()),
    )?;
    report("study of a word", 500, || {
        study_word("loved", SELECTION, "John 3:16 (KJV)")
            .lemmas
            .len()
    })?;
    Ok(())
}

/// Prints the time of the first run, and the median of further runs, which a busy machine disturbs
/// least.
fn report(name: &str, rounds: usize, mut work: impl FnMut() -> usize) -> std::io::Result<()> {
    let mut time = || -> Duration {
        let started = Instant::now();
        black_box(work());
        started.elapsed()
    };
    let first = time();
    let mut times: Vec<Duration> = (0..rounds).map(|_| time()).collect();
    times.sort_unstable();
    let median = times.get(rounds / 2).copied().unwrap_or_default();
    writeln!(
        std::io::stdout(),
        "{name}: first {first:?}, then {median:?}"
    )
}
