//! Places in a text as browsers count them.

use std::ops::Range;

/// Start and end of bytes of a text, in UTF-16 code units.
pub(crate) fn utf16(text: &str, bytes: &Range<usize>) -> [usize; 2] {
    let units = |end: usize| {
        let before = text.get(..end).unwrap_or(text);
        before.chars().map(char::len_utf16).sum()
    };
    [units(bytes.start), units(bytes.end)]
}

#[cfg(test)]
mod tests {
    use super::utf16;

    #[test]
    fn characters_count_as_in_browsers() {
        // An emoji is two units and four bytes, a curly quotation mark one unit and three bytes.
        let text = "“🕊 word”";
        let start = text.find("word").unwrap();
        assert_eq!(utf16(text, &(start..start + 4)), [4, 8]);
        assert_eq!(utf16(text, &(0..text.len())), [0, 9]);
        assert_eq!(utf16("", &(0..0)), [0, 0]);
    }
}
