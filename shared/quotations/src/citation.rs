//! The reference beside a quotation: after it, as in `“…” (John 3:16, KJV)`, or before it, as in
//! `John 3:16 says, “…”`.

use std::ops::Range;

use verse_scripture::{
    LocatedReference, Reference, ReferenceError, TranslationCode, find_book, find_translation,
    locate_references,
};

/// How far a reference after a quotation may extend, in characters.
pub(crate) const LONGEST: usize = 120;

/// A reference beside a quotation. Places are bytes of the text in which it was found.
#[derive(Clone, Debug)]
pub(crate) struct Citation {
    /// Where the references begin and end.
    pub place: Range<usize>,
    /// The references, with the canon's numbers. Empty if none exists.
    pub references: Vec<Reference>,
    /// The name of a translation after the references, and its place.
    pub label: Option<(Range<usize>, Option<TranslationCode>)>,
    /// Where the citation ends: after its label, and after the target of a link.
    pub end: usize,
}

impl Citation {
    /// Moves all places: the text in which they were found begins later in another.
    fn shift(&mut self, by: usize) {
        let moved = |place: &Range<usize>| place.start + by..place.end + by;
        self.place = moved(&self.place);
        if let Some((place, _)) = &mut self.label {
            *place = moved(place);
        }
        self.end += by;
    }
}

/// The citation after a quotation.
pub(crate) enum Following {
    /// The text does not show yet whether one follows.
    Undecided,
    None,
    Citation(Citation),
}

/// Reads the citation at the start of the text after a closing mark. `is_whole`: no more text comes.
pub(crate) fn after_quotation(text: &str, reader: TranslationCode, is_whole: bool) -> Following {
    let is_between = |c: char| {
        c.is_whitespace() && c != '\n'
            || matches!(
                c,
                '.' | ',' | ';' | '*' | '_' | '!' | '?' | '”' | '"' | '’' | '>'
            )
    };
    let mut rest = text.trim_start_matches(is_between);
    // A block of quotation, or a list, has the citation on the next line.
    if let Some(next) = rest.strip_prefix('\n') {
        let next = next.trim_start_matches([' ', '>', '\t']);
        if next.starts_with(['—', '–', '-', '―']) {
            rest = next;
        } else if next.is_empty() && !is_whole {
            return Following::Undecided;
        } else {
            return Following::None;
        }
    }
    let start = text.len() - rest.len();
    let Some(first) = rest.chars().next() else {
        return if is_whole {
            Following::None
        } else {
            Following::Undecided
        };
    };
    let limit = rest
        .char_indices()
        .nth(LONGEST)
        .map_or(rest.len(), |(at, _)| at);
    let window = rest.get(..limit).unwrap_or_default();
    let is_cut = limit < rest.len();
    let (area, is_complete) = match first {
        '(' | '[' => {
            // A link has a bracket within, and one after.
            let end = if first == '(' {
                closing_bracket(window)
            } else {
                link_end(window)
            };
            (
                end.map_or(window, |end| window.get(..end).unwrap_or_default()),
                end.is_some(),
            )
        }
        '—' | '–' | '-' | '―' | '~' => {
            let end = window.find('\n');
            (
                end.map_or(window, |end| window.get(..end).unwrap_or_default()),
                end.is_some(),
            )
        }
        _ if first.is_alphanumeric() => {
            let end = end_of_words(window);
            (
                end.map_or(window, |end| window.get(..end).unwrap_or_default()),
                end.is_some(),
            )
        }
        _ => return Following::None,
    };
    if !is_complete && !is_cut && !is_whole {
        return Following::Undecided;
    }
    let located = locate_references(area, Some(reader));
    let Some(found) = located.iter().find(|located| !is_unexpected(located)) else {
        return Following::None;
    };
    // Only marks and words such as `see` or `is from` may stand before it.
    let before = area.get(..found.place.start).unwrap_or_default();
    if !before
        .split(|c: char| !c.is_alphabetic())
        .all(is_introduction)
    {
        return Following::None;
    }
    let mut citation = read(&located, area);
    citation.shift(start);
    Following::Citation(citation)
}

/// The reference at the end of the text before an opening mark, if only words such as "says" stand between.
pub(crate) fn before_quotation(text: &str, reader: TranslationCode) -> Option<Citation> {
    let from = text
        .char_indices()
        .rev()
        .nth(LONGEST)
        .map_or(0, |(at, _)| at);
    let area = text.get(from..)?;
    let located = locate_references(area, Some(reader));
    let last = located.iter().rfind(|located| !is_unexpected(located))?;
    let between = area.get(last.place.end..)?;
    if !is_link(between) {
        return None;
    }
    // The list that the last reference ends.
    let mut first = located.len();
    let mut begin = last.place.end;
    for (index, located) in located.iter().enumerate().rev() {
        if area
            .get(located.place.end.min(begin)..begin)
            .is_some_and(|gap| gap.len() <= 5)
        {
            begin = located.place.start;
            first = index;
        }
    }
    let mut citation = read(located.get(first..)?, area);
    citation.shift(from);
    Some(citation)
}

