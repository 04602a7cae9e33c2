//! Matches the words of a verse with the Hebrew and Greek words behind it, for a translation that is not linked.
//!
//! A word that a linked translation has too, at about the same place, has its number. Any other word gets the number that
//! is rendered by it most often. Every number is given once, so that two words of a verse do not share one by chance; only
//! neighbours may: `only born`, `loving kindness`.
//!
//! The build script compiles this file too: it counts which words and numbers are left, and so learns how a translation
//! renders what the linked ones render otherwise.

/// Words of a linked translation with one or more numbers.
pub struct Span {
    /// The slots of the numbers, the main one first.
    pub slots: Vec<u16>,
    /// The stems of the words, function words left out where there are others.
    pub stems: Vec<u32>,
    /// Whether they are function words only.
    pub is_small: bool,
    /// Their place in the verse: 0 is its beginning and 1 its end.
    pub place: f32,
}

/// A Hebrew or Greek word behind a verse, once for each occurrence.
pub struct Original {
    /// The slot of its number.
    pub slot: u16,
    /// How the linked translations render it.
    renderings: Vec<Rendering>,
}

struct Rendering {
    translation: usize,
    stems: Vec<u32>,
    is_small: bool,
    place: f32,
    is_main: bool,
}

impl Original {
    /// Whether the linked translations have function words for it only: a pronoun, a conjunction.
    pub fn is_small(&self) -> bool {
        self.renderings.iter().all(|rendering| rendering.is_small)
    }
}

/// A word that is to be matched.
#[derive(Clone, Copy)]
pub struct VerseWord {
    /// How many words of the verse are before it.
    pub index: usize,
    /// Its stem.
    pub stem: u32,
    /// Its place in the verse, as that of a [`Span`].
    pub place: f32,
    /// Whether only the same word of a linked translation counts, as for function words.
    pub needs_same_word: bool,
}

/// How often a number is rendered by a word.
#[derive(Clone, Copy)]
pub struct Share {
    /// The part of its occurrences.
    pub part: f32,
    /// Whether it was learned from left words, and not counted in a linked translation.
    pub is_learned: bool,
}

/// An original that a word may translate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The index of the original.
    pub original: usize,
    /// Whether a linked translation has the same word for it.
    pub is_same_word: bool,
    score: f32,
    /// The part of its occurrences that the word renders.
    part: f32,
}

/// The least score of a word that a linked translation has too.
const SAME_WORD: f32 = 10.0;
/// The least part of a rendering that counts for a word that a linked translation has elsewhere in the verse.
const USUAL: f32 = 0.05;
/// Candidates within this distance of the best one are as likely.
const MARGIN: f32 = 0.4;

/// The originals of a verse by the spans of its linked translations: the first occurrence of a number in one is the first in
/// the other.
pub fn list_originals(translations: &[Vec<Span>]) -> Vec<Original> {
    let mut originals: Vec<Original> = Vec::new();
    for (translation, spans) in translations.iter().enumerate() {
        for span in spans {
            for (index, slot) in span.slots.iter().enumerate() {
                let rendering = Rendering {
                    translation,
                    stems: span.stems.clone(),
                    is_small: span.is_small,
                    place: span.place,
                    is_main: index == 0,
                };
                let is_new = |original: &&mut Original| {
                    let mut known = original.renderings.iter();
                    original.slot == *slot && !known.any(|known| known.translation == translation)
                };
                match originals.iter_mut().find(is_new) {
                    Some(original) => original.renderings.push(rendering),
                    None => originals.push(Original {
                        slot: *slot,
                        renderings: vec![rendering],
                    }),
                }
            }
        }
    }
    originals
}

