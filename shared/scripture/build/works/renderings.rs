//! By which words each number is rendered: counted in the linked translations, and learned from the words of the others
//! that stay without a number. And for readers: how often the King James Version renders a word by which words.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::function_words::{is_function_word, is_small, main_words, may_be_function_word};
use super::lexicon::Lexicon;
use super::matching::{Share, Span, VerseWord, list_originals, match_words};
use super::word_links::{LinkedWords, VerseLinks};
use super::works_format::{
    GREEK_SLOTS, HEBREW_SLOTS, PackedPhrases, PackedRendering, PackedRenderings, SLOTS_PER_FRAME,
};
use crate::Failure;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::source::each_line;
use crate::stem::{plain, stem, words};

/// How many stems of words there are, each with a number.
#[derive(Default)]
struct Stems {
    numbers: HashMap<String, u32>,
    of_words: HashMap<String, u32>,
}

impl Stems {
    /// The number of a word's stem.
    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.of_words.get(word) {
            return *number;
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(stem(word)).or_insert(next);
        self.of_words.insert(word.to_owned(), number);
        number
    }
}

/// Shares by stem and slot.
#[derive(Default)]
struct Shares(HashMap<u32, HashMap<u16, Share>>);

impl Shares {
    fn find(&self, stem: u32, slot: u16) -> Option<Share> {
        self.0.get(&stem)?.get(&slot).copied()
    }

    /// Adds a share, unless a larger one is known.
    fn add(&mut self, stem: u32, slot: u16, part: f32) {
        let of_stem = self.0.entry(stem).or_default();
        let known = of_stem.entry(slot).or_insert(Share {
            part,
            is_learned: false,
        });
        known.part = known.part.max(part);
    }
}

/// `glosses`: slots with a gloss of their words in the original texts, and the part of the words that have it. `linked`: the links of the King James Version and of the Berean Standard Bible. `others`: the translations that are not
/// linked.
pub fn build(
    linked: &[VerseLinks; 2],
    others: &[&[PackedChapter]],
    lexicon: &Lexicon,
    glosses: &[(u16, String, f32)],
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut stems = Stems::default();
    let mut shares = count(linked, &mut stems);
    add_glosses(glosses, &mut stems, &mut shares);
    add_dictionary(lexicon, &mut stems, &mut shares);
    let learned = learn(linked, others, &mut stems, &shares);
    for (stem, slot, part) in learned {
        let of_stem = shares.0.entry(stem).or_default();
        of_stem.entry(slot).or_insert(Share {
            part,
            is_learned: true,
        });
    }
    let mut packed: PackedRenderings<'_> = Vec::new();
    for (stem, number) in &stems.numbers {
        let of_stem = shares.0.get(number).into_iter().flatten();
        let mut renderings: Vec<PackedRendering> = of_stem
            .map(|(slot, share)| PackedRendering {
                slot: *slot,
                part: packed_part(share.part),
                is_learned: share.is_learned,
            })
            .collect();
        renderings.sort_by_key(|rendering| rendering.slot);
        if !renderings.is_empty() {
            packed.push((stem, renderings));
        }
    }
    packed.sort_by_key(|(stem, _)| *stem);
    output.add_frames("RENDERINGS", &[packed], 0)?;
    let [kjv, _] = linked;
    let phrases = phrases(kjv);
    let frames: Vec<PackedPhrases> = phrases.chunks(SLOTS_PER_FRAME).map(<[_]>::to_vec).collect();
    output.add_frames("KJV_RENDERINGS", &frames, 0)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StemLine {
    stem: String,
    renders: Vec<(String, f32)>,
}

/// By which words of the Reina-Valera 1909 each number is rendered, as it was learned from all verses.
pub fn build_spanish(
    path: &Path,
    lexicon: &Lexicon,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut lines: Vec<StemLine> = Vec::new();
    each_line(path, |line: StemLine| {
        lines.push(line);
        Ok(())
    })?;
    let mut packed: PackedRenderings<'_> = Vec::new();
    for line in &lines {
        let mut renderings = Vec::new();
        for (number, part) in &line.renders {
            renderings.push(PackedRendering {
                slot: lexicon.find(number)?,
                part: packed_part(*part),
                is_learned: true,
            });
        }
        renderings.sort_by_key(|rendering| rendering.slot);
        packed.push((&line.stem, renderings));
    }
    packed.sort_by_key(|(stem, _)| *stem);
    output.add_frames("SPANISH_RENDERINGS", &[packed], 0)
}

/// A part in ten-thousandths, at least one.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the part is between 0 and 1"
)]
fn packed_part(part: f32) -> u16 {
    (part.clamp(0.0001, 1.0) * 10_000.0).round() as u16
}

