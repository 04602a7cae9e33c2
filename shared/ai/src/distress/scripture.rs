//! Tells quotations of the Bible from a reader's own words: "I am weary of my life" is Genesis 27:46.
//!
//! `laments.txt` lists every verse in which a rule finds distress in some translation, and the passages around the best known
//! of them. A test reads all verses of all translations: the list is complete.

use std::sync::OnceLock;

use verse_scripture::selection::{Certainty, locate_selection};
use verse_scripture::{parse_references, translations};

use super::words::{END, split};
use crate::library::passage::verse_texts;

const LAMENTS: &str = include_str!("rules/laments.txt");
/// Fewer words of a message may be the writer's own, even if the Bible has them: "I am weary of my life".
const SHORTEST_QUOTATION: usize = 7;
/// Fewer words of a selection may be.
const SHORTEST_SELECTION: usize = 3;

/// Whether a whole message is a part of a verse.
pub(super) fn is_quotation(message: &str) -> bool {
    is_in_lament(message, SHORTEST_QUOTATION)
}

/// Whether a selected text is Scripture: it stands in the chapters of its reference, or is a part of a verse.
pub(super) fn is_selection(reference: &str, text: &str) -> bool {
    let selection = locate_selection(reference, text);
    selection.is_some_and(|selection| selection.certainty != Certainty::Reference)
        || is_in_lament(text, SHORTEST_SELECTION)
}

/// Whether the words of `part` follow each other in `text`.
pub(super) fn contains(text: &str, part: &str) -> bool {
    joined(text).contains(&joined(part))
}

fn is_in_lament(text: &str, shortest: usize) -> bool {
    let words = joined(text);
    let count = words.split_whitespace().count();
    count >= shortest && laments().iter().any(|lament| lament.contains(&words))
}

/// The words of the listed verses in every translation. Several verses that follow each other are one text.
fn laments() -> &'static [String] {
    static VERSES: OnceLock<Vec<String>> = OnceLock::new();
    VERSES.get_or_init(|| {
        let lines = LAMENTS.lines().filter(|line| !line.starts_with('#'));
        let references: Vec<_> = lines
            .filter_map(|line| parse_references(line).ok())
            .flatten()
            .collect();
        let texts = translations().iter().flat_map(|translation| {
            let passages = references.iter();
            passages.map(|passage| joined(&verse_texts(translation.code, passage).join(" ")))
        });
        texts.filter(|words| words.len() > 1).collect()
    })
}

/// The words of a text, each between spaces.
fn joined(text: &str) -> String {
    let mut joined = String::from(" ");
    for word in split(text) {
        if word.text != END && !word.text.starts_with(|c: char| c.is_ascii_digit()) {
            joined.push_str(&word.text);
            joined.push(' ');
        }
    }
    joined
}
