//! The rules by which distress is recognised: the files in `rules`, and the way in which they are applied.
//!
//! # The form of `english.txt` and `spanish.txt`
//!
//! A line is a pattern of the section above it. Its elements stand for successive words of one sentence:
//!
//! | element | words |
//! |---|---|
//! | `hits`, `hit\|hits`, `suicid*` | this word; one of these; one that begins so |
//! | `@kin` | one of a group, which a line `@kin = mother father` defines; usable within `\|` too |
//! | `to?` | this word or none |
//! | `~3` | up to three words of any kind; `@really~3` up to three of a group |
//! | `^`, `$` | the beginning or the end of a sentence; usable within `\|` too |
//!
//! A section is a kind of distress or `follow-up`, or one of these. The phrases of `not` are hidden before anything else is
//! tried; they have no gap. `not-rest` hides what follows its patterns to the end of the sentence, `not-sentence` the whole
//! sentence. Four sections list single words: no gap spans a `stop` word; quoted words beside a `study` word are not the
//! writer's own; a message with a `leaving` word leaves a talk about distress; one that has only `short` words does not.
//!
//! The words are those that [`Spelling`] leaves.

use std::collections::{HashMap, HashSet};

use super::matcher::{Element, HIDDEN, Matcher, Vocabulary, WordId, Words};
use super::spelling::Spelling;
use super::words::{END, Word, split};
use super::{Distress, Language};

/// The rule files.
const FILES: [(Language, &str); 2] = [
    (Language::English, include_str!("rules/english.txt")),
    (Language::Spanish, include_str!("rules/spanish.txt")),
];
const SPELLING: &str = include_str!("rules/spelling.txt");
/// Words of the writer's own circle: a quotation beside one of them may be what that person said.
const OWN: [&str; 4] = ["my", "our", "mi", "mis"];

/// The meaning of a pattern that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Distress(Distress, Language),
    /// The message may continue a talk about distress.
    FollowUp,
}

/// The words that a pattern hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    /// Its own, of this number.
    Phrase(usize),
    Rest,
    Sentence,
}

/// The parsed rules.
#[derive(Debug, Default)]
pub(super) struct Rules {
    spelling: Spelling,
    vocabulary: Vocabulary,
    finding: Matcher,
    meanings: Vec<Meaning>,
    hiding: Matcher,
    hidden: Vec<Hidden>,
    study: HashSet<String>,
    leaving: HashSet<String>,
    short: HashSet<String>,
}

/// A message as the rules read it.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What the patterns that match mean, each once.
    pub(super) meanings: Vec<Meaning>,
    /// Whether each word is one of a short reply: "yes", "thank you", "why".
    pub(super) is_short: bool,
    /// Whether a word leads to another subject: "read", "verse".
    pub(super) is_leaving: bool,
}

impl Rules {
    /// Reads the rule files.
    ///
    /// # Errors
    /// Names the first line that cannot be read.
    pub(super) fn read_files() -> Result<Self, String> {
        let mut lines = Lines::default();
        for (language, text) in FILES {
            lines.read(language, text)?;
        }
        let Lines {
            finding,
            hiding,
            lists,
            ..
        } = lines;
        let list = |name: &str| lists.get(name).cloned().unwrap_or_default();
        let patterns = || {
            let finding = finding.iter().map(|(pattern, _)| pattern.as_slice());
            finding.chain(hiding.iter().map(|(pattern, _)| pattern.as_slice()))
        };
        let vocabulary = Vocabulary::new(patterns(), list("stop"));
        let found = finding.iter().map(|(pattern, _)| pattern.as_slice());
        let hides = hiding.iter().map(|(pattern, _)| pattern.as_slice());
        Ok(Self {
            spelling: Spelling::read(SPELLING)?,
            finding: Matcher::new(found, &vocabulary),
            meanings: finding.iter().map(|(_, meaning)| *meaning).collect(),
            hiding: Matcher::new(hides, &vocabulary),
            hidden: hiding.iter().map(|(_, hidden)| *hidden).collect(),
            vocabulary,
            study: list("study"),
            leaving: list("leaving"),
            short: list("short"),
        })
    }

    /// Reads a message. Linear in its length, whatever it says.
    pub(super) fn read(&self, message: &str) -> Reading {
        let words = self.spelling.correct(split(message), &self.vocabulary);
        let mut ids: Vec<WordId> = words
            .iter()
            .map(|word| self.vocabulary.id(&word.text))
            .collect();
        self.hide_quotations(&words, &mut ids);
        self.hide_phrases(&words, &mut ids);
        let mut meanings = Vec::new();
        self.finding.find(&ids, |pattern, _| {
            let meaning = self.meanings.get(pattern).copied();
            let new = meaning.filter(|meaning| !meanings.contains(meaning));
            meanings.extend(new);
        });
        Reading {
            meanings,
            is_short: words
                .iter()
                .all(|word| word.text == END || self.short.contains(&word.text)),
            is_leaving: words.iter().any(|word| self.leaving.contains(&word.text)),
        }
    }

    fn is_study(&self, word: &Word) -> bool {
        !word.is_quoted && self.study.contains(&word.text)
    }

    /// Hides quoted words that the message speaks of: `What does "I would not live alway" mean?`
    fn hide_quotations(&self, words: &[Word], ids: &mut [WordId]) {
        let is_own = |word: &Word| !word.is_quoted && OWN.contains(&word.text.as_str());
        if words.iter().any(is_own) || !words.iter().any(|word| self.is_study(word)) {
            return;
        }
        for (word, id) in words.iter().zip(ids) {
            if word.is_quoted && word.text != END {
                *id = HIDDEN;
            }
        }
    }

