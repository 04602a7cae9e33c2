//! What of a section of the commentary goes into an insight on some of its verses: what it explains, and what it asks.

use std::ops::RangeInclusive;

use super::appeal::PLAIN;
use super::thought::{Section, Thought, take_best};

/// An explanation shorter than this, in bytes, is continued into the verses around.
const SHORT_EXPLANATION: usize = 420;
/// So is a request shorter than this.
const SHORT_REQUEST: usize = 260;
/// How many verses away from those selected a thought may stand.
const NEAR: u16 = 4;

/// Some of a section's thoughts, in its order. None is in both.
#[derive(Debug, Default)]
pub(super) struct Portion<'a> {
    /// Where the section explains.
    pub(super) explains: Vec<&'a Thought>,
    /// Where it turns to its reader.
    pub(super) asks: Vec<&'a Thought>,
}

/// How much room there is, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// For what is explained.
    pub(super) explains: usize,
    /// For what is asked.
    pub(super) asks: usize,
}

/// What a section says on these verses.
pub(super) fn portion<'a>(
    section: &'a Section<'_>,
    verses: &RangeInclusive<u16>,
    room: Room,
) -> Portion<'a> {
    let thoughts = &section.thoughts;
    let on_them = |thought: &&Thought| thought.distance(verses) == 0;
    let mut asks = take_best(
        thoughts
            .iter()
            .filter(on_them)
            .filter(|thought| thought.appeal >= PLAIN),
        |thought| f64::from(thought.appeal) + thought.likeness,
        room.asks,
    );
    if length(&asks) < SHORT_REQUEST {
        let near = thoughts.iter().filter(|thought| {
            (1..=NEAR).contains(&thought.distance(verses)) && thought.appeal > PLAIN
        });
        let worth =
            |thought: &Thought| f64::from(thought.appeal) - f64::from(thought.distance(verses));
        asks.extend(take_best(
            near,
            worth,
            SHORT_REQUEST.saturating_sub(length(&asks)).max(1),
        ));
        asks.sort_by_key(|thought| thought.sentences.start);
    }

    let explaining = || thoughts.iter().filter(|thought| thought.appeal < PLAIN);
    // What comes first says what the section is about.
    let worth = |thought: &Thought| {
        thought.likeness
            + if thought.sentences.start == 0 {
                1.0
            } else {
                0.0
            }
    };
    let mut explains = take_best(explaining().filter(on_them), worth, room.explains);
    if explains.is_empty() {
        explains.extend(explaining().min_by_key(|thought| thought.distance(verses)));
    }
    if explains.is_empty() {
        explains = explanation_among(&mut asks);
    }
    if explains.is_empty() {
        explains.extend(
            thoughts
                .iter()
                .min_by_key(|thought| thought.distance(verses)),
        );
    }
    continue_around(&mut explains, section, &asks);
    Portion { explains, asks }
}

/// Where a section does nothing but ask, the thought that asks least explains, or all there is.
fn explanation_among<'a>(asks: &mut Vec<&'a Thought>) -> Vec<&'a Thought> {
    let least = (0..asks.len()).min_by_key(|at| asks.get(*at).map(|thought| thought.appeal));
    least.map(|at| asks.remove(at)).into_iter().collect()
}

/// Goes on from a short explanation to the thoughts next to it, before or behind, whichever speaks of nearer verses.
fn continue_around<'a>(
    explains: &mut Vec<&'a Thought>,
    section: &'a Section<'_>,
    asks: &[&Thought],
) {
    let thoughts = &section.thoughts;
    let place = |sought: &Thought| thoughts.iter().position(|thought| thought == sought);
    while length(explains) < SHORT_EXPLANATION {
        let (Some(first), Some(last)) = (explains.first(), explains.last()) else {
            return;
        };
        let verses = *first.verses.start()..=*last.verses.end();
        let open = |thought: &&&Thought| {
            !asks.contains(*thought) && thought.appeal < PLAIN && thought.distance(&verses) <= NEAR
        };
        let behind: Vec<&Thought> = place(last)
            .map_or(&[][..], |at| thoughts.get(at + 1..).unwrap_or_default())
            .iter()
            .collect();
        let before: Vec<&Thought> = place(first)
            .map_or(&[][..], |at| thoughts.get(..at).unwrap_or_default())
            .iter()
            .rev()
            .collect();
        let next = behind.iter().find(open).copied();
        let previous = before.iter().find(open).copied();
        match (previous, next) {
            (Some(previous), Some(next)) if previous.distance(&verses) < next.distance(&verses) => {
                explains.insert(0, previous);
            }
            (_, Some(next)) => explains.push(next),
            (Some(previous), None) => explains.insert(0, previous),
            (None, None) => return,
        }
    }
}

fn length(thoughts: &[&Thought]) -> usize {
    thoughts.iter().map(|thought| thought.length).sum()
}