/// For each word its originals, the likeliest first; several only if they are as likely as each other.
pub fn match_words(
    words: &[VerseWord],
    originals: &[Original],
    share: impl Fn(u32, u16) -> Option<Share>,
) -> Vec<Vec<Match>> {
    let mut candidates: Vec<(usize, Match)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let found = originals.iter().enumerate();
        let found = found.filter_map(|(index, original)| rate(*word, index, original, &share));
        candidates.extend(found.map(|found| (at, found)));
    }
    candidates.sort_by(|(_, one), (_, other)| other.score.total_cmp(&one.score));
    let mut chosen: Vec<Option<Match>> = vec![None; words.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); originals.len()];
    let has_same_word = |at: usize| {
        let mut others = candidates.iter();
        others.any(|(other, found)| *other == at && found.is_same_word)
    };
    // First every original once; then the words of which a verse has more than the linked translations.
    for is_repeated in [false, true] {
        for (at, candidate) in &candidates {
            let (Some(word), Some(choice)) = (words.get(*at), chosen.get_mut(*at)) else {
                continue;
            };
            let Some(users) = users.get_mut(candidate.original) else {
                continue;
            };
            let is_neighbour = users.iter().any(|user| user.abs_diff(word.index) <= 2);
            let is_free = users.is_empty() || is_neighbour;
            let is_likely = candidate.is_same_word
                || is_repeated
                || candidate.part >= USUAL
                || !has_same_word(*at);
            if choice.is_none() && is_likely && (is_free || is_repeated && candidate.is_same_word) {
                *choice = Some(*candidate);
                users.push(word.index);
            }
        }
    }
    let with_rivals = chosen.iter().enumerate().map(|(at, choice)| {
        let Some(choice) = choice else {
            return Vec::new();
        };
        let of_word = candidates.iter().filter(|(other, _)| *other == at);
        let rivals = of_word.map(|(_, rival)| *rival).filter(|rival| {
            let is_used = users
                .get(rival.original)
                .is_some_and(|users| !users.is_empty());
            let pair = originals
                .get(choice.original)
                .zip(originals.get(rival.original));
            !is_used
                && rival.is_same_word == choice.is_same_word
                && choice.score - rival.score < MARGIN
                && pair
                    .is_some_and(|(one, other)| one.slot != other.slot && shares_work(one, other))
        });
        std::iter::once(*choice).chain(rivals).collect()
    });
    with_rivals.collect()
}

/// Whether one linked translation has both. Where each has another, they number one word differently.
fn shares_work(one: &Original, other: &Original) -> bool {
    let mut of_one = one.renderings.iter();
    of_one.any(|rendering| {
        let mut of_other = other.renderings.iter();
        of_other.any(|other| other.translation == rendering.translation)
    })
}

/// The match of a pair; `None` for a word that does not render the original.
fn rate(
    word: VerseWord,
    index: usize,
    original: &Original,
    share: impl Fn(u32, u16) -> Option<Share>,
) -> Option<Match> {
    /// What one linked translation adds that has the same word. The first, whose numbers the dictionary was made for, adds a
    /// little more.
    const TRANSLATION: f32 = 5.0;
    const FIRST: f32 = 0.5;
    const MAIN: f32 = 1.0;
    /// The least share that is no chance.
    const RAREST: f32 = 0.004;
    let distances = original.renderings.iter();
    let distances = distances.map(|rendering| (rendering.place - word.place).abs());
    let distance = distances.fold(1.0, f32::min);
    let mut same = 0.0;
    for rendering in &original.renderings {
        if rendering.stems.contains(&word.stem) {
            same += TRANSLATION;
            same += if rendering.translation == 0 {
                FIRST
            } else {
                0.0
            };
            same += if rendering.is_main { MAIN } else { 0.0 };
        }
    }
    let share = share(word.stem, original.slot);
    let part = share.map_or(0.0, |share| share.part);
    let found = |score, is_same_word| Match {
        original: index,
        is_same_word,
        score,
        part,
    };
    if same > 0.0 {
        let gain = (2.0 * part).min(2.0);
        return Some(found(SAME_WORD + same + gain - 4.0 * distance, true));
    }
    let share =
        share.filter(|_| part >= RAREST && !word.needs_same_word && !original.is_small())?;
    let base = if share.is_learned { 4.0 } else { 5.0 };
    Some(found(base + part.log10() - 3.0 * distance, false))
}
