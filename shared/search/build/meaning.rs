//! The index of the search by meaning: for each stem the verses and the labels that have it.
//!
//! A label is a text about verses: a topic with one of its entries, the title of a section of a
//! chapter, the name of a passage. The labels of the reference works come from the output folder of
//! the crate `verse-scripture`, the names from `texts/named_passages.tsv`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::frames::embed;
use crate::meaning_format::{
    LabelSource, PackedLabel, PackedSpanish, PackedStem, is_small, rarity,
};
use crate::stem::{plain, search_stem, words};
use crate::{Failure, read, write};

/// The texts that are indexed. A verse is found by the words of any of them, so that a remembered
/// wording of one leads to the verse in another.
const INDEXED: [&str; 3] = ["WEB", "KJV", "BSB"];
/// The translation whose lines are the verses of the canon, all and in order.
const CANON: &str = "KJV";
/// The weight of a label's own words beside those of its topic's name, in hundredths.
const ENTRY_WEIGHT: u8 = 60;
/// The ordinal of each verse by its chapter's ordinal and its number.
type Canon = HashMap<(u16, u16), u16>;
/// A verse's chapter by its ordinal, its number, and its text.
type VerseLine = ((u16, u16), String);
/// How many stems one frame holds.
const STEMS_PER_FRAME: usize = 32;

/// Writes `meaning.rs` and the files that it embeds.
pub fn build(scripture: &Path, folder: &Path) -> Result<(), Failure> {
    let texts = &Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let canon = read_canon(scripture)?;
    let mut index = Index::default();
    for code in INDEXED {
        index.add_verses(&verses_of(scripture, code)?, &canon);
    }
    index.add_labels(&read(&scripture.join("labels.tsv"))?)?;
    index.add_names(&read(&texts.join("named_passages.tsv"))?, scripture, &canon)?;

    let mut output = Output {
        folder,
        items: String::new(),
    };
    index.write(&mut output)?;
    output.add_frames("SPANISH", &[read_spanish(texts)?])?;
    output.add_file("POPULARITY", &scripture.join("popularity.bin"))?;
    output.add_text("SAYINGS", &texts.join("sayings.txt"))?;
    output.add_text("WORDS", &texts.join("words.txt"))?;
    output.add_file("WORD_VECTORS", &texts.join("word_vectors.bin"))?;
    output.add_file("VERSE_VECTORS", &texts.join("verse_vectors.bin"))?;
    write(&folder.join("meaning.rs"), output.items.as_bytes())
}

/// The verses that a translation prints.
fn verses_of(scripture: &Path, code: &str) -> Result<Vec<VerseLine>, Failure> {
    let path = scripture.join(format!("{code}.verses"));
    let text = read(&path)?;
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let chapter = parts.next()?.parse().ok()?;
        let verse = parts.next()?.parse().ok()?;
        Some(((chapter, verse), parts.next()?.to_owned()))
    };
    let verses: Option<_> = text.lines().map(line).collect();
    verses.ok_or_else(|| format!("{} has an unreadable line", path.display()))
}

fn read_canon(scripture: &Path) -> Result<Canon, Failure> {
    let verses = verses_of(scripture, CANON)?;
    Ok((0..)
        .zip(verses)
        .map(|(ordinal, (id, _))| (id, ordinal))
        .collect())
}

/// The Spanish words of both files; the words chosen by hand precede those found by counting.
fn read_spanish(texts: &Path) -> Result<Vec<PackedSpanish>, Failure> {
    let mut all: BTreeMap<String, Vec<(String, u8)>> = BTreeMap::new();
    for file in ["spanish_lexicon.tsv", "spanish_words.tsv"] {
        for line in read(&texts.join(file))?.lines() {
            let unreadable = || format!("{file}: {line:?} is not a word and its meanings");
            let (word, meanings) = line.split_once('\t').ok_or_else(unreadable)?;
            let meanings = meanings.split(' ').map(|meaning| {
                let (word, weight) = meaning.split_once('=').unwrap_or((meaning, "100"));
                Some((word.to_owned(), weight.parse().ok()?))
            });
            let meanings: Option<_> = meanings.collect();
            all.insert(word.to_owned(), meanings.ok_or_else(unreadable)?);
        }
    }
    Ok(all.into_iter().collect())
}

/// The Rust items that embed the files of a folder.
struct Output<'a> {
    folder: &'a Path,
    items: String,
}

