//! Replaces other spellings by the words that the rules have: short forms, misspellings, masked words.
//!
//! In `spelling.txt`, a line `im iam > i am` of the section `words` replaces each word before the sign by the words after it.
//! A line of `phrases` replaces two successive words (`my self > myself`). `near` lists long words in which one letter may be
//! wrong.

use std::collections::HashMap;

use super::matcher::Vocabulary;
use super::words::{END, Word};

/// Shorter words have too many neighbours: "lost" and "last".
const SHORTEST_NEAR: usize = 6;

/// The replacements.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    words: HashMap<String, Vec<String>>,
    /// By the first word: the second, and the replacement.
    phrases: HashMap<String, Vec<(String, Vec<String>)>>,
    /// By the first letter.
    near: HashMap<char, Vec<String>>,
}

impl Spelling {
    /// Reads the file.
    ///
    /// # Errors
    /// Names the first line that cannot be read.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut spelling = Self::default();
        let mut section = "";
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.starts_with('[') {
                section = line;
            } else {
                let read = spelling.read_line(section, line);
                read.ok_or_else(|| format!("{section} {line}"))?;
            }
        }
        Ok(spelling)
    }

    fn read_line(&mut self, section: &str, line: &str) -> Option<()> {
        if section == "[near]" {
            for word in line.split(' ') {
                let first = word.chars().next()?;
                self.near.entry(first).or_default().push(word.to_owned());
            }
            return Some(());
        }
        let (written, meant) = line.split_once(" > ")?;
        let meant: Vec<String> = meant.split(' ').map(str::to_owned).collect();
        if section == "[phrases]" {
            let (first, second) = written.split_once(' ')?;
            let phrases = self.phrases.entry(first.to_owned()).or_default();
            phrases.push((second.to_owned(), meant));
        } else {
            let words = written.split(' ').map(str::to_owned);
            self.words.extend(words.map(|word| (word, meant.clone())));
        }
        Some(())
    }

    /// The words in the spelling of the rules. A word that a rule has stays as it is.
    pub(super) fn correct(&self, words: Vec<Word>, vocabulary: &Vocabulary) -> Vec<Word> {
        let mut corrected: Vec<Word> = Vec::with_capacity(words.len());
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let is_quoted = word.is_quoted;
            let mut push = |texts: &[String]| {
                let texts = texts.iter().cloned();
                corrected.extend(texts.map(|text| Word { text, is_quoted }));
            };
            let second = words.peek().map(|second| second.text.as_str());
            if let Some(meant) = self.phrase(&word.text, second) {
                words.next();
                push(meant);
            } else if word.text == END {
                corrected.push(word);
            } else {
                push(&self.replacement(word.text, vocabulary));
            }
        }
        corrected
    }

    fn phrase(&self, first: &str, second: Option<&str>) -> Option<&[String]> {
        let phrases = self.phrases.get(first)?;
        let (_, meant) = phrases
            .iter()
            .find(|(word, _)| Some(word.as_str()) == second)?;
        Some(meant)
    }

    fn replacement(&self, word: String, vocabulary: &Vocabulary) -> Vec<String> {
        if let Some(meant) = self.words.get(&word) {
            return meant.clone();
        }
        if vocabulary.has(&word) {
            return vec![word];
        }
        // `soo` is `so`, `killl` became `kill` already.
        let single = without_doubles(&word);
        if let Some(meant) = self.words.get(&single) {
            return meant.clone();
        }
        if single.len() < word.len() && vocabulary.has(&single) {
            return vec![single];
        }
        let near = word.chars().next().and_then(|first| self.near.get(&first));
        let meant = near.and_then(|near| near.iter().find(|meant| is_near(&word, meant)));
        vec![meant.cloned().unwrap_or(word)]
    }
}

fn without_doubles(word: &str) -> String {
    let mut last = None;
    word.chars()
        .filter(|c| last.replace(*c) != Some(*c))
        .collect()
}

/// Whether one letter is wrong, missing, added, or exchanged with the next.
fn is_near(word: &str, meant: &str) -> bool {
    let (word, meant) = (word.as_bytes(), meant.as_bytes());
    if word.len() < SHORTEST_NEAR || word.len().abs_diff(meant.len()) > 1 {
        return false;
    }
    let pairs = word.iter().zip(meant);
    let same = pairs.take_while(|(one, other)| one == other).count();
    let is_exchanged = word.get(same) == meant.get(same + 1)
        && word.get(same + 1) == meant.get(same)
        && word.get(same + 2..) == meant.get(same + 2..);
    is_exchanged
        || word.get(same + 1..) == meant.get(same + 1..)
        || word.get(same + 1..) == meant.get(same..)
        || word.get(same..) == meant.get(same + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_letter_is_near_and_two_are_not() {
        for near in [
            "suicde", "suicidee", "suicife", "siucide", "suicid", "suicide",
        ] {
            assert!(is_near(near, "suicide"), "{near}");
        }
        for far in ["sicde", "suiciding", "decide", "sui", ""] {
            assert!(!is_near(far, "suicide"), "{far}");
        }
    }
}
