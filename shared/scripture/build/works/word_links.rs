//! The Strong's numbers of each word of a linked translation, and the verses of each number.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::lexicon::Lexicon;
use super::works_format::{
    GREEK_SLOTS, HEBREW_SLOTS, PackedConcordance, PackedLinks, SLOTS_PER_FRAME,
};
use crate::Failure;
use crate::canon::Canon;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::plain_texts::PlainLinks;
use crate::source::each_line;
use crate::stem::words_and_numbers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerseLine {
    book: String,
    chapter: u16,
    verse: u16,
    w: Vec<(String, Vec<String>)>,
}

/// Words of a verse with their numbers.
struct Link {
    skipped: u16,
    words: u16,
    /// The slot of the main number, and those of the others.
    slot: u16,
    others: Vec<u16>,
}

/// Words of a verse with the slots of their numbers, the main one first.
pub struct LinkedWords {
    pub slots: Vec<u16>,
    pub words: Vec<String>,
    /// Where they are in the verse: 0 is its beginning and 1 its end.
    pub place: f32,
}

/// The linked words of each verse, titles left out, by the chapter's ordinal and the verse's number.
pub type VerseLinks = BTreeMap<(usize, u16), Vec<LinkedWords>>;

/// A translation whose words are linked.
pub struct Linked<'a> {
    pub code: &'static str,
    pub chapters: &'a [PackedChapter],
}

pub fn build(
    path: &Path,
    folder: &Path,
    canon: &Canon,
    translation: &Linked<'_>,
    lexicon: &Lexicon,
    output: &mut Output<'_>,
) -> Result<VerseLinks, Failure> {
    let mut verse_links = VerseLinks::new();
    let chapters = canon.chapter_lists::<()>().into_iter();
    let mut chapters: Vec<PackedLinks> = chapters.map(|_| PackedLinks::default()).collect();
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
        let text = translation.chapters.get(index).ok_or("no such chapter")?;
        let mut left = w.into_iter().peekable();
        let title = if verse == 1 {
            align(&text.title(), &mut left, lexicon, true)?
        } else {
            Vec::new()
        };
        let of_verse = text.texts().filter(|(number, _)| *number == verse);
        let verse_text: String = of_verse.map(|(_, text)| text).collect();
        let links = align(&verse_text, &mut left, lexicon, false)?;
        for (place, slot) in places(&verse_text, &links) {
            plain.add(index, verse, place, slot);
        }
        verse_links.insert((index, verse), linked_words(&verse_text, &links));
        if let Some((words, _)) = left.next() {
            return Err(format!("{words:?} is not in {book} {chapter}:{verse}"));
        }
        for slot in title.iter().chain(&links).flat_map(slots) {
            let verses = verses_of.get_mut(usize::from(slot));
            verses.ok_or("no such slot")?.push(ordinal);
        }
        let chapter = chapters.get_mut(index).ok_or("no such chapter")?;
        if chapter.counts.len() >= usize::from(verse) {
            return Err(format!("{book} {verse} stands after a later verse"));
        }
        chapter.counts.resize(usize::from(verse) - 1, (0, 0));
        chapter
            .counts
            .push((narrow(title.len())?, narrow(links.len())?));
        title
            .into_iter()
            .chain(links)
            .try_for_each(|link| pack(link, chapter))
    })?;
    let code = translation.code;
    plain.write(folder, code)?;
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
    output.add_frames(&format!("{code}_WORD_LINKS"), &chapters, 0)?;
    output.add_frames(&format!("{code}_CONCORDANCE"), &concordance, 0)?;
    Ok(verse_links)
}

fn pack(link: Link, chapter: &mut PackedLinks) -> Result<(), Failure> {
    let index = narrow(chapter.slots.len())?;
    chapter.skipped.push(link.skipped);
    chapter.words.push(link.words);
    chapter.slots.push(link.slot);
    let others = link.others.into_iter();
    chapter.others.extend(others.map(|slot| (index, slot)));
    Ok(())
}

fn narrow(number: usize) -> Result<u16, Failure> {
    u16::try_from(number).map_err(|error| error.to_string())
}

/// The slots of a link, the main one first.
fn slots(link: &Link) -> impl Iterator<Item = u16> {
    std::iter::once(link.slot).chain(link.others.iter().copied())
}

/// Where the words of each link stand in their text, in bytes, once for each of the link's slots.
fn places(text: &str, links: &[Link]) -> Vec<(Range<usize>, u16)> {
    let start_of = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    let mut left = words_and_numbers(text);
    let mut places = Vec::new();
    for link in links {
        let mut linked = left.by_ref().skip(usize::from(link.skipped));
        let linked: Vec<&str> = linked.by_ref().take(usize::from(link.words)).collect();
        if let (Some(first), Some(last)) = (linked.first(), linked.last()) {
            let place = start_of(first)..start_of(last) + last.len();
            places.extend(slots(link).map(|slot| (place.clone(), slot)));
        }
    }
    places
}

/// The words of each link, without numbers in digits.
fn linked_words(text: &str, links: &[Link]) -> Vec<LinkedWords> {
    let float = |number: usize| f32::from(u16::try_from(number).unwrap_or(u16::MAX));
    let all: Vec<&str> = words_and_numbers(text).collect();
    let mut at = 0;
    let mut linked = Vec::new();
    for link in links {
        let first = at + usize::from(link.skipped);
        at = first + usize::from(link.words);
        let words = all.get(first..at).unwrap_or_default().iter();
        let words = words.filter(|word| word.contains(char::is_alphabetic));
        linked.push(LinkedWords {
            slots: slots(link).collect(),
            words: words.map(|word| (*word).to_owned()).collect(),
            place: float(first + at) / 2.0 / float(all.len().max(1)),
        });
    }
    linked
}

/// Finds linked words in a text, in their order. Stops at the first that the text does not have.
fn align(
    text: &str,
    left: &mut Peekable<impl Iterator<Item = (String, Vec<String>)>>,
    lexicon: &Lexicon,
    only_whole_words: bool,
) -> Result<Vec<Link>, Failure> {
    let text: Vec<&str> = words_and_numbers(text).collect();
    let mut links = Vec::new();
    let mut at = 0;
    let mut rest_of_word = String::new();
    while let Some((linked, numbers)) = left.peek() {
        let linked: Vec<&str> = words_and_numbers(linked).collect();
        // The package of the KJV cut 51 words in two: "day" and "s" for "day’s". The second part gets no link.
        if !rest_of_word.is_empty() && linked == [rest_of_word.as_str()] {
            left.next();
            rest_of_word.clear();
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let mut windows = rest.windows(linked.len().max(1));
        // It cut eight words short: "with tear" for "with tears".
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
        let slots = numbers.iter().map(|number| lexicon.find(number));
        let mut slots = slots.collect::<Result<Vec<_>, _>>()?.into_iter();
        let slot = slots.next();
        links.push(Link {
            skipped: narrow(skipped)?,
            words: narrow(linked.len())?,
            slot: slot.ok_or_else(|| format!("{linked:?} has no number"))?,
            others: slots.collect(),
        });
        at += skipped + linked.len();
        left.next();
    }
    Ok(links)
}