/// The words that carry the meaning.
fn content(linked: &LinkedWords) -> Vec<&str> {
    let words: Vec<&str> = linked.words.iter().map(String::as_str).collect();
    main_words(&words, plain)
}

fn count(linked: &[VerseLinks; 2], stems: &mut Stems) -> Shares {
    let mut times: HashMap<u16, f32> = HashMap::new();
    let mut together: HashMap<u32, HashMap<u16, f32>> = HashMap::new();
    for words in linked.iter().flat_map(BTreeMap::values).flatten() {
        let of_words: BTreeSet<u32> = content(words)
            .into_iter()
            .map(|word| stems.number(word))
            .collect();
        let share = 1.0 / float(words.slots.len());
        for slot in &words.slots {
            *times.entry(*slot).or_default() += 1.0;
            for stem in &of_words {
                *together.entry(*stem).or_default().entry(*slot).or_default() += share;
            }
        }
    }
    let part = |(slot, count): (u16, f32)| {
        let part = count / times.get(&slot).copied().unwrap_or(1.0);
        let is_learned = false;
        (slot, Share { part, is_learned })
    };
    let parts = together
        .into_iter()
        .map(|(stem, counts)| (stem, counts.into_iter().map(part).collect()));
    Shares(parts.collect())
}

/// Adds the words of glosses that no linked translation has.
fn add_glosses(glosses: &[(u16, String, f32)], stems: &mut Stems, shares: &mut Shares) {
    for (slot, gloss, part) in glosses {
        let all: Vec<&str> = words(gloss).collect();
        for word in main_words(&all, plain) {
            shares.add(stems.number(word), *slot, *part);
        }
    }
}

/// Adds the words of the dictionary's renderings and definitions, as rare ones.
fn add_dictionary(lexicon: &Lexicon, stems: &mut Stems, shares: &mut Shares) {
    const RENDERED: f32 = 0.01;
    const DEFINED: f32 = 0.005;
    for (slot, entry) in (0..).zip(lexicon.slots()) {
        let Some(entry) = entry else {
            continue;
        };
        let renderings = entry.renderings.iter().flat_map(|text| whole_words(text));
        let glosses = entry.glosses.iter().flat_map(|gloss| words(gloss));
        let defined = entry.definition.iter().flat_map(|text| words(text));
        let rendered = renderings.chain(glosses).map(|word| (word, RENDERED));
        for (word, part) in rendered.chain(defined.map(|word| (word, DEFINED))) {
            let plain = plain(word);
            if word.len() > 2 && !is_function_word(&plain) && !may_be_function_word(&plain) {
                shares.add(stems.number(word), slot, part);
            }
        }
    }
}

/// The whole words of Strong's shorthand: `love` of `(be-)love(-ed)`, and both of `(loving-) kindness`.
fn whole_words(renderings: &str) -> impl Iterator<Item = &str> {
    words(renderings).filter(move |word| {
        let start = word.as_ptr().addr() - renderings.as_ptr().addr();
        let before = renderings.get(..start);
        !before.is_some_and(|before| before.ends_with('-'))
    })
}

