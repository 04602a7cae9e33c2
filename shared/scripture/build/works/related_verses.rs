//! Links between verses in both directions, each with a score: how closely the two are related.
//!
//! The formula was chosen on known pairs (`src/works/tests/related.txt`), which were written down before.

use std::collections::{BTreeSet, HashMap};

use super::function_words::{is_function_word, may_be_function_word};
use super::works_format::{PackedRelation, PackedRelations};
use crate::Failure;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::stem::{plain, stem, words};

/// The ends of ranges are lost in the source: a reference to a range that ends at a verse begins at most this many verses
/// before it.
const LOST: u16 = 3;
/// How much a verse's fame counts: the logarithm of how many verses refer to it.
const FAME: f64 = 0.5;
/// How much two verses of the same words count, and two with no word in common not at all.
const WORDS: f64 = 5.0;
/// How much a link between the Old and the New Testament counts: it is a quotation, a type or a fulfilment.
const TESTAMENTS: f64 = 2.0;
/// How much less a link within a chapter counts: a reader of the passage has its chapter at hand.
const CHAPTER: f64 = 2.0;
/// The parts of a whole number in a packed score.
const PARTS: f64 = 25.0;
/// How many verses the Old Testament has.
const OLD_TESTAMENT: u16 = 23_145;

/// What a score needs of the verses, by their ordinals.
struct Verses {
    /// The ordinal of each verse's chapter.
    chapters: Vec<usize>,
    /// The rare words of each verse, as numbers.
    words: Vec<BTreeSet<usize>>,
    /// How rare each word is.
    rarity: Vec<f64>,
    /// The sum of the rarities of each verse's words.
    weights: Vec<f64>,
}

pub fn build(
    references: &HashMap<u16, Vec<u16>>,
    kjv: &[PackedChapter],
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let verses = Verses::read(kjv);
    let count = verses.chapters.len();
    let mut linked: Vec<BTreeSet<u16>> = vec![BTreeSet::new(); count];
    let mut fame = vec![0_u32; count];
    for (from, targets) in references {
        for to in targets {
            let (from, to) = (*from, *to);
            *fame.get_mut(usize::from(to)).ok_or("no such verse")? += 1;
            for (one, other) in [(from, to), (to, from)] {
                let list = linked.get_mut(usize::from(one)).ok_or("no such verse")?;
                list.insert(other);
            }
        }
    }
    let mut chapters: Vec<PackedRelations> = Vec::new();
    chapters.resize_with(kjv.len(), Vec::new);
    for (verse, others) in (0..).zip(&linked) {
        let mut before = 0;
        let mut relations = Vec::with_capacity(others.len());
        for other in others {
            let fame = fame.get(usize::from(*other)).copied().unwrap_or_default();
            relations.push(PackedRelation {
                distance: other - before,
                mutual: verses.are_mutual(references, verse, *other),
                score: verses.score(verse, *other, fame),
            });
            before = *other;
        }
        let chapter = verses.chapters.get(usize::from(verse)).copied();
        let chapter = chapter.and_then(|chapter| chapters.get_mut(chapter));
        chapter.ok_or("no such chapter")?.push(relations);
    }
    output.add_frames("RELATED_VERSES", &chapters, 0)
}

impl Verses {
    /// Reads the words of the King James Version, which has every verse of the canon under its number.
    fn read(kjv: &[PackedChapter]) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        // Words repeat, and stemming is slow.
        let mut known: HashMap<String, Option<usize>> = HashMap::new();
        let mut verses = Self {
            chapters: Vec::new(),
            words: Vec::new(),
            rarity: Vec::new(),
            weights: Vec::new(),
        };
        let mut verses_with: Vec<f64> = Vec::new();
        for (chapter, packed) in kjv.iter().enumerate() {
            let mut texts: Vec<(u16, String)> = Vec::new();
            for (number, text) in packed.texts() {
                match texts.last_mut() {
                    Some((last, words)) if *last == number => words.push_str(text),
                    _ => texts.push((number, text.to_owned())),
                }
            }
            for (_, text) in texts {
                let number = |word: &str| {
                    *known.entry(word.to_owned()).or_insert_with(|| {
                        let plain = plain(word);
                        let is_small = plain.len() < 3
                            || is_function_word(&plain)
                            || may_be_function_word(&plain);
                        let next = numbers.len();
                        (!is_small).then(|| *numbers.entry(stem(word)).or_insert(next))
                    })
                };
                let words: BTreeSet<usize> = words(&text).filter_map(number).collect();
                verses_with.resize(numbers.len(), 0.0);
                for word in &words {
                    if let Some(count) = verses_with.get_mut(*word) {
                        *count += 1.0;
                    }
                }
                verses.chapters.push(chapter);
                verses.words.push(words);
            }
        }
        let count = f64::from(u32::try_from(verses.chapters.len()).unwrap_or(u32::MAX));
        verses.rarity = verses_with.iter().map(|with| (count / with).ln()).collect();
        let weights: Vec<f64> = verses
            .words
            .iter()
            .map(|words| verses.weight(words))
            .collect();
        verses.weights = weights;
        verses
    }

    fn weight<'a>(&self, words: impl IntoIterator<Item = &'a usize>) -> f64 {
        let rarities = words.into_iter().filter_map(|word| self.rarity.get(*word));
        rarities.sum()
    }

    /// Whether each of two verses refers to the other, or to a range that may contain it.
    fn are_mutual(&self, references: &HashMap<u16, Vec<u16>>, one: u16, other: u16) -> bool {
        let refers = |from: u16, to: u16| {
            let targets = references.get(&from).map_or(&[][..], Vec::as_slice);
            let near = targets.iter().filter(|target| {
                (to.saturating_sub(LOST)..=to).contains(*target) && self.share_chapter(**target, to)
            });
            // The verse itself, or the beginning of a range.
            (near.clone().any(|target| *target == to), near.count() > 0)
        };
        let (there, near_there) = refers(one, other);
        let (back, near_back) = refers(other, one);
        there && near_back || back && near_there
    }

    fn share_chapter(&self, one: u16, other: u16) -> bool {
        self.chapters.get(usize::from(one)) == self.chapters.get(usize::from(other))
    }

    fn score(&self, from: u16, to: u16, fame: u32) -> u8 {
        let (from_index, to_index) = (usize::from(from), usize::from(to));
        let shared = match (self.words.get(from_index), self.words.get(to_index)) {
            (Some(one), Some(other)) => self.weight(one.intersection(other)),
            _ => 0.0,
        };
        let weights = self.weights.get(from_index).zip(self.weights.get(to_index));
        let (one, other) = weights.unwrap_or((&1.0, &1.0));
        let likeness = shared / (one * other).sqrt().max(f64::MIN_POSITIVE);
        let crosses = (from < OLD_TESTAMENT) != (to < OLD_TESTAMENT);
        let testaments = if crosses { TESTAMENTS } else { 0.0 };
        let chapter = if self.share_chapter(from, to) {
            CHAPTER
        } else {
            0.0
        };
        let score = FAME * f64::from(fame).ln_1p() + WORDS * likeness + testaments - chapter;
        whole(score * PARTS)
    }
}

/// The nearest whole number of the type.
fn whole(number: f64) -> u8 {
    let mut whole = 0;
    for bit in [128, 64, 32, 16, 8, 4, 2, 1] {
        if f64::from(whole | bit) <= number + 0.5 {
            whole |= bit;
        }
    }
    whole
}
