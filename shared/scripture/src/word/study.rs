//! Collects what the works say about a word in its verse.

use super::notes::{NoteOnWord, list_notes};
use super::{Lemma, LemmaEvidence, LemmaLookup, WordInVerse, find_word};
use crate::chapter::get_chapter;
use crate::reference::{Reference, VerseId};
use crate::selection::fold;
use crate::stem::{stem, words};
use crate::translation::TranslationCode;
use crate::works::concordance::list_occurrences;
use crate::works::cross_references::list_cross_references;
use crate::works::glossary::{Term, find_term};
use crate::works::headwords::{Headword, find_headword, find_written};
use crate::works::lexicon::{Entry, Language, StrongsNumber, find_entry};
use crate::works::renderings::{find_usual_originals, list_kjv_renderings};
use crate::works::search::search_topics;
use crate::works::topic_subjects::{Subject, find_subjects};
use crate::works::topics::{Topic, find_topic};
use crate::works::word_links::list_word_links;

/// How many verses are quoted per lemma.
const EXAMPLES: usize = 3;
/// The longest verse that is quoted, in bytes.
const LONGEST_EXAMPLE: usize = 240;

/// Everything the works say about a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordStudy {
    /// The word and its lemmas.
    pub found: WordInVerse,
    /// The glossary's term.
    pub term: Option<Term>,
    /// Its lemmas with their entries, the likeliest first.
    pub lemmas: Vec<LemmaStudy>,
    /// For a word without lemmas in its verse, those that it translates most often in the whole Bible, or the one that is
    /// written so; at most one Hebrew and one Greek.
    pub usual_lemmas: Vec<LemmaStudy>,
    /// The topic with this name.
    pub topic: Option<Topic>,
    /// The person, place or thing of the topical Bible: of several of its name the one nearest to the verse, or all that the
    /// verse may name.
    pub subjects: Vec<Subject>,
    /// The translation's notes on the word.
    pub notes: Vec<NoteOnWord>,
}

/// A lemma with its entry and its occurrences.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LemmaStudy {
    /// The lemma and how it was found.
    pub lemma: Lemma,
    /// The lexicon's entry.
    pub entry: Entry,
    /// Its gloss and its counts in the original texts.
    pub headword: Option<Headword>,
    /// The words by which the King James Version renders it and how often, the commonest first.
    pub kjv_renderings: Vec<(String, u32)>,
    /// The entries that its derivation names, in that order.
    pub related: Vec<Entry>,
    /// How many times the King James Version has it.
    pub times: usize,
    /// How many verses have it.
    pub verses: usize,
    /// Some other verses that have it.
    pub examples: Vec<Example>,
}

/// A verse of the King James Version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Example {
    /// The verse.
    pub verse: VerseId,
    /// The whole text of the verse.
    pub text: String,
    /// The words in it that translate the lemma, each once.
    pub words: Vec<String>,
}

/// Collects what the works say about a word; the input is that of [`find_word`].
#[must_use]
pub fn study_word(word: &str, verse_text: &str, reference: &str) -> WordStudy {
    let found = find_word(word, verse_text, reference);
    let (lemmas, has_content) = match &found.lookup {
        LemmaLookup::Lemmas(lemmas) => (lemmas.as_slice(), true),
        LemmaLookup::Unknown => (&[][..], true),
        LemmaLookup::FunctionWord | LemmaLookup::Spanish => (&[][..], false),
    };
    let lemmas: Vec<LemmaStudy> = lemmas
        .iter()
        .filter_map(|lemma| study_lemma(lemma, &found.verses))
        .collect();
    WordStudy {
        term: find_term(&found.word).filter(|_| has_content),
        topic: find_topic_of(&found.word).filter(|_| has_content),
        subjects: if has_content {
            find_subjects_of(&found, &lemmas)
        } else {
            Vec::new()
        },
        usual_lemmas: if found.lookup == LemmaLookup::Unknown {
            study_usual_lemmas(&found.word)
        } else {
            Vec::new()
        },
        notes: notes_on(&found),
        lemmas,
        found,
    }
}

fn study_usual_lemmas(word: &str) -> Vec<LemmaStudy> {
    let mut numbers = find_usual_originals(word);
    if numbers.is_empty() {
        numbers.extend(find_written(word).map(|headword| headword.number));
    }
    let lemma = |number: StrongsNumber| Lemma {
        number,
        words: word.to_owned(),
        kjv_words: String::new(),
        bsb_words: String::new(),
        evidence: LemmaEvidence::Rendering,
    };
    let lemmas = numbers.into_iter().map(lemma);
    lemmas
        .filter_map(|lemma| study_lemma(&lemma, &[]))
        .collect()
}

