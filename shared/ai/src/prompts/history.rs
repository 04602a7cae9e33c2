//! What was said, as much of it as goes to a model.

use crate::{Speaker, Turn};

/// The newest turns whose texts have no more than `budget` characters together, as `length` counts them. The newest is always
/// kept: it is what is to be answered.
pub(super) fn newest(turns: Vec<Turn>, budget: usize, length: impl Fn(&str) -> usize) -> Vec<Turn> {
    let mut left = budget;
    let mut kept: Vec<Turn> = turns
        .into_iter()
        .rev()
        .enumerate()
        .map_while(|(age, turn)| {
            let length = length(&turn.text);
            let fits = age == 0 || length <= left;
            left = left.saturating_sub(length);
            fits.then_some(turn)
        })
        .collect();
    kept.reverse();
    kept
}

/// How many characters a text has.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// The turns as providers take them: the reader begins, and nobody speaks twice in a row. Two messages of a reader follow
/// each other where an answer broke off; they become one. `opening` is said before everything, in the reader's place.
pub(super) fn alternating(opening: Option<String>, turns: Vec<Turn>) -> Vec<Turn> {
    let opening = opening.map(|text| Turn {
        speaker: Speaker::Reader,
        text,
    });
    let mut alternating: Vec<Turn> = Vec::new();
    for turn in opening.into_iter().chain(turns) {
        if turn.text.trim().is_empty() {
            continue;
        }
        match alternating.last_mut() {
            None if turn.speaker == Speaker::Model => {}
            Some(last) if last.speaker == turn.speaker => {
                last.text.push_str("\n\n");
                last.text.push_str(&turn.text);
            }
            _ => alternating.push(turn),
        }
    }
    alternating
}

/// The text, or its first `chars` characters and a sign that there are more.
pub(crate) fn clipped(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use Speaker::{Model, Reader};

    use super::*;

    fn turns(said: &[(Speaker, &str)]) -> Vec<Turn> {
        said.iter()
            .map(|&(speaker, text)| Turn {
                speaker,
                text: text.to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_newest_turns_are_kept() {
        let said = turns(&[(Reader, "aaaa"), (Model, "bbb"), (Reader, "ééé")]);
        let newest = |budget| newest(said.clone(), budget, length);
        assert_eq!(newest(10), said);
        assert_eq!(newest(9), said[1..]);
        assert_eq!(newest(5), said[2..]);
        assert_eq!(newest(0), said[2..]);
    }

    #[test]
    fn an_old_short_turn_does_not_jump_over_a_long_one() {
        let said = turns(&[(Reader, "a"), (Model, "bbbbbb"), (Reader, "c")]);
        assert_eq!(newest(said.clone(), 4, length), said[2..]);
    }

    #[test]
    fn nobody_speaks_twice_in_a_row() {
        let said = turns(&[
            (Reader, "a"),
            (Reader, "b"),
            (Model, " "),
            (Reader, "c"),
            (Model, "d"),
            (Model, "e"),
        ]);
        assert_eq!(
            alternating(None, said),
            turns(&[(Reader, "a\n\nb\n\nc"), (Model, "d\n\ne")])
        );
    }

    #[test]
    fn the_reader_begins() {
        let said = turns(&[(Model, "a"), (Reader, "b")]);
        assert_eq!(alternating(None, said.clone()), turns(&[(Reader, "b")]));
        assert_eq!(
            alternating(Some("about".to_owned()), said),
            turns(&[(Reader, "about"), (Model, "a"), (Reader, "b")])
        );
    }

    #[test]
    fn a_clipped_text_says_so() {
        assert_eq!(clipped("éèê", 3), "éèê");
        assert_eq!(clipped("éèê", 2), "éè…");
    }
}