impl Output<'_> {
    fn add_frames<T: Serialize>(&mut self, name: &str, items: &[T]) -> Result<(), Failure> {
        let frames = self.embed(name, items)?;
        let _infallible = writeln!(self.items, "pub static {name}: ZstdFrames = {frames};");
        Ok(())
    }

    fn add_stems(&mut self, name: &str, stems: &[PackedStem]) -> Result<(), Failure> {
        let chunks: Vec<&[PackedStem]> = stems.chunks(STEMS_PER_FRAME).collect();
        let firsts = chunks.iter().filter_map(|chunk| chunk.first());
        let first_names: Vec<&str> = firsts.map(|stem| stem.stem.as_str()).collect();
        let frames = self.embed(name, &chunks)?;
        let _infallible = writeln!(
            self.items,
            "pub static {name}: SortedFrames = \
             SortedFrames {{ frames: {frames}, first_names: &{first_names:?} }};"
        );
        Ok(())
    }

    fn embed<T: Serialize>(&self, name: &str, items: &[T]) -> Result<String, Failure> {
        let encoded = items.iter().map(postcard::to_allocvec);
        let encoded: Result<Vec<_>, _> = encoded.collect();
        let encoded = encoded.map_err(|error| format!("encoding {name}: {error}"))?;
        embed(self.folder, name, &encoded, 0)
    }

    /// Embeds a file as it is.
    fn add_file(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let path = path.to_str().ok_or("a path that is not UTF-8")?;
        let _infallible = writeln!(
            self.items,
            "pub static {name}: &[u8] = include_bytes!({path:?});"
        );
        Ok(())
    }

    /// Embeds a file of text as it is.
    fn add_text(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let path = path.to_str().ok_or("a path that is not UTF-8")?;
        let _infallible = writeln!(
            self.items,
            "pub static {name}: &str = include_str!({path:?});"
        );
        Ok(())
    }
}

struct Label {
    source: LabelSource,
    /// Its stems with their weights in hundredths.
    stems: BTreeMap<String, u8>,
    passages: Vec<(u16, u16)>,
}

#[derive(Default)]
struct Index {
    verses: BTreeMap<String, BTreeMap<u16, u8>>,
    labels: Vec<Label>,
    /// The stem of each word seen so far: words repeat, and stemming is slow.
    stems: HashMap<String, String>,
}

impl Index {
    fn stem(&mut self, word: &str) -> String {
        let stem = self.stems.entry(word.to_owned());
        stem.or_insert_with(|| search_stem(word)).clone()
    }

    /// Adds the stems of a translation's verses with the weights of BM25 (`k1` 0.9, `b` 0.3) in
    /// hundredths. Of several translations the highest weight remains.
    fn add_verses(&mut self, verses: &[VerseLine], canon: &Canon) {
        let all: usize = verses.iter().map(|(_, text)| words(text).count()).sum();
        let average = all / verses.len().max(1);
        for (id, text) in verses {
            let Some(ordinal) = canon.get(id) else {
                continue;
            };
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for word in words(text) {
                *counts.entry(self.stem(word)).or_default() += 1;
            }
            let length: usize = counts.values().sum();
            for (stem, count) in counts {
                let weight =
                    19_000 * count * average / (100 * count * average + 63 * average + 27 * length);
                let weight = u8::try_from(weight).unwrap_or(u8::MAX);
                let weights = self.verses.entry(stem).or_default();
                let highest = weights.entry(*ordinal).or_default();
                *highest = weight.max(*highest);
            }
        }
    }

    /// Adds `source\tname\tentry\tfirst+following,…`.
    fn add_labels(&mut self, lines: &str) -> Result<(), Failure> {
        for line in lines.lines() {
            let unreadable = || format!("{line:?} is not a label");
            let parts: Vec<&str> = line.split('\t').collect();
            let [source, name, entry, passages] = parts[..] else {
                return Err(unreadable());
            };
            let source = match source {
                "topic" => LabelSource::Topic,
                "section" => LabelSource::Section,
                _ => return Err(unreadable()),
            };
            let passages = passages.split(',').map(|passage| {
                let (first, following) = passage.split_once('+')?;
                Some((first.parse().ok()?, following.parse().ok()?))
            });
            let passages: Option<_> = passages.collect();
            self.add_label(source, name, entry, passages.ok_or_else(unreadable)?);
        }
        Ok(())
    }

