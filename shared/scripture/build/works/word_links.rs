//! The Strong's number of each word of the King James Version, and the verses of each number.

use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::lexicon::UsedSlots;
use super::works_format::{
    GREEK_SLOTS, HEBREW_SLOTS, PackedConcordance, PackedLink, PackedLinks, SLOTS_PER_FRAME,
};
use crate::Failure;
use crate::canon::Canon;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::plain_texts::PlainLinks;
use crate::source::each_line;
use crate::stem::words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    verse: u16,
    w: Vec<(String, Vec<String>)>,
}

pub fn build(
    path: &Path,
    folder: &Path,
    canon: &Canon,
    kjv: &[PackedChapter],
    used: &UsedSlots,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut chapters = canon.chapter_lists::<PackedLinks>();
    let mut plain = PlainLinks::default();
    let mut verses_of: Vec<Vec<u16>> = vec![Vec::new(); usize::from(HEBREW_SLOTS + GREEK_SLOTS)];
    each_line(path, |line: VerseLine| {
        let VerseLine {
            book,
            chapter,
            verse,
            w,
        } = line;
        let ordinal = canon.verse_ordinal(&book, chapter, verse)?;
        let index = canon.chapter_ordinal(&book, chapter)?;
        let text = kjv.get(index).ok_or("no such chapter")?;
        let mut left = w.into_iter().peekable();
        let mut links = PackedLinks::default();
        if verse == 1 {
            links.title = align(&text.title(), &mut left, used, true)?;
        }
        let of_verse = text.texts().filter(|(number, _)| *number == verse);
        let verse_text: String = of_verse.map(|(_, text)| text).collect();
        links.verse = align(&verse_text, &mut left, used, false)?;
        for (place, slot) in places(&verse_text, &links.verse) {
            plain.add(index, verse, place, slot);
        }
        if let Some((words, _)) = left.next() {
            return Err(format!("{words:?} is not in {book} {chapter}:{verse}"));
        }
        for link in links.title.iter().chain(&links.verse) {
            let verses = verses_of.get_mut(usize::from(link.slot));
            verses.ok_or("no such slot")?.push(ordinal);
        }
        let chapter = chapters.get_mut(index).ok_or("no such chapter")?;
        if chapter.len() >= usize::from(verse) {
            return Err(format!("{book} {verse} stands after a later verse"));
        }
        chapter.resize_with(usize::from(verse) - 1, PackedLinks::default);
        chapter.push(links);
        Ok(())
    })?;
    plain.write(folder, "KJV")?;
    for verses in &mut verses_of {
        let mut before = 0;
        for verse in verses {
            let distance = verse.checked_sub(before).ok_or("verses are out of order")?;
            before = *verse;
            *verse = distance;
        }
    }
    let concordance = verses_of.chunks(SLOTS_PER_FRAME).map(<[_]>::to_vec);
    let concordance: Vec<PackedConcordance> = concordance.collect();
    output.add_frames("WORD_LINKS", &chapters, 0)?;
    output.add_frames("CONCORDANCE", &concordance, 0)
}

/// Where the words of each link stand in their text, in bytes, and the link's slot.
fn places(text: &str, links: &[PackedLink]) -> Vec<(Range<usize>, u16)> {
    let start_of = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    let mut left = words(text);
    let place = |link: &PackedLink| {
        let mut linked = left.by_ref().skip(usize::from(link.skipped));
        let linked: Vec<&str> = linked.by_ref().take(usize::from(link.words)).collect();
        let (first, last) = (linked.first()?, linked.last()?);
        Some((start_of(first)..start_of(last) + last.len(), link.slot))
    };
    links.iter().filter_map(place).collect()
}

/// Finds linked words in a text, in their order. Stops at the first that the text does not have.
fn align(
    text: &str,
    left: &mut Peekable<impl Iterator<Item = (String, Vec<String>)>>,
    used: &UsedSlots,
    only_whole_words: bool,
) -> Result<Vec<PackedLink>, Failure> {
    let narrow = |number: usize| u16::try_from(number).map_err(|error| error.to_string());
    let text: Vec<&str> = words(text).collect();
    let mut links = Vec::new();
    let mut at = 0;
    let mut rest_of_word = String::new();
    while let Some((linked, numbers)) = left.peek() {
        let linked: Vec<&str> = words(linked).collect();
        // It cut 51 words in two: "day" and "s" for "day’s". The second part gets no link.
        if !rest_of_word.is_empty() && linked == [rest_of_word.as_str()] {
            left.next();
            rest_of_word.clear();
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let mut windows = rest.windows(linked.len().max(1));
        // The package cut eight words short: "with tear" for "with tears".
        let cut = |window: &[&str]| {
            let mut pairs = window.iter().zip(&linked);
            pairs.all(|(word, linked)| word.starts_with(linked))
        };
        // The text has the divine name in capitals: "Jah" is "JAH" there.
        let same = |window: &[&str]| {
            let mut pairs = window.iter().zip(&linked);
            pairs.all(|(word, linked)| word.eq_ignore_ascii_case(linked))
        };
        let found = windows.clone().position(|window| window == linked);
        let found = found.or_else(|| windows.clone().position(same));
        let found = found.or_else(|| windows.position(cut).filter(|_| !only_whole_words));
        let Some(skipped) = found else {
            break;
        };
        let last = text.get(at + skipped + linked.len().max(1) - 1);
        let rest = last
            .zip(linked.last())
            .and_then(|(word, linked)| word.strip_prefix(linked));
        rest_of_word = rest.unwrap_or_default().replace('’', "");
        let [number] = numbers.as_slice() else {
            let count = numbers.len();
            return Err(format!(
                "{linked:?} has {count} numbers where one is expected"
            ));
        };
        links.push(PackedLink {
            skipped: narrow(skipped)?,
            words: narrow(linked.len())?,
            slot: used.find(number)?,
        });
        at += skipped + linked.len();
        left.next();
    }
    Ok(links)
}
