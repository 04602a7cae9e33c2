//! The words of one verse with the Hebrew or Greek words that they translate.

use std::collections::{BTreeMap, BTreeSet};

use super::function_words::{is_explained, is_small, main_words, may_be_function_word};
use super::lemmas::LemmaEvidence;
use super::matching::{Match, Original, Span, VerseWord, list_originals, match_words};
use crate::chapter::get_chapter;
use crate::reference::{Reference, VerseId};
use crate::selection::fold;
use crate::stem::words;
use crate::translation::TranslationCode;
use crate::works::lexicon::StrongsNumber;
use crate::works::renderings::{find_share, find_spanish_share, spanish_stem_number, stem_number};
use crate::works::word_links::{LinkedChapter, WordLink, get_linked_chapter};

/// The linked translations, the one that the dictionary was made for first.
const LINKED: [TranslationCode; 2] = [TranslationCode::Kjv, TranslationCode::Bsb];

/// The linked chapters that were read last: verses of one chapter share them.
#[derive(Default)]
pub(super) struct Chapters([Option<LinkedChapter>; 2]);

impl Chapters {
    /// The links of a verse in a linked translation, and how many words it has there.
    fn links(&mut self, index: usize, verse: VerseId) -> (Vec<WordLink>, usize) {
        let mut read = || {
            let translation = *LINKED.get(index)?;
            let printed = printed_verse(translation, verse)?;
            let kept = self.0.get_mut(index)?;
            let is_kept = |chapter: &LinkedChapter| {
                let kept = chapter.chapter();
                (kept.book().id, kept.number()) == (printed.book, printed.chapter)
            };
            if !kept.as_ref().is_some_and(is_kept) {
                *kept = get_linked_chapter(translation, printed.book, printed.chapter);
            }
            let chapter = kept.as_ref()?;
            let text = chapter.chapter().verse_text(printed.verse)?;
            let mut links = chapter.verse_links(printed.verse);
            links.retain(|link| !link.words.is_empty());
            Some((links, words(&text).count()))
        };
        read().unwrap_or_default()
    }
}

/// A verse in one translation.
pub(super) struct VerseMatch {
    /// Its words as printed.
    pub words: Vec<String>,
    /// The links of the verse in each linked translation.
    pub(super) links: [Vec<WordLink>; 2],
    /// Which of the linked translations it is in.
    own: Option<usize>,
    is_spanish: bool,
    originals: Vec<Original>,
    /// By the index of the word.
    matches: BTreeMap<usize, Vec<Match>>,
}

impl VerseMatch {
    /// `verse` has the canon's numbers.
    pub(super) fn new(
        chapters: &mut Chapters,
        translation: TranslationCode,
        verse: VerseId,
    ) -> Self {
        Self::linked_by(&LINKED, chapters, translation, verse)
    }

    /// A verse that only some of the linked translations explain.
    pub(super) fn linked_by(
        used: &[TranslationCode],
        chapters: &mut Chapters,
        translation: TranslationCode,
        verse: VerseId,
    ) -> Self {
        let text = printed_text(translation, verse);
        let words: Vec<String> = words(&text).map(str::to_owned).collect();
        let mut spans = Vec::new();
        let links = [0, 1].map(|index| {
            let is_used = LINKED
                .get(index)
                .is_some_and(|linked| used.contains(linked));
            let (links, count) = if is_used {
                chapters.links(index, verse)
            } else {
                (Vec::new(), 0)
            };
            let is_english = translation != TranslationCode::Srv;
            let spans_of = links.iter().map(|link| span(link, count, is_english));
            spans.push(spans_of.collect());
            links
        });
        let originals = list_originals(&spans);
        let matches = if translation == TranslationCode::Srv {
            match_spanish(&words, &originals)
        } else {
            match_all(&words, &originals)
        };
        Self {
            own: LINKED
                .iter()
                .position(|linked| *linked == translation && used.contains(linked)),
            is_spanish: translation == TranslationCode::Srv,
            words,
            links,
            originals,
            matches,
        }
    }

