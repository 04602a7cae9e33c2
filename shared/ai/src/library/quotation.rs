//! Quotations of the works: whole sentences between “ and ”. Sentences that do not follow each other are quotations of their own.
//!
//! The text between these marks is the work's own, letter for letter, except that its own quotation marks become ‘ and ’, and
//! its references links with the same words.

use super::links::link_references;
use super::sentence_group::{SentenceGroup, SplitSection};

/// Quotes groups of a section, in their order.
pub(super) fn quote(section: &SplitSection<'_>, groups: &[&SentenceGroup]) -> String {
    let indices = groups.iter().flat_map(|group| group.sentences.clone());
    quote_sentences(&section.sentences, indices)
}

/// Quotes the sentences with these indices.
fn quote_sentences(sentences: &[&str], indices: impl IntoIterator<Item = usize>) -> String {
    let mut quoted = String::from("“");
    let mut before: Option<usize> = None;
    for index in indices {
        let Some(sentence) = sentences.get(index) else {
            continue;
        };
        match before {
            None => {}
            Some(before) if before + 1 == index => quoted.push(' '),
            Some(_) => quoted.push_str("” “"),
        }
        quoted.push_str(&link_references(&with_inner_marks(sentence)));
        before = Some(index);
    }
    quoted.push('”');
    quoted
}

/// A text for a place between “ and ”: its own double marks become single ones, so that no two stand together.
pub(super) fn with_inner_marks(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let before = marked.chars().next_back();
        let opens = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '-'));
        let next = text
            .get(at + c.len_utf8()..)
            .and_then(|rest| rest.chars().next());
        let mark = match c {
            '“' => '‘',
            '"' if opens && next.is_some() => '‘',
            '”' | '"' => '’',
            _ => c,
        };
        // One mark is left of several that stand together.
        if !(matches!(mark, '‘' | '’') && before == Some(mark)) {
            marked.push(mark);
        }
    }
    marked
}

/// Quotes consecutive sentences.
pub(super) fn quote_whole(sentences: &[&str]) -> String {
    quote_sentences(sentences, 0..sentences.len())
}

/// A text between quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("“{text}”")
}

/// The texts with a separator between them.
pub(super) fn join(texts: impl IntoIterator<Item = String>, separator: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(separator)
}

/// Quotes verses, without a quotation mark at an end whose partner is in another verse.
pub(crate) fn quote_verses(text: &str) -> String {
    let count = |mark| text.matches(mark).count();
    let mut text = text.trim();
    if count('”') > count('“') {
        text = text.strip_suffix('”').unwrap_or(text);
    } else if count('“') > count('”') {
        text = text.strip_prefix('“').unwrap_or(text);
    }
    quoted(&with_inner_marks(text))
}

/// A user's words between quotation marks. They are shown as they are: characters that would make them Markdown or HTML are
/// escaped.
pub(super) fn quoted_from_user(text: &str) -> String {
    quoted(&escaped(text))
}

/// A text that Markdown and HTML show as it is. A bare address does not become a link.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' => escaped.extend(['\\', c]),
            ':' if rest.starts_with("://") => escaped.push_str("\\:"),
            '.' if ends_with_www(&escaped) => escaped.push_str("\\."),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn ends_with_www(text: &str) -> bool {
    let start = text.len().checked_sub(3);
    let end = start.and_then(|start| text.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// A user's words on one line; longer ones are truncated after a word to at most `max` bytes and end with `…`.
pub(super) fn shorten(text: &str, max: usize) -> String {
    const MARK: &str = "…";
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() <= max {
        return line;
    }
    let mut end = max.saturating_sub(MARK.len());
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
    fn sentences_that_are_not_consecutive_are_quotations_of_their_own() {
        let sentences = ["One.", "Two, Ge 1:1.", "Three.", "Four."];
        let quoted = "“One. Two, [Ge 1:1](/?book=Genesis&chapter=1&verse=1).” “Four.”";
        assert_eq!(quote_sentences(&sentences, [0, 1, 3]), quoted);
        assert_eq!(quote_whole(&sentences[2..]), "“Three. Four.”");
    }

    #[test]
    fn marks_within_a_quotation_are_single() {
        for (text, quoted) in [
            (
                "\"The Lord is my shepherd.\" In these words",
                "“‘The Lord is my shepherd.’ In these words”",
            ),
            ("He said, \"Go.\"", "“He said, ‘Go.’”"),
            ("Jesus said, “I am.”", "“Jesus said, ‘I am.’”"),
            ("Say, “‘Peace.’”", "“Say, ‘Peace.’”"),
            ("‘“Persia", "“‘Persia”"),
        ] {
            assert_eq!(quote_whole(&[text]), quoted);
            assert_eq!(quote_verses(text), quoted);
        }
        assert_eq!(quote_verses("he said, “I will go"), "“he said, ‘I will go”");
    }

    #[test]
    fn a_users_words_are_no_markdown_and_no_html() {
        for (written, shown) in [
            ("Who was Nicodemus?", "“Who was Nicodemus?”"),
            ("John 3:16 - it's 5.5", "“John 3:16 - it's 5.5”"),
            ("![a](http://e.com/p.png)", r"“!\[a\](http\://e.com/p.png)”"),
            (
                "[x][1] `c` **b** _i_",
                r"“\[x\]\[1\] \`c\` \*\*b\*\* \_i\_”",
            ),
            (r"\[a](b)", r"“\\\[a\](b)”"),
            ("<img src=x> &lt;", "“&lt;img src=x&gt; &amp;lt;”"),
            (
                "<http://e.com> WWW.e.com",
                r"“&lt;http\://e.com&gt; WWW\.e.com”",
            ),
            ("Amen! ~~s~~ #1", r"“Amen! \~\~s\~\~ #1”"),
        ] {
            assert_eq!(quoted_from_user(written), shown);
        }
    }

    #[test]
    fn a_long_line_is_truncated_after_a_word() {
        assert_eq!(shorten("a b\n c", 10), "a b c");
        let question = "what does it mean, then?";
        assert_eq!(shorten(question, 23), "what does it mean…");
        assert_eq!(shorten(&"é".repeat(50), 20).chars().count(), 9);
    }
}
