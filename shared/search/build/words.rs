//! The index of words. For each translation it has these frames (`src/words/index.rs` reads them):
//!
//! 0. verses: for each chapter of the canon the number of verses, then for each verse its number as the
//!    distance from the one before, and how many words it has;
//! 1. forms: the keys of all words, sorted, each on a line; a key that ends with a hyphen is of a part
//!    of a word with hyphens;
//! 2. the stem of each form, as its line in the next frame;
//! 3. stems, sorted, each on a line;
//! 4. the directory of the lists of places of the forms;
//! 5. the same of Strong's numbers, by slot; empty in a translation that has none;
//! 6. and more: blocks of lists.
//!
//! A place is a number that counts all words of the translation, parts of words too, with one more
//! after each verse: so words of two verses are never neighbours. A list has the distance of each
//! place from the one before; a wide list also how many words stand there, less one. A directory has
//! the number of blocks, the number of lists in each, and for each list twice its length in bytes, and
//! one more if it is wide. All numbers are varints.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;
use std::str::{FromStr, Lines};

use crate::frames::embed;
use crate::stems::stem_of;
use crate::token::words;
use crate::{Failure, list_files, read, write};

/// The size of a block before compression, which a longer list exceeds: larger ones are little
/// smaller together, and take longer to read.
const BLOCK: usize = 16 * 1024;
/// How many numbers Strong's dictionaries have.
const SLOTS: usize = 8_674 + 5_624;

/// Writes the index of every translation, and the Rust items that embed them.
pub fn build(texts: &Path, folder: &Path) -> Result<(), Failure> {
    let files = list_files(texts, "verses")?;
    let mut items = format!("pub static INDEXES: [Index; {}] = [\n", files.len());
    for file in files {
        let code = file.file_stem().and_then(|code| code.to_str());
        let code = code.ok_or("a translation has no code")?;
        let links = file.with_extension("links");
        let links = if links.exists() {
            read(&links)?
        } else {
            String::new()
        };
        let frames = index(code, &read(&file)?, &links)
            .map_err(|why| format!("{}, {why}", file.display()))?;
        let frames = embed(folder, code, &frames, 0)?;
        let _infallible = writeln!(items, "Index::new({code:?}, {frames}),");
    }
    items.push_str("];\n");
    write(&folder.join("words.rs"), items.as_bytes())
}

/// The places of a word or number.
#[derive(Default)]
struct List {
    /// The distance of each place from the one before, and how many words stand there.
    places: Vec<(u32, u32)>,
    last: u32,
}

impl List {
    fn add(&mut self, place: u32, words: u32) -> Result<(), Failure> {
        let distance = place.checked_sub(self.last);
        let distance = distance.ok_or("places are out of order")?;
        self.places.push((distance, words));
        self.last = place;
        Ok(())
    }

    fn is_wide(&self) -> bool {
        self.places.iter().any(|(_, words)| *words != 1)
    }

    fn encode(&self) -> Vec<u8> {
        let is_wide = self.is_wide();
        let mut bytes = Vec::new();
        for (distance, words) in &self.places {
            push(*distance, &mut bytes);
            if is_wide {
                push(words - 1, &mut bytes);
            }
        }
        bytes
    }
}

fn index(code: &str, verses: &str, links: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let mut chapters: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut forms: BTreeMap<String, List> = BTreeMap::new();
    let mut numbers: Vec<List> = Vec::new();
    let mut links = links.lines().peekable();
    let mut next = 0;
    for line in verses.lines() {
        let mut fields = line.splitn(3, '\t');
        let chapter: usize = parse(fields.next())?;
        let verse: u32 = parse(fields.next())?;
        let text = fields.next().ok_or("a verse has no text")?;
        if chapters.len() <= chapter {
            chapters.resize_with(chapter + 1, Vec::new);
        }
        let first = next;
        let mut parts: Vec<(Range<usize>, u32)> = Vec::new();
        for word in words(text) {
            let count = u32::try_from(word.parts.len()).map_err(|error| error.to_string())?;
            let list = forms.entry(word.key().into_owned()).or_default();
            list.add(next, count)?;
            for part in word.parts {
                if count > 1 {
                    forms
                        .entry(format!("{}-", part.key))
                        .or_default()
                        .add(next, 1)?;
                }
                parts.push((part.place, next));
                next += 1;
            }
        }
        add_links(
            &mut links,
            &format!("{chapter}\t{verse}\t"),
            &parts,
            &mut numbers,
        )?;
        let last = chapters.last_mut().ok_or("no chapter has begun")?;
        last.push((verse, next - first));
        next += 1;
    }
    if let Some(link) = links.next() {
        return Err(format!("the link {link:?} is of no verse"));
    }
    assemble(code, &chapters, &forms, &numbers)
}

