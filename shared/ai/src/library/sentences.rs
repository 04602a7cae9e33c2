//! Splits the works into sentences, which are quoted whole.

use std::ops::Range;

use super::alignment::is_in;

/// Words whose full stop does not end a sentence.
const ABBREVIATIONS: &str = "ver vers ch chap viz St Mr Cor compare";
/// Abbreviated books, whose full stop does not end a sentence before a chapter number.
const ABBREVIATED_BOOKS: &str = "Is Isa Rev Ps Matt Heb Kin Pet Rom Gal Tim Jer Chr Sam";
/// Words that never end a sentence: a full stop after them is an error of the edition.
const NEVER_LAST: [&str; 5] = ["unless", "the", "of", "and", "or"];
/// A quotation that is not closed within this many bytes is an error of the edition.
const MAX_QUOTATION: usize = 300;

/// The sentences of a paragraph in their order, unchanged. Omitted are space, marks without words, and the references in
/// brackets with which the edition joins two sections.
pub(super) fn split(paragraph: &str) -> Vec<&str> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for end in stops(paragraph).chain([paragraph.len()]) {
        let (Some(text), Some(rest)) = (paragraph.get(start..end), paragraph.get(end..)) else {
            continue;
        };
        if !rest.is_empty() && !is_whole(text, rest) {
            continue;
        }
        match found.last_mut() {
            Some(previous) if belongs_to_previous(text) => previous.end = end,
            _ => found.push(start..end),
        }
        start = end;
    }
    found
        .into_iter()
        .filter_map(|range| paragraph.get(range))
        .map(|text| {
            text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';'))
                .trim_end()
        })
        .filter(|text| text.chars().any(char::is_alphabetic))
        .filter(|text| !(text.starts_with('(') && is_reference(text)))
        .collect()
}

/// The positions after a stop and its closing quotation marks and brackets, where space follows.
fn stops(text: &str) -> impl Iterator<Item = usize> {
    let is_stop = |c| matches!(c, '.' | '?' | '!');
    let closes = move |c| is_stop(c) || matches!(c, '"' | '\'' | '”' | '’' | ')');
    text.match_indices(is_stop).filter_map(move |(at, _)| {
        let rest = text.get(at..)?.trim_start_matches(closes);
        let next = rest.chars().next();
        next.is_some_and(char::is_whitespace)
            .then_some(text.len() - rest.len())
    })
}

/// Whether a text that ends with a stop is a whole sentence, given the text after it.
fn is_whole(text: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let Some(next) = rest.chars().next() else {
        return true;
    };
    let quotation_open =
        text.matches('"').count() % 2 == 1 && rest.find('"').is_some_and(|end| end < MAX_QUOTATION);
    if quotation_open || next.is_lowercase() || matches!(next, ',' | ';' | ':') {
        return false;
    }
    let Some(bare) = text.trim_end().strip_suffix('.') else {
        return true;
    };
    let mut words = bare.split_whitespace().rev();
    let last = words.next().unwrap_or_default();
    let before = words.next();
    let last = last.trim_start_matches(['(', '"', '&']);
    let is_initial = last.len() == 1 && last.starts_with(|c: char| c.is_uppercase()) && last != "I";
    let is_abbreviation = is_in(ABBREVIATIONS, last) || last.contains('.');
    !(is_abbreviation
        || is_initial
        || NEVER_LAST.contains(&last)
        || (is_in(ABBREVIATED_BOOKS, last) && next.is_ascii_digit())
        || (is_number(last) && before.is_none_or(announces_a_list)))
}

/// Whether a text is only a mark or the reference of a quotation.
fn belongs_to_previous(text: &str) -> bool {
    !text.contains(char::is_alphabetic)
        || (is_reference(text) && !text.trim_start().starts_with('('))
}

/// Whether a number after this word numbers a list item: `Observe, 1. The person.`, but not `Ep 2:20, 21.`
fn announces_a_list(before: &str) -> bool {
    before.ends_with([',', ':', ';', '-']) && !before.contains(|c: char| c.is_ascii_digit())
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.len() <= 2 && word.chars().all(|c| c.is_ascii_digit())
}

/// Whether a text is only a reference: `Mal 2:10.` or `(Ge 8:13-19)`.
fn is_reference(text: &str) -> bool {
    let mut names = 0;
    let mut last_is_number = false;
    let mut has_verse = false;
    for word in text.split_whitespace() {
        last_is_number =
            word.contains(|c: char| c.is_ascii_digit()) && !word.ends_with(char::is_alphabetic);
        has_verse |= word.contains(':');
        if !last_is_number {
            names += 1;
        }
        if word.len() > 12 {
            return false;
        }
    }
    last_is_number && has_verse && names <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that the text of these sentences is split into them.
    #[track_caller]
    fn assert_sentences(sentences: &[&str]) {
        assert_eq!(split(&sentences.join(" ")), sentences);
    }

    #[test]
    fn sentences_end_at_stops_only() {
        assert_sentences(&[
            "Birth is the beginning of life.",
            "This is from heaven, ch. 1:13, and ver. 11-13, says so!",
            "How great is the misery! they are condemned already.",
        ]);
    }

    #[test]
    fn a_quotation_is_not_split() {
        assert_sentences(&[
            "God said, \"Let us make man.\"",
            "Man was to glorify him.",
            "He says, \"Look. Be saved.\"",
            "And he will.",
            "\"The Lord is my shepherd.\"",
            "In these words he trusts.",
        ]);
    }

    #[test]
    fn a_list_item_begins_with_its_number() {
        assert_sentences(&[
            "Here are two things.",
            "1. She saw.",
            "2. She took.",
            "Observe, 1. The person.",
            "We read it in Ep 2:20, 21.",
            "A vail hung there.",
            "Never were people so safe, Ep 6.",
            "They knew, ver. 11.",
            "Whatever we have is his.",
        ]);
    }

    #[test]
    fn abbreviations_and_references_stay_in_their_sentence() {
        assert_sentences(&[
            "It was about A. D. 97, or B.C. 420.",
            "St. Paul knew.",
            "Still he stands and knocks, Rev. 3:20.",
            "Have we not all one Father? Mal 2:10.",
            "Who was it.",
        ]);
        assert_eq!(split("Who was it. (Ge 8:13-19)"), ["Who was it."]);
    }

    #[test]
    fn errors_of_the_edition_make_no_sentences() {
        assert_sentences(&["In these paths we cannot walk, unless. God lead us into them."]);
        assert_eq!(split(". , The Lord reigns"), ["The Lord reigns"]);
        assert_eq!(split(" . "), [] as [&str; 0]);
        assert_eq!(split(""), [] as [&str; 0]);
    }

    #[test]
    fn an_unclosed_quotation_does_not_hide_the_sentences_after_it() {
        let text = "He said, \"Go. Then he went. ".to_owned() + &"He did well. ".repeat(60);
        assert_eq!(split(&text).len(), 62);
    }
}
