//! Quotation marks, and where a quotation ends.

/// The marks that may end a quotation which begins with this one; none for another character.
pub(crate) fn closing_marks(opening: char) -> &'static [char] {
    match opening {
        '"' | '＂' => &['"', '＂', '”'],
        '“' | '❝' | '〝' => &['”', '"', '❞', '〞'],
        '„' | '‟' => &['“', '”', '"'],
        '”' => &['”', '"'],
        '«' | '《' => &['»', '》'],
        '»' => &['«'],
        '‹' | '〈' => &['›', '〉'],
        '›' => &['‹'],
        '‘' | '❛' => &['’', '❜', '\''],
        '‚' | '‛' => &['‘', '’'],
        '\'' | '＇' => &['\'', '’', '＇'],
        '「' => &['」'],
        '『' => &['』'],
        _ => &[],
    }
}

/// Whether a mark is an apostrophe as well.
pub(crate) fn is_single(mark: char) -> bool {
    matches!(mark, '\'' | '＇' | '‘' | '’' | '‛' | '‚' | '❛' | '❜')
}

/// Whether a quotation may begin with a mark between these characters.
pub(crate) fn may_open(mark: char, before: Option<char>, after: Option<char>) -> bool {
    if closing_marks(mark).is_empty() || after.is_some_and(char::is_whitespace) && mark != '«' {
        return false;
    }
    let begins = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '!' | '?'));
    match mark {
        // The mark of an inch, or of an omitted letter.
        '"' | '＂' | '\'' | '＇' | '”' | '»' | '›' => begins,
        _ => true,
    }
}

/// Words with an apostrophe before them.
const WITH_APOSTROPHE: [&str; 8] = [
    "tis", "twas", "twere", "twill", "til", "em", "cause", "round",
];

/// Whether an apostrophe and not a quotation mark stands before a text.
pub(crate) fn is_apostrophe(mark: char, after: &str) -> bool {
    let word = after
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let starts_with_digit = after.starts_with(|c: char| c.is_ascii_digit());
    is_single(mark)
        && (starts_with_digit || WITH_APOSTROPHE.contains(&word.to_lowercase().as_str()))
}

/// Where a quotation ends in the text after its opening mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum QuotationEnd {
    /// The place of the closing mark, and the place after it.
    At(usize, usize),
    /// The paragraph ends without a closing mark.
    None,
    /// The text ends before.
    Open,
}

/// Finds the closing mark. A quotation within the quotation has other marks, or the same in pairs.
pub(crate) fn find_end(opening: char, text: &str) -> QuotationEnd {
    let closing = closing_marks(opening);
    let mut depth = 0_u32;
    let mut before = opening;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let after = characters.peek().map(|(_, c)| *c);
        if c == '\n' && after == Some('\n') {
            return QuotationEnd::None;
        }
        if closing.contains(&c) {
            let is_within_word =
                before.is_alphanumeric() && after.is_some_and(char::is_alphanumeric);
            if is_single(c) && after.is_none() {
                return QuotationEnd::Open;
            }
            if is_single(c) && (is_within_word || before.is_whitespace()) {
                before = c;
                continue;
            }
            if depth == 0 {
                return QuotationEnd::At(at, at + c.len_utf8());
            }
            depth -= 1;
        } else if c == opening {
            depth += 1;
        }
        before = c;
    }
    QuotationEnd::Open
}
