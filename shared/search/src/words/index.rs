//! The index of a translation. `build/words.rs` has the format.
//!
//! Its parts are decompressed when they are first needed, and kept; the blocks of lists are not kept.

use std::iter::from_fn;
use std::ops::Range;
use std::sync::OnceLock;

use verse_scripture::zstd_frames::ZstdFrames;
use verse_scripture::{BookId, TranslationCode, VerseId, books};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Places with one entry of [`Verses::nearby`].
const NEARBY: u32 = 16;

/// The frame of each part.
mod frame {
    pub const VERSES: usize = 0;
    pub const FORMS: usize = 1;
    pub const STEMS_OF_FORMS: usize = 2;
    pub const STEMS: usize = 3;
    pub const DIRECTORY: usize = 4;
    pub const NUMBERS: usize = 5;
    pub const FIRST_BLOCK: usize = 6;
}

/// One translation's index.
pub struct Index {
    code: &'static str,
    frames: ZstdFrames,
    verses: OnceLock<Verses>,
    forms: OnceLock<SortedTexts>,
    stems_of_forms: OnceLock<Vec<u32>>,
    stems: OnceLock<SortedTexts>,
    directory: OnceLock<Directory>,
    numbers: OnceLock<Directory>,
}

/// The index of a translation.
pub fn find_index(translation: TranslationCode) -> Option<&'static Index> {
    INDEXES
        .iter()
        .find(|index| index.code == translation.as_str())
}

/// The codes of the translations that have Strong's numbers.
pub fn numbered_translations() -> impl Iterator<Item = &'static str> {
    INDEXES
        .iter()
        .filter(|index| index.has_numbers())
        .map(|index| index.code)
}

impl Index {
    const fn new(code: &'static str, frames: ZstdFrames) -> Self {
        Self {
            code,
            frames,
            verses: OnceLock::new(),
            forms: OnceLock::new(),
            stems_of_forms: OnceLock::new(),
            stems: OnceLock::new(),
            directory: OnceLock::new(),
            numbers: OnceLock::new(),
        }
    }

    /// The translation's code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The printed verses.
    pub fn verses(&self) -> &Verses {
        self.verses
            .get_or_init(|| Verses::decode(&self.bytes(frame::VERSES)))
    }

    /// The keys of the words.
    pub fn forms(&self) -> &SortedTexts {
        self.forms
            .get_or_init(|| SortedTexts::decode(self.bytes(frame::FORMS)))
    }

    /// Whether a key has this stem.
    pub fn has_stem(&self, stem: &str) -> bool {
        self.stems().find(stem).is_some()
    }

    /// The forms that have this stem.
    pub fn forms_of_stem(&self, stem: &str) -> Vec<usize> {
        let Some(stem) = self
            .stems()
            .find(stem)
            .and_then(|stem| u32::try_from(stem).ok())
        else {
            return Vec::new();
        };
        let of_forms = self
            .stems_of_forms
            .get_or_init(|| Varints(&self.bytes(frame::STEMS_OF_FORMS)).collect());
        let with_stem = of_forms.iter().enumerate();
        with_stem
            .filter(|(_, other)| **other == stem)
            .map(|(form, _)| form)
            .collect()
    }

    /// Where the lists of the forms are.
    pub fn directory(&self) -> &Directory {
        self.directory
            .get_or_init(|| Directory::decode(&self.bytes(frame::DIRECTORY), frame::FIRST_BLOCK))
    }

    /// Where the lists of Strong's numbers are, by slot: none in a translation without them.
    pub fn numbers(&self) -> &Directory {
        self.numbers.get_or_init(|| {
            let first = frame::FIRST_BLOCK + self.directory().blocks;
            Directory::decode(&self.bytes(frame::NUMBERS), first)
        })
    }

    /// Whether the translation has Strong's numbers.
    pub fn has_numbers(&self) -> bool {
        !self.numbers().lists.is_empty()
    }

    /// A block of lists; empty if the embedded bytes are damaged.
    pub fn block(&self, block: usize) -> Vec<u8> {
        self.bytes(block)
    }

    fn stems(&self) -> &SortedTexts {
        self.stems
            .get_or_init(|| SortedTexts::decode(self.bytes(frame::STEMS)))
    }

    fn bytes(&self, frame: usize) -> Vec<u8> {
        self.frames.read_bytes(frame).unwrap_or_default()
    }
}

/// The printed verses of a translation, in order.
pub struct Verses {
    /// The place of each verse's first word, then the place after the last verse.
    starts: Vec<u32>,
    /// The chapter's ordinal and the number of each verse.
    numbers: Vec<(u16, u16)>,
    /// The book and number of each chapter.
    chapters: Vec<(BookId, u16)>,
    /// The verse that has, or is next before, every [`NEARBY`]th place.
    nearby: Vec<u16>,
}

impl Verses {
    fn decode(bytes: &[u8]) -> Self {
        let chapters = books()
            .iter()
            .flat_map(|book| (1..=book.chapter_count()).map(|chapter| (book.id, chapter)));
        let mut verses = Self {
            starts: vec![0],
            numbers: Vec::new(),
            chapters: chapters.collect(),
            nearby: Vec::new(),
        };
        let mut varints = Varints(bytes);
        let mut start = 0;
        for chapter in 0.. {
            let Some(count) = varints.next() else {
                break;
            };
            let mut number = 0;
            for _ in 0..count {
                let distance = varints.next().unwrap_or_default();
                number += u16::try_from(distance).unwrap_or_default();
                let verse = u16::try_from(verses.numbers.len()).unwrap_or(u16::MAX);
                verses.numbers.push((chapter, number));
                start += varints.next().unwrap_or_default() + 1;
                verses.starts.push(start);
                let entries = usize::try_from(start.div_ceil(NEARBY)).unwrap_or_default();
                verses.nearby.resize(entries, verse);
            }
        }
        verses
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        let places = self.starts.last().copied().unwrap_or_default();
        usize::try_from(places).unwrap_or_default()
    }