fn notes_on(found: &WordInVerse) -> Vec<NoteOnWord> {
    let Some(translation) = found.translation else {
        return Vec::new();
    };
    let wanted: Vec<String> = words(&found.word).map(fold).collect();
    let verses = found.verses.iter();
    let notes = verses.flat_map(|verse| list_notes(translation, *verse, &wanted));
    notes.collect()
}

/// The subjects of the word's name; else of the names that its lemmas have in the translations.
fn find_subjects_of(found: &WordInVerse, lemmas: &[LemmaStudy]) -> Vec<Subject> {
    let is_name = |lemma: &LemmaStudy| {
        let kind = lemma.headword.as_ref().and_then(|word| word.part_of_speech);
        kind == Some("name") || kind.is_none() && lemma.entry.language == Language::HebrewName
    };
    let is_name = lemmas.first().map(is_name);
    let find = |name: &str| {
        let subjects = find_subjects(name, &found.word, &found.verses, is_name);
        Some(subjects).filter(|subjects| !subjects.is_empty())
    };
    let of_lemmas = || {
        let names = lemmas.iter().flat_map(|lemma| {
            let gloss = lemma.headword.as_ref().and_then(|word| word.gloss);
            let renderings = lemma.kjv_renderings.iter().take(1);
            let renderings = renderings.map(|(words, _)| words.as_str());
            let selected = std::iter::once(lemma.lemma.words.as_str());
            selected.chain(gloss).chain(renderings)
        });
        names.filter(|_| is_name == Some(true)).find_map(find)
    };
    let of_form = || find(&find_topic_of(&found.word)?.name);
    let subjects = find(&found.word).or_else(of_lemmas).or_else(of_form);
    subjects.unwrap_or_default()
}

/// The topic whose name is the word or a form of it: `LOVE` for `loved`.
fn find_topic_of(word: &str) -> Option<Topic> {
    let wanted = stem(word);
    find_topic(word).or_else(|| {
        let mut topics = search_topics(word, 8).into_iter();
        let same = topics.find(|topic| stem(&topic.name) == wanted)?;
        find_topic(&same.name)
    })
}

fn study_lemma(lemma: &Lemma, verses: &[VerseId]) -> Option<LemmaStudy> {
    let entry = find_entry(lemma.number)?;
    let occurrences = list_occurrences(TranslationCode::Kjv, lemma.number);
    let derivation = entry.derivation.as_deref().unwrap_or_default();
    let related = derivation
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| word.parse().ok())
        .filter_map(find_entry)
        .collect();
    Some(LemmaStudy {
        lemma: lemma.clone(),
        related,
        headword: find_headword(lemma.number),
        kjv_renderings: list_kjv_renderings(lemma.number),
        times: occurrences.times,
        verses: occurrences.verses.len(),
        examples: choose_examples(lemma, verses, &occurrences.verses),
        entry,
    })
}

/// Chooses the verses to quote: first the cross references of the word's own verses, the closest
/// first, then verses from all over the Bible. The result is in canon order.
fn choose_examples(lemma: &Lemma, verses: &[VerseId], occurrences: &[VerseId]) -> Vec<Example> {
    let mut chosen: Vec<Example> = Vec::new();
    let related = verses
        .iter()
        .flat_map(|verse| list_cross_references(&Reference::between(*verse, *verse)))
        .map(|found| found.verse)
        .filter(|verse| occurrences.binary_search(verse).is_ok());
    for verse in related.chain(spread(occurrences)) {
        if chosen.len() == EXAMPLES {
            break;
        }
        let known = verses.contains(&verse) || chosen.iter().any(|example| example.verse == verse);
        if !known && let Some(example) = quote(verse, lemma) {
            chosen.push(example);
        }
    }
    chosen.sort_by_key(|example| example.verse);
    chosen
}

/// The verse in the middle, then those at the quarters and the eighths, then all.
fn spread(verses: &[VerseId]) -> impl Iterator<Item = VerseId> {
    const FRACTIONS: [(usize, usize); 7] = [(1, 2), (1, 4), (3, 4), (1, 8), (3, 8), (5, 8), (7, 8)];
    let at = |(part, of): (usize, usize)| verses.get(verses.len() * part / of).copied();
    FRACTIONS
        .into_iter()
        .filter_map(at)
        .chain(verses.iter().copied())
}

fn quote(verse: VerseId, lemma: &Lemma) -> Option<Example> {
    let chapter = get_chapter(TranslationCode::Kjv, verse.book, verse.chapter).ok()?;
    let text = chapter.verse_text(verse.verse)?;
    let links = list_word_links(TranslationCode::Kjv, verse).into_iter();
    let mut words: Vec<String> = links
        .filter(|link| link.number == lemma.number && !link.in_title)
        .map(|link| link.words.join(" "))
        .collect();
    words.sort();
    words.dedup();
    (!words.is_empty() && text.len() <= LONGEST_EXAMPLE).then_some(Example { verse, text, words })
}
