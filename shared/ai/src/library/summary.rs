//! A summary of a conversation's beginning: the user's messages, shortened, and the passages that were named.

use verse_scripture::find_references;

use super::{quotation::shorten, sources::Sources};
use crate::{Generated, Role, SummaryRequest};

/// The most bytes of a summary.
const MAX_SUMMARY: usize = 1_000;
/// The most bytes of the previous summary.
const MAX_PREVIOUS: usize = 300;
/// The most bytes of one message.
const MAX_MESSAGE: usize = 120;
/// The most passages that are named.
const MAX_PASSAGES: usize = 8;

/// Summarises a conversation. If there is too much, the latest messages are kept.
pub(super) fn write(request: &SummaryRequest) -> Generated<String> {
    let mut passages: Vec<String> = Vec::new();
    let references = request.turns.iter();
    let references = references.flat_map(|turn| find_references(&turn.text));
    for name in references.map(|reference| reference.to_string()) {
        if !passages.contains(&name) && passages.len() < MAX_PASSAGES {
            passages.push(name);
        }
    }
    let before = request.previous.as_deref();
    let before = before.map(|before| shorten(before, MAX_PREVIOUS));
    let spoken_of = if passages.is_empty() {
        String::new()
    } else {
        format!(" Passages spoken of: {}.", passages.join("; "))
    };
    let mut left =
        MAX_SUMMARY.saturating_sub(spoken_of.len() + before.as_deref().map_or(0, str::len) + 80);
    let mut questions: Vec<String> = Vec::new();
    let turns = request.turns.iter().rev();
    for turn in turns.filter(|turn| turn.role == Role::User) {
        let question = format!("“{}”", shorten(&turn.text, MAX_MESSAGE));
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
    Sources::default().credit(format!("{asked}{spoken_of}{earlier}"))
}
