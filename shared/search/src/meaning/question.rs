//! The terms of a question: its words without the small ones, mended and, where the question is
//! Spanish, as English words of their meaning.

use std::collections::HashMap;
use std::sync::OnceLock;

use verse_scripture::TranslationCode;
use verse_scripture::fold::push_plain;
use verse_scripture::stem::{plain, search_stem, words};

use super::embedded::{SAYINGS, SPANISH};
use super::meaning_format::{PackedSpanish, is_small};
use super::vocabulary;

/// The words after these are left out; a question of 200 characters rarely has more.
const MOST_TERMS: usize = 32;
/// The words after these are not mended: each costs a comparison with the whole vocabulary.
const MOST_MENDED: usize = 4;

/// What is searched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// The terms in the question's order, each once.
    pub terms: Vec<Term>,
    /// The question with its misspelt words replaced, if a word was.
    pub mended: Option<String>,
    /// The stems of all words, small ones too, in their order.
    pub stems: Vec<String>,
    pub language: Language,
}

/// A word of the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// English words of its meaning, and the weight of each, at most 1. An English word is its own
    /// meaning.
    pub meanings: Vec<(String, f32)>,
    /// The word's own stem, in the question's language.
    pub stem: String,
}

/// The language of a question.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    #[default]
    English,
    Spanish,
}

impl Language {
    /// The stem of a word.
    pub fn stem(self, word: &str) -> String {
        match self {
            Self::English => search_stem(word),
            Self::Spanish => spanish_stem(&folded(word)),
        }
    }

    /// The language of a translation.
    pub fn of(translation: TranslationCode) -> Self {
        match translation {
            TranslationCode::Srv => Self::Spanish,
            _ => Self::English,
        }
    }
}

/// Reads a question. It is in the language whose vocabulary has more of its words; when both have as
/// many, in the translation's.
pub fn read_question(text: &str, translation: TranslationCode) -> Question {
    let of_translation = Language::of(translation);
    let english = words(text).filter(|word| vocabulary::contains(&plain(word)));
    let (english, spanish) = (english.count(), words(text).filter(is_spanish).count());
    let language = match english.cmp(&spanish) {
        std::cmp::Ordering::Greater => Language::English,
        std::cmp::Ordering::Less => Language::Spanish,
        std::cmp::Ordering::Equal => of_translation,
    };
    let mut question = match language {
        Language::English => read_english(text),
        Language::Spanish => read_spanish(text),
    };
    question.language = language;
    question
}

fn is_spanish(word: &&str) -> bool {
    let word = folded(word);
    is_spanish_small(&word) || is_spanish_frame(&word) || find_meanings(&word).is_some()
}

fn read_english(text: &str) -> Question {
    let mut question = Question::default();
    let mut mended = text.to_owned();
    let mut left = MOST_MENDED;
    let mut all = Vec::new();
    for word in words(text) {
        let mut plain_word = plain(word);
        if left > 0 && !vocabulary::contains(&plain_word) {
            left -= 1;
            if let Some(known) = vocabulary::nearest(&plain_word) {
                mended = mended.replacen(word, known, 1);
                question.mended = Some(mended.clone());
                known.clone_into(&mut plain_word);
            }
        }
        question.stems.push(search_stem(&plain_word));
        all.push(plain_word);
    }
    let is_frame = |word: &str| FRAME_WORDS.split(' ').any(|frame| frame == word);
    let mut subject: Vec<&String> = all.iter().collect();
    subject.retain(|word| !is_small(word) && !is_frame(word));
    if subject.is_empty() {
        subject = all.iter().filter(|word| !is_small(word)).collect();
    }
    if subject.is_empty() {
        subject = all.iter().collect();
    }
    for word in subject {
        let stem = search_stem(word);
        question.add(stem, vec![(word.clone(), 1.0)]);
    }
    question
}

fn read_spanish(text: &str) -> Question {
    let mut question = Question::default();
    let all: Vec<String> = words(text).map(folded).collect();
    question.stems = all.iter().map(|word| spanish_stem(word)).collect();
    let mut subject: Vec<&String> = all.iter().collect();
    subject.retain(|word| !is_spanish_small(word) && !is_spanish_frame(word));
    if subject.is_empty() {
        subject = all.iter().collect();
    }
    for word in subject {
        let meanings = find_meanings(word).map_or_else(
            || vec![(word.clone(), 1.0)],
            |meanings| {
                let weighted = meanings.iter();
                let weighted = weighted.map(|(word, weight)| (word, f32::from(*weight) / 100.0));
                weighted
                    .map(|(word, weight)| (word.clone(), weight))
                    .collect()
            },
        );
        question.add(spanish_stem(word), meanings);
    }
    question
}