    /// The verse of a place.
    pub fn at(&self, place: u32) -> usize {
        let near = usize::try_from(place / NEARBY).unwrap_or_default();
        let near = self.nearby.get(near).copied().unwrap_or_default();
        let mut verse = usize::from(near);
        while self
            .starts
            .get(verse + 1)
            .is_some_and(|next| *next <= place)
        {
            verse += 1;
        }
        verse
    }

    /// The places of a verse's words.
    pub fn places_of(&self, verse: usize) -> Range<u32> {
        match self.starts.get(verse..) {
            Some([start, next, ..]) => *start..next - 1,
            _ => 0..0,
        }
    }

    /// A verse's printed number.
    pub fn id(&self, verse: usize) -> Option<VerseId> {
        let (chapter, verse) = *self.numbers.get(verse)?;
        let (book, chapter) = *self.chapters.get(usize::from(chapter))?;
        Some(VerseId {
            book,
            chapter,
            verse,
        })
    }

    /// Whether the translation prints a verse under this number.
    pub fn contains(&self, verse: VerseId) -> bool {
        let chapter = self.chapters.binary_search(&(verse.book, verse.chapter));
        let chapter = chapter.ok().and_then(|chapter| u16::try_from(chapter).ok());
        chapter.is_some_and(|chapter| self.numbers.binary_search(&(chapter, verse.verse)).is_ok())
    }

    /// The verses of each book, in canon order.
    pub fn books(&self) -> impl Iterator<Item = (BookId, Range<usize>)> {
        let mut chapter = 0;
        books().iter().map(move |book| {
            let first = chapter;
            chapter += book.chapter_count();
            let from = |chapter| self.numbers.partition_point(|(other, _)| *other < chapter);
            (book.id, from(first)..from(chapter))
        })
    }
}

/// Texts in alphabetical order, by their bytes.
pub struct SortedTexts {
    text: String,
    /// The start of each text, then the end of the last, as if a line end followed it.
    starts: Vec<u32>,
}

impl SortedTexts {
    fn decode(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).unwrap_or_default();
        let ends = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n');
        let mut starts = vec![0];
        starts.extend(ends.map(|(_, next)| next));
        starts.push(u32::try_from(text.len() + 1).unwrap_or(u32::MAX));
        Self { text, starts }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The text with this index, or an empty one.
    pub fn get(&self, index: usize) -> &str {
        let place = |index| usize::try_from(*self.starts.get(index)?).ok();
        let text = place(index)
            .zip(place(index + 1))
            .and_then(|(start, next)| self.text.get(start..next.checked_sub(1)?));
        text.unwrap_or_default()
    }

    /// The index of a text.
    pub fn find(&self, text: &str) -> Option<usize> {
        let index = self.first_from(text);
        (index < self.len() && self.get(index) == text).then_some(index)
    }

    /// The indexes of the texts with this beginning.
    pub fn with_beginning(&self, beginning: &str) -> impl Iterator<Item = usize> {
        let first = self.first_from(beginning);
        (first..self.len()).take_while(move |index| self.get(*index).starts_with(beginning))
    }

    /// The index of the first text that is not before this one.
    fn first_from(&self, text: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle) < text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Where lists of places are.
pub struct Directory {
    lists: Vec<ListPlace>,
    /// How many blocks they fill.
    blocks: usize,
}

/// Where one list is.
#[derive(Clone, Copy)]
pub struct ListPlace {
    /// The frame of its block.
    pub block: usize,
    start: u32,
    length: u32,
    is_wide: bool,
}

impl Directory {
    fn decode(bytes: &[u8], first_block: usize) -> Self {
        let mut varints = Varints(bytes);
        let blocks = varints.next().unwrap_or_default();
        let counts: Vec<u32> = varints
            .by_ref()
            .take(usize::try_from(blocks).unwrap_or_default())
            .collect();
        let mut lists = Vec::new();
        for (block, count) in (first_block..).zip(&counts) {
            let mut start = 0;
            for _ in 0..*count {
                let entry = varints.next().unwrap_or_default();
                let length = entry / 2;
                let is_wide = entry % 2 == 1;
                lists.push(ListPlace {
                    block,
                    start,
                    length,
                    is_wide,
                });
                start += length;
            }
        }
        Self {
            lists,
            blocks: counts.len(),
        }
    }

    /// The list with this index.
    pub fn get(&self, index: usize) -> Option<ListPlace> {
        self.lists.get(index).copied()
    }
}

impl ListPlace {
    /// The length in bytes, which grows with the number of places.
    pub fn weight(self) -> u32 {
        self.length
    }

    /// The places of the list in its block, in order: the first word, and the word after the last.
    pub fn spans(self, block: &[u8]) -> impl Iterator<Item = Span> {
        let range = usize::try_from(self.start)
            .ok()
            .zip(usize::try_from(self.start + self.length).ok());
        let bytes = range.and_then(|(start, end)| block.get(start..end));
        let mut varints = Varints(bytes.unwrap_or_default());
        let mut start = 0;
        from_fn(move || {
            start += varints.next()?;
            let more = if self.is_wide { varints.next()? } else { 0 };
            Some(Span {
                start,
                end: start + more + 1,
            })
        })
    }
}

/// Neighbouring words of one verse, by their places.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// The first word.
    pub start: u32,
    /// The word after the last.
    pub end: u32,
}

/// Reads numbers until the bytes end.
struct Varints<'a>(&'a [u8]);

impl Iterator for Varints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
            if shift > 28 {
                return None;
            }
        }
    }
}
