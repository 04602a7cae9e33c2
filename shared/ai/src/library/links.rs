//! References as Markdown links: `[John 3:16](/?book=John&chapter=3&verse=16)`.

pub(crate) use verse_quotations::link_as;
use verse_scripture::{Reference, VerseId, parse_references};

/// A reference as a link.
pub(super) fn link(reference: &Reference) -> String {
    link_as(&reference.to_string(), reference)
}

/// A verse as a link.
pub(super) fn link_verse(verse: VerseId) -> String {
    link(&Reference::between(verse, verse))
}

/// A text of the commentary with its references, such as `1Jo 5:20`, as links. The words do not change.
pub(super) fn link_references(text: &str) -> String {
    let mut linked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, here) = rest.split_at(at);
        linked.push_str(before);
        let word_end = here
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
            .unwrap_or(here.len());
        let length = if let Some((words, reference)) = reference_at(here, word_end) {
            linked.push_str(&link_as(words, &reference));
            words.len()
        } else {
            linked.push_str(here.get(..word_end).unwrap_or_default());
            word_end
        };
        rest = here.get(length..).unwrap_or_default();
    }
    linked.push_str(rest);
    linked
}

/// Replaces the links of a text by their labels.
pub(super) fn unlink(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let parts = link
            .split_once("](/?")
            .and_then(|(words, after)| Some((words, after.split_once(')')?.1)));
        if let Some((words, after)) = parts {
            plain.push_str(words);
            rest = after;
        } else {
            plain.push('[');
            rest = link;
        }
    }
    plain.push_str(rest);
    plain
}

/// The reference at the start of a text: a book, whose name ends at `word_end`, with chapter and verse.
fn reference_at(text: &str, word_end: usize) -> Option<(&str, Reference)> {
    /// The longest abbreviation of a book.
    const MAX_NAME: usize = 15;
    let name = text.get(..word_end)?;
    let is_name = name
        .trim_start_matches(['1', '2', '3'])
        .starts_with(char::is_uppercase);
    if !is_name || word_end > MAX_NAME {
        return None;
    }
    let numbers = text.get(word_end..)?.strip_prefix(' ')?;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ':' | '-');
    let length = numbers.find(|c| !is_part(c)).unwrap_or(numbers.len());
    let numbers = numbers.get(..length)?.trim_end_matches([':', '-']);
    if !numbers.contains(':') || !numbers.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let words = text.get(..word_end + 1 + numbers.len())?;
    match parse_references(words).ok()?.as_slice() {
        [reference] => Some((words, *reference)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_links_to_its_first_verse() {
        let link_to = |text| link(&parse_references(text).unwrap()[0]);
        let first = "[John 3:16](/?book=John&chapter=3&verse=16)";
        assert_eq!(link_to("John 3:16"), first);
        let several = "[1 Corinthians 13:4-7](/?book=1%20Corinthians&chapter=13&verse=4)";
        assert_eq!(link_to("1 Corinthians 13:4-7"), several);
        assert_eq!(link_to("Psalm 23"), "[Psalms 23](/?book=Psalms&chapter=23)");
    }

    #[test]
    fn references_of_the_commentary_become_links_with_the_same_words() {
        let text = "understanding, 1Jo 5:20. The brazen serpent, Nu 21:6-9, and ch. 1:13; Ep 6.";
        let linked = text
            .replace("1Jo 5:20", "[1Jo 5:20](/?book=1%20John&chapter=5&verse=20)")
            .replace(
                "Nu 21:6-9",
                "[Nu 21:6-9](/?book=Numbers&chapter=21&verse=6)",
            );
        assert_eq!(link_references(text), linked);
        for plain in [
            "",
            "I am 3 times 4:5.",
            "Let us go. A. D. 97",
            "God’s 12:3 — é ü 1 2",
            "Xyz 3:16",
            "Ge 99:1",
        ] {
            assert_eq!(link_references(plain), plain);
        }
    }
}