    /// The numbers of a word, the likeliest first, and how they were found.
    pub(super) fn numbers_at(&self, index: usize) -> (Vec<StrongsNumber>, LemmaEvidence) {
        let Some(word) = self.words.get(index).map(|word| fold(word)) else {
            return (Vec::new(), LemmaEvidence::Position);
        };
        if !self.is_spanish && !may_have_number(&word) {
            return (Vec::new(), LemmaEvidence::Position);
        }
        let own = self.own.and_then(|own| self.links.get(own));
        if let Some(link) = own.and_then(|links| link_at(links, index)) {
            let number = by_position(link, &word);
            if number.is_some() || may_be_function_word(&word) {
                return (number.into_iter().collect(), LemmaEvidence::Position);
            }
        }
        let found = self.matches.get(&index).map(Vec::as_slice);
        let found = found.unwrap_or_default();
        let is_same_word = found.first().is_some_and(|found| found.is_same_word);
        let numbers = found.iter().filter_map(|found| {
            let original = self.originals.get(found.original)?;
            StrongsNumber::from_slot(original.slot)
        });
        let numbers: Vec<StrongsNumber> = numbers.collect();
        if numbers.is_empty() {
            let name = self.by_name(index);
            return (name.into_iter().collect(), LemmaEvidence::Rendering);
        }
        let evidence = if is_same_word {
            LemmaEvidence::SameWord
        } else {
            LemmaEvidence::Rendering
        };
        (numbers, evidence)
    }

    /// The words by which each linked translation renders a number in this verse; empty where it does not, or by a function
    /// word beside it only (`ye` of `Repent ye`).
    pub(super) fn renderings(&self, number: StrongsNumber) -> [String; 2] {
        let words = |links: &Vec<WordLink>| {
            let mut links = links.iter();
            let link = links.find(|link| link.numbers().any(|other| other == number));
            let link = link.filter(|link| {
                let mut words = link.words.iter();
                words.any(|word| !is_small(&fold(word)))
            });
            link.map_or_else(String::new, |link| link.words.join(" "))
        };
        [words(&self.links[0]), words(&self.links[1])]
    }

    /// The number of a name that the linked translations spell otherwise: `Arpachshad`, `Arphaxad`.
    fn by_name(&self, index: usize) -> Option<StrongsNumber> {
        /// A shorter name would be like any other.
        const SHORTEST: usize = 4;
        let name = self.words.get(index)?;
        if index == 0 || !name.starts_with(char::is_uppercase) || name.len() < SHORTEST {
            return None;
        }
        let mut best: Option<(usize, StrongsNumber)> = None;
        for link in self.links.iter().flatten() {
            let [other] = link.words.as_slice() else {
                continue;
            };
            let is_name = other.starts_with(char::is_uppercase)
                && self.words.iter().all(|word| word != other);
            let distance = strsim::osa_distance(&fold(name), &fold(other));
            let is_near = distance * 3 <= name.len();
            if is_name && is_near && best.is_none_or(|(known, _)| distance < known) {
                best = Some((distance, link.number));
            }
        }
        best.map(|(_, number)| number)
    }
}

/// Whether dictionaries explain a word, in small letters without apostrophes.
pub(super) fn may_have_number(word: &str) -> bool {
    !is_pronoun_or_contraction(word) && !is_small(word)
}

/// Whether a word joins others, or may only do so.
pub(super) fn may_join(word: &str) -> bool {
    !may_have_number(word) || is_explained(word) || may_be_function_word(word)
}

/// Whether a word joins others in most sentences, so that only the same word of a linked translation
/// shows that it has a meaning of its own here: `will`, `art`, `only`.
fn needs_same_word(word: &str) -> bool {
    const AUXILIARIES: [&str; 7] = ["art", "can", "even", "may", "might", "very", "will"];
    is_explained(word) || AUXILIARIES.contains(&word)
}

/// Whether a word stands for others only: contractions and compounds of pronouns.
fn is_pronoun_or_contraction(word: &str) -> bool {
    PRONOUNS_AND_CONTRACTIONS
        .split(' ')
        .any(|other| other == word)
}

const PRONOUNS_AND_CONTRACTIONS: &str = "\
    anyone cant couldnt everyone hadnt hasnt havent mustnt oneself someone thereby therein thereon \
    thereunto wasnt werent whatever whatsoever whereby wherefore wherein whereof whereon whereunto \
    wherewith whoever whomever whoso whosoever wont wouldnt yes yourself yourselves";

