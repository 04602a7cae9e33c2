//! How the works are quoted: whole sentences between “ and ”, with “ … ” where some are left out.
//!
//! What stands between these marks is the work's own, letter for letter; its references are made links, with their
//! words unchanged. Everything else is ours.

use super::links::link_references;
use super::thought::{Section, Thought};

/// Thoughts of a section, in their order.
pub(super) fn quote(section: &Section<'_>, thoughts: &[&Thought]) -> String {
    let indices: Vec<usize> = thoughts
        .iter()
        .flat_map(|thought| thought.sentences.clone())
        .collect();
    quote_sentences(&section.sentences, &indices)
}

/// Those of these sentences whose places are named, in their order.
pub(super) fn quote_sentences(sentences: &[&str], indices: &[usize]) -> String {
    let mut quoted = String::from("“");
    let mut before: Option<usize> = None;
    for &index in indices {
        let Some(sentence) = sentences.get(index) else {
            continue;
        };
        match before {
            None => {}
            Some(before) if before + 1 == index => quoted.push(' '),
            Some(_) => quoted.push_str(" … "),
        }
        quoted.push_str(&link_references(sentence));
        before = Some(index);
    }
    quoted.push('”');
    quoted
}

/// These sentences, which follow each other.
pub(super) fn quote_whole(sentences: &[&str]) -> String {
    let linked: Vec<String> = sentences
        .iter()
        .map(|sentence| link_references(sentence))
        .collect();
    format!("“{}”", linked.join(" "))
}

/// The first sentences of a text, whole, as far as they go into so many bytes; the first one in any case.
pub(super) fn beginning<'a, 't>(sentences: &'a [&'t str], room: usize) -> &'a [&'t str] {
    let mut length = 0;
    let fitting = sentences.iter().take_while(|sentence| {
        length += sentence.len() + 1;
        length <= room
    });
    let count = fitting.count().max(1).min(sentences.len());
    sentences.get(..count).unwrap_or(sentences)
}

/// Verses between “ and ”, without a quotation mark at an end whose other half stands in another verse.
pub(super) fn quote_verses(text: &str) -> String {
    let count = |mark| text.matches(mark).count();
    let mut text = text.trim();
    if count('”') > count('“') {
        text = text.strip_suffix('”').unwrap_or(text);
    } else if count('“') > count('”') {
        text = text.strip_prefix('“').unwrap_or(text);
    }
    format!("“{text}”")
}

/// A reader's words on one line; cut behind a word, with … behind it, if they are more than so many bytes.
pub(super) fn shorten(text: &str, most: usize) -> String {
    const MARK: &str = "…";
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() <= most {
        return line;
    }
    let mut end = most.saturating_sub(MARK.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let cut = line.get(..end).unwrap_or_default();
    let kept = cut.rsplit_once(' ').map_or(cut, |(kept, _)| kept);
    format!("{}{MARK}", kept.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_do_not_follow_each_other_are_parted() {
        let sentences = ["One.", "Two, Ge 1:1.", "Three.", "Four."];
        assert_eq!(
            quote_sentences(&sentences, &[0, 1, 3]),
            "“One. Two, [Ge 1:1](/?book=Genesis&chapter=1&verse=1). … Four.”"
        );
        assert_eq!(quote_whole(&sentences[2..]), "“Three. Four.”");
    }

    #[test]
    fn a_beginning_is_of_whole_sentences() {
        assert_eq!(beginning(&["One.", "Two.", "Three."], 11), ["One.", "Two."]);
        assert_eq!(beginning(&["A long one."], 3), ["A long one."]);
        assert_eq!(beginning(&[], 3), [] as [&str; 0]);
    }

    #[test]
    fn words_are_shortened_behind_a_word() {
        assert_eq!(shorten("a b\n c", 10), "a b c");
        assert_eq!(
            shorten("what does it mean, then?", 23),
            "what does it mean…"
        );
        assert_eq!(shorten(&"é".repeat(50), 20).chars().count(), 9);
    }
}
