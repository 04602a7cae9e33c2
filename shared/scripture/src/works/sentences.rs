//! A text as its sentences, so that they can be quoted whole.

/// Abbreviations of the works here that end in a dot and no sentence.
const ABBREVIATIONS: [&str; 24] = [
    "St", "Mr", "Dr", "viz", "ver", "vv", "v", "ch", "chap", "i.e", "e.g", "etc", "cf", "Sam",
    "Kin", "Chr", "Gen", "Exod", "Lev", "Deut", "Isa", "Jer", "Heb", "comp",
];

/// The sentences of a text in order, without the space between them. Joined with single spaces they are the
/// text again. What follows a colon or semicolon is the same sentence.
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_whitespace()) {
        let (Some(before), Some(after)) = (text.get(start..at), text.get(at..)) else {
            continue;
        };
        if ends(before) && begins(after.trim_start()) {
            sentences.push(before.trim());
            start = at;
        }
    }
    sentences.extend(text.get(start..).map(str::trim));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn ends(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '’', '\'', ')', ']']);
    if text.ends_with(['!', '?']) {
        return true;
    }
    let Some(before) = text.strip_suffix('.') else {
        return false;
    };
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    !(initial || ABBREVIATIONS.contains(&word))
}

/// A sentence begins with a capital or a digit, maybe behind a quotation mark.
fn begins(text: &str) -> bool {
    let text = text.trim_start_matches(['"', '“', '‘', '\'', '(', '[']);
    text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_where_its_sentences_end() {
        let text = "Let us pray! Was St. Paul here? See II Kin. 20:12-19. \"He is a Rock.\" This is; he \
                    said, Go! and they went. End without a mark";
        assert_eq!(
            sentences(text),
            [
                "Let us pray!",
                "Was St. Paul here?",
                "See II Kin. 20:12-19.",
                "\"He is a Rock.\"",
                "This is; he said, Go! and they went.",
                "End without a mark",
            ]
        );
    }

    #[test]
    fn nothing_has_no_sentences() {
        assert!(sentences(" \n ").is_empty());
    }
}