/// Which left words often stand in verses with which left numbers.
fn learn(
    linked: &[VerseLinks; 2],
    others: &[&[PackedChapter]],
    stems: &mut Stems,
    shares: &Shares,
) -> Vec<(u32, u16, f32)> {
    let mut left = Left::default();
    let chapters = others.iter().map(|chapters| chapters.len()).max();
    for chapter in 0..chapters.unwrap_or(0) {
        let mut verses: BTreeMap<u16, (BTreeSet<u32>, BTreeSet<u16>)> = BTreeMap::new();
        for chapters in others {
            let Some(packed) = chapters.get(chapter) else {
                continue;
            };
            let mut texts: BTreeMap<u16, String> = BTreeMap::new();
            for (verse, text) in packed.texts() {
                texts.entry(verse).or_default().push_str(text);
            }
            for (verse, text) in texts {
                let spans = spans(linked, (chapter, verse), stems);
                let (words, slots) = left_of(&text, &spans, stems, shares);
                let of_verse = verses.entry(verse).or_default();
                of_verse.0.extend(words);
                of_verse.1.extend(slots);
            }
        }
        for (words, slots) in verses.values() {
            left.add(words, slots);
        }
    }
    left.associations()
}

/// The spans of a verse in each linked translation.
fn spans(linked: &[VerseLinks; 2], verse: (usize, u16), stems: &mut Stems) -> Vec<Vec<Span>> {
    let mut span = |words: &LinkedWords| Span {
        slots: words.slots.clone(),
        stems: content(words)
            .into_iter()
            .map(|word| stems.number(word))
            .collect(),
        is_small: words.words.iter().all(|word| is_small(&plain(word))),
        place: words.place,
    };
    linked
        .iter()
        .map(|links| {
            let links = links.get(&verse).into_iter().flatten();
            links.map(&mut span).collect()
        })
        .collect()
}

/// The content words of a verse that match no number, and the numbers that match no word.
fn left_of(
    text: &str,
    spans: &[Vec<Span>],
    stems: &mut Stems,
    shares: &Shares,
) -> (Vec<u32>, Vec<u16>) {
    let all: Vec<&str> = words(text).collect();
    let count = float(all.len());
    let content = all.iter().enumerate().filter(|(_, word)| {
        let plain = plain(word);
        !is_function_word(&plain) && !may_be_function_word(&plain)
    });
    let content: Vec<VerseWord> = content
        .map(|(index, word)| VerseWord {
            index,
            stem: stems.number(word),
            place: (float(index) + 0.5) / count,
            needs_same_word: false,
        })
        .collect();
    let originals = list_originals(spans);
    let matches = match_words(&content, &originals, |stem, slot| shares.find(stem, slot));
    let used: BTreeSet<usize> = matches
        .iter()
        .flatten()
        .map(|found| found.original)
        .collect();
    let words = content.iter().zip(&matches);
    let words = words.filter(|(_, matches)| matches.is_empty());
    let slots = originals.iter().enumerate();
    let slots = slots.filter(|(index, original)| !used.contains(index) && !original.is_small());
    (
        words.map(|(word, _)| word.stem).collect(),
        slots.map(|(_, original)| original.slot).collect(),
    )
}

/// In how many verses words and numbers are left.
#[derive(Default)]
struct Left {
    verses: f32,
    words: HashMap<u32, f32>,
    slots: HashMap<u16, f32>,
    together: HashMap<(u32, u16), f32>,
}

impl Left {
    fn add(&mut self, words: &BTreeSet<u32>, slots: &BTreeSet<u16>) {
        self.verses += 1.0;
        for slot in slots {
            *self.slots.entry(*slot).or_default() += 1.0;
        }
        for word in words {
            *self.words.entry(*word).or_default() += 1.0;
            for slot in slots {
                *self.together.entry((*word, *slot)).or_default() += 1.0;
            }
        }
    }