/// Whether a text after a reference leads to a quotation: `says:`, `— `, `(KJV), where Jesus said,`.
pub(crate) fn is_link(text: &str) -> bool {
    const WORDS: [&str; 62] = [
        "says", "say", "said", "reads", "read", "states", "tells", "us", "that", "declares",
        "teaches", "promises", "reminds", "records", "we", "you", "i", "it", "is", "written",
        "where", "god", "jesus", "paul", "he", "she", "they", "christ", "the", "lord", "david",
        "moses", "john", "peter", "james", "in", "kjv", "web", "bsb", "asv", "ylt", "srv", "niv",
        "esv", "nlt", "nkjv", "dice", "dijo", "leemos", "nos", "que", "donde", "dios", "jesús",
        "pablo", "señor", "el", "writes", "wrote", "puts", "begins", "and",
    ];
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let ends_sentence = text.contains(['.', '!', '?']) || text.trim_end().contains("\n\n");
    words.len() <= 6
        && !ends_sentence
        && words
            .iter()
            .all(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

fn is_unexpected(located: &LocatedReference) -> bool {
    matches!(located.outcome, Err(ReferenceError::Unexpected { .. }))
}

/// The citation of located references.
fn read(located: &[LocatedReference], area: &str) -> Citation {
    let start = located.first().map_or(0, |located| located.place.start);
    let end = located
        .iter()
        .map(|located| located.place.end)
        .max()
        .unwrap_or(start);
    let references = located
        .iter()
        .filter_map(|located| located.outcome.clone().ok());
    let label = label_after(area, end);
    let mut whole = label.as_ref().map_or(end, |(place, _)| place.end);
    // `[John 3:16](/?book=John)`.
    if let Some(target) = area.get(whole..).filter(|after| after.starts_with("](")) {
        whole += target.find(')').map_or(0, |close| close + 1);
    }
    Citation {
        place: start..end,
        references: references.flatten().collect(),
        label,
        end: whole,
    }
}

/// The name of a translation directly after a reference.
fn label_after(area: &str, end: usize) -> Option<(Range<usize>, Option<TranslationCode>)> {
    const OTHERS: [&str; 22] = [
        "NIV", "ESV", "NASB", "NKJV", "NLT", "NRSV", "NRSVUE", "RSV", "CSB", "HCSB", "NET", "MSG",
        "AMP", "RVR", "RVR60", "NVI", "LBLA", "CEV", "GNT", "TLB", "NAB", "NTV",
    ];
    let rest = area.get(end..)?;
    let skipped = rest.len()
        - rest
            .trim_start_matches([' ', ',', '(', '[', ';', '—', '-'])
            .len();
    let name = rest.get(skipped..)?;
    let length = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let name = name.get(..length)?;
    let code = find_translation(name).map(|translation| translation.code);
    let is_name = code.is_some() && name.chars().all(char::is_uppercase) || OTHERS.contains(&name);
    let start = end + skipped;
    is_name.then_some((start..start + length, code))
}

/// The place after the bracket that closes the first one.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            '\n' => return Some(at),
            _ => {}
        }
    }
    None
}

/// The place after `[…]`, or after `[…](…)`.
fn link_end(text: &str) -> Option<usize> {
    let close = text.find([']', '\n'])? + 1;
    let after = text.get(close..)?;
    if after.is_empty() {
        return None;
    }
    if after.starts_with('(') {
        return after.find(')').map(|end| close + end + 1);
    }
    Some(close)
}

/// Whether a word may stand between a quotation and its reference.
fn is_introduction(word: &str) -> bool {
    const WORDS: [&str; 27] = [
        "", "see", "cf", "from", "in", "compare", "quoting", "en", "de", "véase", "ver", "as",
        "is", "are", "comes", "stands", "at", "says", "reads", "found", "es", "está", "dice",
        "the", "words", "of", "was",
    ];
    WORDS.contains(&word.to_lowercase().as_str())
}

/// The place where words that may be a reference end; `None` if they go on to the end of the text.
fn end_of_words(text: &str) -> Option<usize> {
    let mut at = 0;
    for (index, word) in text.split_inclusive(char::is_whitespace).enumerate() {
        let is_finished = word.ends_with(char::is_whitespace);
        let name = word.trim_matches(|c: char| !c.is_alphanumeric());
        let may_be = is_introduction(name)
            || name.starts_with(|c: char| c.is_ascii_digit())
            || find_book(name).is_some()
            || [
                "I", "II", "III", "First", "Second", "Third", "of", "and", "Primera", "Segunda",
            ]
            .contains(&name)
            || find_translation(name).is_some();
        let ends = !may_be && (is_finished || !name.starts_with(char::is_uppercase));
        if ends || word.ends_with('\n') {
            return Some(if ends { at } else { at + word.trim_end().len() });
        }
        if index > 8 {
            return Some(at);
        }
        at += word.len();
    }
    None
}