    fn hide_phrases(&self, words: &[Word], ids: &mut [WordId]) {
        let mut ranges = Vec::new();
        let is_end = |place: &usize| words.get(*place).is_some_and(|word| word.text == END);
        let ends: Vec<usize> = (0..words.len()).filter(is_end).collect();
        self.hiding.find(ids, |pattern, place| {
            // The ends of the sentence that has the place, or that ends with it.
            let after = ends.partition_point(|end| *end < place).max(1);
            let end = ends.get(after).copied().unwrap_or(words.len());
            let start = ends.get(after - 1).copied().unwrap_or_default();
            match self.hidden.get(pattern) {
                Some(Hidden::Phrase(length)) => {
                    ranges.push((place + 1).saturating_sub(*length)..place + 1);
                }
                Some(Hidden::Rest) => ranges.push(place + 1..end),
                Some(Hidden::Sentence) => ranges.push(start..end),
                None => {}
            }
        });
        // The union of the ranges in one pass: there may be as many as words.
        ranges.sort_unstable_by_key(|range| range.start);
        let mut hidden_to = 0;
        let mut ranges = ranges.into_iter().peekable();
        for (place, (word, id)) in words.iter().zip(ids).enumerate() {
            while let Some(range) = ranges.next_if(|range| range.start <= place) {
                hidden_to = hidden_to.max(range.end);
            }
            if place < hidden_to && word.text != END {
                *id = HIDDEN;
            }
        }
    }
}

/// The lines of the rule files.
#[derive(Default)]
struct Lines {
    groups: HashMap<String, Vec<String>>,
    finding: Vec<(Vec<Element>, Meaning)>,
    hiding: Vec<(Vec<Element>, Hidden)>,
    /// The sections of single words.
    lists: HashMap<String, HashSet<String>>,
}

impl Lines {
    fn read(&mut self, language: Language, text: &str) -> Result<(), String> {
        self.groups.clear();
        let mut section = "";
        for line in text.lines().map(str::trim) {
            let name = line
                .strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'));
            if let Some(name) = name {
                section = name;
            } else if !line.is_empty() && !line.starts_with('#') {
                let read = self.read_line(language, section, line);
                read.ok_or_else(|| format!("[{section}] {line}"))?;
            }
        }
        Ok(())
    }

    fn read_line(&mut self, language: Language, section: &str, line: &str) -> Option<()> {
        if let Some((name, words)) = line.split_once(" = ") {
            let words: Option<Vec<_>> = words.split(' ').map(|word| self.words(word)).collect();
            self.groups.insert(name.to_owned(), words?.concat());
            return Some(());
        }
        let meaning = match section {
            "study" | "stop" | "leaving" | "short" => {
                let words = line.split(' ').map(str::to_owned);
                self.lists
                    .entry(section.to_owned())
                    .or_default()
                    .extend(words);
                return Some(());
            }
            "not" => {
                let variants = without_options(self.pattern(line)?)?;
                let phrases = variants.into_iter().map(|variant| {
                    let length = variant.len();
                    (variant, Hidden::Phrase(length))
                });
                self.hiding.extend(phrases);
                return Some(());
            }
            "not-rest" | "not-sentence" => {
                let hidden = if section == "not-rest" {
                    Hidden::Rest
                } else {
                    Hidden::Sentence
                };
                self.hiding.push((self.pattern(line)?, hidden));
                return Some(());
            }
            "follow-up" => Meaning::FollowUp,
            name => Meaning::Distress(Distress::by_name(name)?, language),
        };
        let pattern = self.pattern(line)?;
        self.finding.push((pattern, meaning));
        Some(())
    }

    /// `None` for a line that is no pattern: with an unknown group, or an optional element at an end.
    fn pattern(&self, line: &str) -> Option<Vec<Element>> {
        let elements: Option<Vec<Vec<Element>>> =
            line.split(' ').map(|part| self.element(part)).collect();
        let pattern = elements?.concat();
        let is_fixed = |element: &Element| !element.is_optional;
        (pattern.first().is_some_and(is_fixed) && pattern.last().is_some_and(is_fixed))
            .then_some(pattern)
    }

    /// The elements that a part of a line stands for; a gap is several.
    fn element(&self, part: &str) -> Option<Vec<Element>> {
        let (words, gap) = match part.split_once('~') {
            Some((words, gap)) => (words, Some(gap.parse::<usize>().ok()?)),
            None => (part, None),
        };
        let (words, may_be_absent) = match words.strip_suffix('?') {
            Some(words) => (words, true),
            None => (words, false),
        };
        let words = if words.is_empty() {
            Words::Any
        } else {
            Words::These(self.words(words)?)
        };
        let element = Element {
            is_optional: gap.is_some() || may_be_absent,
            words,
        };
        Some(vec![element; gap.unwrap_or(1)])
    }

    /// The words of `hit|hits|@kin`.
    fn words(&self, alternatives: &str) -> Option<Vec<String>> {
        let words = alternatives.split('|').map(|word| match word {
            "^" | "$" => Some(vec![END.to_owned()]),
            "" => None,
            _ if word.starts_with('@') => self.groups.get(word).cloned(),
            _ => Some(vec![word.to_owned()]),
        });
        let words: Option<Vec<Vec<String>>> = words.collect();
        Some(words?.concat())
    }
}

/// The patterns that a pattern with optional words stands for. `None` if it has a gap.
fn without_options(pattern: Vec<Element>) -> Option<Vec<Vec<Element>>> {
    let mut variants = vec![Vec::new()];
    for mut element in pattern {
        if element.words == Words::Any {
            return None;
        }
        let shorter = if element.is_optional {
            variants.clone()
        } else {
            Vec::new()
        };
        element.is_optional = false;
        for variant in &mut variants {
            variant.push(element.clone());
        }
        variants.extend(shorter);
    }
    Some(variants)
}