/// Adds the Strong's numbers of one verse, whose lines begin with `verse`.
fn add_links(
    links: &mut Peekable<Lines<'_>>,
    verse: &str,
    parts: &[(Range<usize>, u32)],
    numbers: &mut Vec<List>,
) -> Result<(), Failure> {
    let mut places: Vec<(usize, u32, u32)> = Vec::new();
    while let Some(link) = links.next_if(|line| line.starts_with(verse)) {
        let mut fields = link.split('\t').skip(2);
        let (start, end): (usize, usize) = (parse(fields.next())?, parse(fields.next())?);
        let slot: usize = parse(fields.next())?;
        let mut linked = parts
            .iter()
            .filter(|(place, _)| place.start < end && start < place.end);
        let (_, first) = linked
            .next()
            .ok_or_else(|| format!("{link:?} is at no word"))?;
        let last = linked.next_back().map_or(*first, |(_, last)| *last);
        places.push((slot, *first, last + 1 - first));
    }
    // A verse's links may be in another order than its words.
    places.sort_unstable();
    for (slot, first, words) in places {
        if numbers.is_empty() {
            numbers.resize_with(SLOTS, List::default);
        }
        let list = numbers.get_mut(slot).ok_or("no such slot")?;
        list.add(first, words)?;
    }
    Ok(())
}

fn assemble(
    code: &str,
    chapters: &[Vec<(u32, u32)>],
    forms: &BTreeMap<String, List>,
    numbers: &[List],
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut verses = Vec::new();
    for chapter in chapters {
        push(narrow(chapter.len())?, &mut verses);
        let mut before = 0;
        for (verse, words) in chapter {
            let distance = verse.checked_sub(before);
            push(distance.ok_or("verses are out of order")?, &mut verses);
            push(*words, &mut verses);
            before = *verse;
        }
    }
    let mut stems: BTreeMap<String, u32> = BTreeMap::new();
    let of_forms: Vec<String> = forms
        .keys()
        .map(|key| stem_of(code, key.trim_end_matches('-')))
        .collect();
    stems.extend(of_forms.iter().map(|stem| (stem.clone(), 0)));
    for (line, number) in (0..).zip(stems.values_mut()) {
        *number = line;
    }
    let mut stem_of_form = Vec::new();
    for stem in &of_forms {
        let line = stems.get(stem).ok_or("a stem is missing")?;
        push(*line, &mut stem_of_form);
    }
    let (directory, blocks) = pack_lists(forms.values())?;
    let (number_directory, number_blocks) = pack_lists(numbers.iter())?;
    let mut frames = vec![
        verses,
        lines(forms.keys()),
        stem_of_form,
        lines(stems.keys()),
        directory,
        number_directory,
    ];
    frames.extend(blocks);
    frames.extend(number_blocks);
    Ok(frames)
}

/// The directory of lists, and their blocks.
fn pack_lists<'a>(
    lists: impl Iterator<Item = &'a List>,
) -> Result<(Vec<u8>, Vec<Vec<u8>>), Failure> {
    let mut blocks: Vec<(u32, Vec<u8>)> = Vec::new();
    let mut lengths = Vec::new();
    for list in lists {
        let bytes = list.encode();
        let length = narrow(bytes.len())?;
        push(length * 2 + u32::from(list.is_wide()), &mut lengths);
        match blocks.last_mut() {
            Some((count, block)) if block.len() + bytes.len() <= BLOCK => {
                *count += 1;
                block.extend(bytes);
            }
            _ => blocks.push((1, bytes)),
        }
    }
    let mut directory = Vec::new();
    push(narrow(blocks.len())?, &mut directory);
    for (count, _) in &blocks {
        push(*count, &mut directory);
    }
    directory.extend(lengths);
    Ok((
        directory,
        blocks.into_iter().map(|(_, block)| block).collect(),
    ))
}

/// Texts as lines.
fn lines<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<u8> {
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    texts.join("\n").into_bytes()
}

/// Appends a number as a varint: seven bits in each byte, the lowest first; the highest bit is set in
/// all bytes but the last.
fn push(mut number: u32, bytes: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn narrow(number: usize) -> Result<u32, Failure> {
    u32::try_from(number).map_err(|error| error.to_string())
}

fn parse<T: FromStr>(field: Option<&str>) -> Result<T, Failure> {
    let field = field.unwrap_or_default();
    field.parse().map_err(|_| format!("{field:?} is no number"))
}