impl Question {
    /// Whether the question is or has a saying that is often taken for Scripture and is not in it.
    pub fn is_saying(&self) -> bool {
        let sayings = SAYINGS.lines().map(|saying| {
            let stems = words(saying).map(|word| self.language.stem(word));
            stems.collect::<Vec<String>>()
        });
        let mut sayings = sayings.filter(|saying| !saying.is_empty());
        sayings.any(|saying| self.stems.windows(saying.len()).any(|part| part == saying))
    }

    fn add(&mut self, stem: String, meanings: Vec<(String, f32)>) {
        if self.terms.len() < MOST_TERMS && self.terms.iter().all(|term| term.stem != stem) {
            self.terms.push(Term { meanings, stem });
        }
    }
}

/// A word in small letters, without accents.
fn folded(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        push_plain(c, &mut folded);
    }
    folded
}

/// The English meanings of a folded Spanish word: those of the word, else those of its stem.
fn find_meanings(word: &str) -> Option<&'static [(String, u8)]> {
    static ALL: OnceLock<HashMap<String, Vec<(String, u8)>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let all: Vec<PackedSpanish> = SPANISH.read(0).unwrap_or_default();
        all.into_iter().collect()
    });
    let of_stem = || all.get(&format!("{}*", spanish_stem(word)));
    all.get(word).or_else(of_stem).map(Vec::as_slice)
}

/// The stem of a folded Spanish word: its endings of number, gender, person and tense are removed.
fn spanish_stem(word: &str) -> String {
    /// A shorter stem would no longer distinguish words.
    const SHORTEST: usize = 3;
    let stem = |ending: &&str| {
        word.strip_suffix(*ending)
            .filter(|stem| stem.len() >= SHORTEST)
    };
    let stem = SPANISH_ENDINGS.split(' ').find_map(|ending| stem(&ending));
    stem.unwrap_or(word).to_owned()
}

/// The longer endings precede those that they end with. `dev/texts/meaning.py` has the same.
const SPANISH_ENDINGS: &str = "\
    andose iendose ando iendo arlos arles erlos ieron aron abais abamos aban abas aba iamos ian ias \
    aria eria iria arian erian irian aremos eremos iremos aran eran iran aras eras iras ara era ira \
    are ere ire ados adas idos idas ado ada ido ida asteis aste iste amos emos imos ales eles ores \
    oras or ora ar er ir os as es an en o a e s";

fn is_spanish_small(word: &str) -> bool {
    SPANISH_SMALL_WORDS.split(' ').any(|small| small == word)
}

fn is_spanish_frame(word: &str) -> bool {
    SPANISH_FRAME_WORDS.split(' ').any(|frame| frame == word)
}

/// Words of a question that say where to look and not for what.
const FRAME_WORDS: &str = "\
    verse verses bible biblical scripture scriptures passage passages teach teaches teaching story \
    stories chapter find look looking search show give quote quotes parable";

const SPANISH_FRAME_WORDS: &str = "\
    versiculo versiculos biblia biblico biblicos escritura escrituras pasaje pasajes texto textos \
    acerca historia historias parabola capitulo busca buscar encontrar";

const SPANISH_SMALL_WORDS: &str = "\
    el la los las un una unos unas lo al del de a ante con contra desde en entre hacia hasta para \
    por segun sin sobre tras y e o u ni que si no mas pero sino como cuando donde quien quienes \
    cual cuales cuyo se me te le les nos os mi mis tu tus su sus nuestro nuestra nuestros nuestras \
    vuestra vuestro vuestros este esta estos estas ese esa esos esas aquel aquella aquellos esto \
    eso yo ella ellos ellas nosotros vosotros usted ustedes es son era eran fue fueron ser sea soy \
    eres somos ha han he hay habia haber hubo muy ya tambien porque pues asi todo todos toda todas \
    cada otro otra otros cosa cosas dijo dice dicen decir estar estoy estan siento sentir sentirme \
    tengo tener puedo poder hacer hago quiero mucho mucha muchos sido habla hablan ti mia mio \
    alguien debo debemos puede pueden";
