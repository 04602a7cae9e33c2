//! A summary of a conversation's beginning: what the reader said, in his own words, and the passages that were named.

use verse_scripture::find_references;

use crate::{Speaker, SummaryRequest, TokenUsage, Written};

use super::quotation::shorten;

/// A summary is no longer than this, in bytes.
const LONGEST: usize = 1_000;
/// What is kept of the summary before.
const OF_BEFORE: usize = 300;
/// What is kept of one question.
const OF_A_QUESTION: usize = 120;
/// How many passages are named.
const MOST_PASSAGES: usize = 8;

/// Sums up what was said. Where there is too much, the latest questions are kept.
pub(super) fn write(request: &SummaryRequest) -> Written<String> {
    let mut passages: Vec<String> = Vec::new();
    for reference in request
        .turns
        .iter()
        .flat_map(|turn| find_references(&turn.text))
    {
        let name = reference.to_string();
        if !passages.contains(&name) && passages.len() < MOST_PASSAGES {
            passages.push(name);
        }
    }
    let before = request
        .previous
        .as_deref()
        .map(|before| shorten(before, OF_BEFORE));
    let spoken_of = if passages.is_empty() {
        String::new()
    } else {
        format!(" Passages spoken of: {}.", passages.join("; "))
    };
    let mut left =
        LONGEST.saturating_sub(spoken_of.len() + before.as_deref().map_or(0, str::len) + 80);
    let mut questions: Vec<String> = Vec::new();
    for turn in request
        .turns
        .iter()
        .rev()
        .filter(|turn| turn.speaker == Speaker::Reader)
    {
        let question = format!("“{}”", shorten(&turn.text, OF_A_QUESTION));
        if question.len() + 2 > left {
            break;
        }
        left -= question.len() + 2;
        questions.push(question);
    }
    questions.reverse();
    let asked = if questions.is_empty() {
        "The reader said nothing.".to_owned()
    } else {
        format!("The reader said: {}", questions.join(", "))
    };
    let earlier = before.map_or_else(String::new, |before| format!(" Before that: {before}"));
    Written {
        texts: format!("{asked}{spoken_of}{earlier}"),
        source: "Verse library".to_owned(),
        usage: TokenUsage::default(),
    }
}