/// The verse in a translation that prints it perhaps under another number.
pub(super) fn printed_text(translation: TranslationCode, verse: VerseId) -> String {
    let read = || {
        let verse = printed_verse(translation, verse)?;
        let chapter = get_chapter(translation, verse.book, verse.chapter).ok()?;
        chapter.verse_text(verse.verse)
    };
    read().unwrap_or_default()
}

/// The number under which a translation prints a verse of the canon.
pub(super) fn printed_verse(translation: TranslationCode, verse: VerseId) -> Option<VerseId> {
    let printed = Reference::between(verse, verse).printed_in(translation);
    let (book, chapter, verses) = printed.into_iter().next()?;
    let verse = *verses.start();
    Some(VerseId {
        book,
        chapter,
        verse,
    })
}

/// `has_stems`: whether the words may be those of the verse.
fn span(link: &WordLink, count: usize, has_stems: bool) -> Span {
    let words: Vec<&str> = link.words.iter().map(String::as_str).collect();
    let stems = main_words(&words, fold).into_iter().filter(|_| has_stems);
    let stems = stems.filter_map(|word| u32::try_from(stem_number(word)?).ok());
    Span {
        slots: link
            .numbers()
            .filter_map(|number| u16::try_from(number.slot()).ok())
            .collect(),
        stems: stems.collect(),
        is_small: words.iter().all(|word| is_small(&fold(word))),
        place: float(2 * link.first + link.words.len()) / 2.0 / float(count.max(1)),
    }
}

fn match_all(words: &[String], originals: &[Original]) -> BTreeMap<usize, Vec<Match>> {
    let to_match = words.iter().enumerate().filter_map(|(index, word)| {
        let folded = fold(word);
        if !may_have_number(&folded) {
            return None;
        }
        let needs_same_word = needs_same_word(&folded);
        verse_word(words, index, stem_number(word)?, needs_same_word)
    });
    let to_match: Vec<VerseWord> = to_match.collect();
    let matches = match_words(&to_match, originals, find_share);
    let indexes = to_match.iter().map(|word| word.index);
    indexes.zip(matches).collect()
}

/// No linked translation has the same words: the renderings that were learned decide.
fn match_spanish(words: &[String], originals: &[Original]) -> BTreeMap<usize, Vec<Match>> {
    let to_match = words.iter().enumerate();
    let to_match = to_match
        .filter_map(|(index, word)| verse_word(words, index, spanish_stem_number(word)?, false));
    let to_match: Vec<VerseWord> = to_match.collect();
    // The stems of the two tables have other numbers.
    let renders = |stem, slot| find_spanish_share(stem, slot);
    let matches = match_words(&to_match, originals, renders);
    let indexes = to_match.iter().map(|word| word.index);
    indexes.zip(matches).collect()
}

fn verse_word(
    words: &[String],
    index: usize,
    stem: usize,
    needs_same_word: bool,
) -> Option<VerseWord> {
    Some(VerseWord {
        index,
        stem: u32::try_from(stem).ok()?,
        place: (float(index) + 0.5) / float(words.len()),
        needs_same_word,
    })
}

/// The link of the word with this index.
fn link_at(links: &[WordLink], index: usize) -> Option<&WordLink> {
    let mut links = links.iter();
    links.find(|link| (link.first..link.first + link.words.len()).contains(&index))
}

/// The number of a word's link; `None` if the word only joins the link's main words.
fn by_position(link: &WordLink, word: &str) -> Option<StrongsNumber> {
    let all: Vec<&str> = link.words.iter().map(String::as_str).collect();
    let main: BTreeSet<String> = main_words(&all, fold).into_iter().map(fold).collect();
    if !main.contains(word) {
        return None;
    }
    let stem = u32::try_from(stem_number(word)?).ok();
    let part = |number: &StrongsNumber| {
        let slot = u16::try_from(number.slot()).ok()?;
        Some(find_share(stem?, slot)?.part)
    };
    // Of several numbers the main one, unless another is rendered by the word more often.
    let mut best = (link.number, part(&link.number).unwrap_or_default());
    for number in &link.others {
        let part = part(number).unwrap_or_default();
        if main.len() > 1 && part > best.1 {
            best = (*number, part);
        }
    }
    Some(best.0)
}

fn float(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}