    /// The pairs that chance does not explain, with the part of the word's verses that have the number.
    fn associations(self) -> Vec<(u32, u16, f32)> {
        /// Fewer verses are chance.
        const FEWEST: f32 = 2.0;
        let mut found: Vec<(u32, u16, f32, f32)> = Vec::new();
        let mut best: HashMap<u32, f32> = HashMap::new();
        for ((word, slot), together) in self.together {
            let of_word = self.words.get(&word).copied().unwrap_or(1.0);
            let of_slot = self.slots.get(&slot).copied().unwrap_or(1.0);
            let expected = of_word * of_slot / self.verses;
            let part = together / of_word;
            let lift = together / expected;
            let is_sure = together > FEWEST && part >= 0.08 && lift > 5.0
                || together > FEWEST && part >= 0.03 && lift > 50.0
                || together >= FEWEST && part >= 0.5 && lift > 50.0;
            if is_sure {
                found.push((word, slot, part, lift));
                let best = best.entry(word).or_default();
                *best = best.max(part);
            }
        }
        // A number that is left beside another one by its grammar is left less often.
        found.retain(|(word, _, part, lift)| {
            *lift > 50.0 || best.get(word).is_some_and(|best| *part >= best * 0.8)
        });
        let found = found.into_iter();
        found
            .map(|(word, slot, part, _)| (word, slot, part))
            .collect()
    }
}

/// By which words each slot is rendered and how often, the commonest first, without the function words around them and
/// without renderings rarer than two in a hundred.
fn phrases(kjv: &VerseLinks) -> Vec<Vec<(String, u32)>> {
    /// The most renderings that are listed.
    const MOST: usize = 8;
    /// Words by their stems: how often they are written in each way.
    type Counts = BTreeMap<Vec<String>, BTreeMap<String, u32>>;
    let mut of_slots: Vec<Counts> = Vec::new();
    of_slots.resize_with(usize::from(HEBREW_SLOTS + GREEK_SLOTS), Counts::default);
    let mut stems: HashMap<String, String> = HashMap::new();
    for words in kjv.values().flatten() {
        let of_slot = words.slots.first().map(|slot| usize::from(*slot));
        let Some(counts) = of_slot.and_then(|slot| of_slots.get_mut(slot)) else {
            continue;
        };
        let range = content_range(&words.words);
        let (first, last) = range.unwrap_or((0, words.words.len().saturating_sub(1)));
        let phrase = words.words.get(first..=last).unwrap_or_default();
        let key = phrase.iter().map(|word| {
            let stem_of = || stem(word);
            stems.entry(word.clone()).or_insert_with(stem_of).clone()
        });
        let written = counts.entry(key.collect()).or_default();
        *written.entry(phrase.join(" ")).or_default() += 1;
    }
    of_slots
        .into_iter()
        .map(|counts| {
            let mut renderings: Vec<(String, u32)> = counts
                .into_values()
                .filter_map(|written| {
                    let times = written.values().sum();
                    let commonest = written.into_iter().max_by_key(|(_, times)| *times);
                    Some((commonest?.0, times))
                })
                .collect();
            renderings.sort_by(|(one, times), (other, more)| more.cmp(times).then(one.cmp(other)));
            let is_content = |(words, _): &(String, u32)| {
                let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
                content_range(&words).is_some()
            };
            if renderings.iter().any(is_content) {
                renderings.retain(is_content);
            }
            let all: u32 = renderings.iter().map(|(_, times)| *times).sum();
            renderings.retain(|(_, times)| times * 50 >= all);
            renderings.truncate(MOST);
            renderings
        })
        .collect()
}

/// The first and the last word that may have a meaning of its own, auxiliaries left out; `None` if there is none.
fn content_range(words: &[String]) -> Option<(usize, usize)> {
    let plain: Vec<String> = words.iter().map(|word| plain(word)).collect();
    let ends = |is_content: &dyn Fn(&str) -> bool| {
        let first = plain.iter().position(|word| is_content(word))?;
        let last = plain.iter().rposition(|word| is_content(word))?;
        Some((first, last))
    };
    let is_main = |word: &str| !is_small(word) && !may_be_function_word(word);
    ends(&is_main).or_else(|| ends(&|word| !is_small(word)))
}

fn float(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
