//! The turns of a prompt: their selection and their order.

use crate::{Role, Turn};

/// The newest turns with at most `budget` characters together, as `length` counts them. The last turn is always kept: it
/// needs the reply.
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

/// The number of characters of a text.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// The turns in the order that providers require: the user first, then alternating. Consecutive turns of one role, which
/// an interrupted reply leaves behind, are joined. `opening` is the first text of the user.
pub(super) fn alternating(opening: Option<String>, turns: Vec<Turn>) -> Vec<Turn> {
    let opening = opening.map(|text| Turn::new(Role::User, text));
    let mut alternating: Vec<Turn> = Vec::new();
    for turn in opening.into_iter().chain(turns) {
        if turn.text.trim().is_empty() {
            continue;
        }
        match alternating.last_mut() {
            None if turn.role == Role::Assistant => {}
            Some(last) if last.role == turn.role => {
                last.text.push_str("\n\n");
                last.text.push_str(&turn.text);
            }
            _ => alternating.push(turn),
        }
    }
    alternating
}

/// The text, or its first `chars` characters and an ellipsis.
pub(crate) fn clipped(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use Role::{Assistant, User};

    use super::*;

    fn turns(texts: &[(Role, &str)]) -> Vec<Turn> {
        let turns = texts.iter().map(|&(role, text)| Turn::new(role, text));
        turns.collect()
    }

    #[test]
    fn the_newest_turns_are_kept() {
        let all = turns(&[(User, "aaaa"), (Assistant, "bbb"), (User, "ééé")]);
        let newest = |budget| newest(all.clone(), budget, length);
        assert_eq!(newest(10), all);
        assert_eq!(newest(9), all[1..]);
        assert_eq!(newest(5), all[2..]);
        assert_eq!(newest(0), all[2..]);
    }

    #[test]
    fn an_old_short_turn_is_dropped_with_the_long_one_after_it() {
        let all = turns(&[(User, "a"), (Assistant, "bbbbbb"), (User, "c")]);
        assert_eq!(newest(all.clone(), 4, length), all[2..]);
    }

    #[test]
    fn consecutive_turns_of_one_role_are_joined() {
        let all = turns(&[
            (User, "a"),
            (User, "b"),
            (Assistant, " "),
            (User, "c"),
            (Assistant, "d"),
            (Assistant, "e"),
        ]);
        let joined = turns(&[(User, "a\n\nb\n\nc"), (Assistant, "d\n\ne")]);
        assert_eq!(alternating(None, all), joined);
    }

    #[test]
    fn the_user_is_first() {
        let all = turns(&[(Assistant, "a"), (User, "b")]);
        assert_eq!(alternating(None, all.clone()), turns(&[(User, "b")]));
        let opened = turns(&[(User, "about"), (Assistant, "a"), (User, "b")]);
        assert_eq!(alternating(Some("about".to_owned()), all), opened);
    }

    #[test]
    fn a_clipped_text_ends_with_an_ellipsis() {
        assert_eq!(clipped("éèê", 3), "éèê");
        assert_eq!(clipped("éèê", 2), "éè…");
    }
}