    /// Adds `MAT 6:9-13; LUK 11:1-4\tthe Lord's prayer; our Father in heaven`: passages, and names
    /// that each of them has.
    fn add_names(&mut self, lines: &str, scripture: &Path, canon: &Canon) -> Result<(), Failure> {
        let chapters = read_first_chapters(scripture)?;
        for line in lines.lines() {
            let unreadable = || format!("{line:?} is not a list of passages and their names");
            let (passages, names) = line.split_once('\t').ok_or_else(unreadable)?;
            let passages = passages.split("; ").map(|passage| {
                let (book, place) = passage.split_once(' ')?;
                let (chapter, verses) = place.split_once(':')?;
                let (first, last) = verses.split_once('-').unwrap_or((verses, verses));
                let chapter = chapters.get(book)? + chapter.parse::<u16>().ok()? - 1;
                let first = *canon.get(&(chapter, first.parse().ok()?))?;
                let last = *canon.get(&(chapter, last.parse().ok()?))?;
                Some((first, last.checked_sub(first)?))
            });
            let passages: Option<Vec<_>> = passages.collect();
            let passages = passages.ok_or_else(unreadable)?;
            for name in names.split(';') {
                self.add_label(LabelSource::Name, name, "", passages.clone());
            }
        }
        Ok(())
    }

    fn add_label(
        &mut self,
        source: LabelSource,
        name: &str,
        entry: &str,
        passages: Vec<(u16, u16)>,
    ) {
        let mut stems = BTreeMap::new();
        for (text, weight) in [(entry, ENTRY_WEIGHT), (name, 100)] {
            for word in words(text).filter(|word| !is_small(&plain(word))) {
                stems.insert(self.stem(word), weight);
            }
        }
        self.labels.push(Label {
            source,
            stems,
            passages,
        });
    }

    fn write(self, output: &mut Output<'_>) -> Result<(), Failure> {
        let count = |count: usize| u16::try_from(count).map_err(|_| "too many labels".to_owned());
        let (all_verses, all_labels) = (count(31_102)?, count(self.labels.len())?);
        let mut labels_of: BTreeMap<String, Vec<(u16, u8)>> = BTreeMap::new();
        for (number, label) in (0..).zip(&self.labels) {
            for (stem, weight) in &label.stems {
                let labels = labels_of.entry(stem.clone()).or_default();
                labels.push((number, *weight));
            }
        }
        let mut rarities: HashMap<String, f32> = HashMap::new();
        for (stem, labels) in &labels_of {
            rarities.insert(stem.clone(), rarity(count(labels.len())?, all_labels));
        }
        for (stem, verses) in &self.verses {
            rarities.insert(stem.clone(), rarity(count(verses.len())?, all_verses));
        }
        let packed = self.labels.into_iter().map(|label| {
            let mass = label.stems.iter().map(|(stem, weight)| {
                rarities.get(stem).copied().unwrap_or_default() * f32::from(*weight) / 100.0
            });
            PackedLabel {
                source: label.source,
                mass: mass.sum(),
                passages: label.passages,
            }
        });
        let packed: Vec<PackedLabel> = packed.collect();
        output.add_frames("LABELS", &[packed])?;

        let mut stems = self.verses;
        for stem in labels_of.keys() {
            stems.entry(stem.clone()).or_default();
        }
        let stems = stems.into_iter().map(|(stem, verses)| PackedStem {
            labels: distances(labels_of.remove(&stem).unwrap_or_default()),
            verses: distances(verses.into_iter().collect()),
            stem,
        });
        let stems: Vec<PackedStem> = stems.collect();
        output.add_stems("STEMS", &stems)
    }
}

/// Each number as its distance from the one before.
fn distances(mut numbers: Vec<(u16, u8)>) -> Vec<(u16, u8)> {
    let mut before = 0;
    for (number, _) in &mut numbers {
        (before, *number) = (*number, *number - before);
    }
    numbers
}

/// The ordinal of each book's first chapter.
fn read_first_chapters(scripture: &Path) -> Result<HashMap<String, u16>, Failure> {
    let text = read(&scripture.join("first_chapters.tsv"))?;
    let line = |line: &str| {
        let (book, first) = line.split_once('\t')?;
        Some((book.to_owned(), first.parse().ok()?))
    };
    let chapters: Option<_> = text.lines().map(line).collect();
    chapters.ok_or_else(|| "first_chapters.tsv has an unreadable line".to_owned())
}
