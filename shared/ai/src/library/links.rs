//! Passages as links that the reader can follow: `[John 3:16](/?book=John&chapter=3&verse=16)`.

use verse_scripture::Reference;

/// A reference as a link.
pub(super) fn link(reference: &Reference) -> String {
    link_as(&reference.to_string(), reference)
}

/// A link to a reference with words of its own.
pub(super) fn link_as(words: &str, reference: &Reference) -> String {
    let book = reference.book().name.replace(' ', "%20");
    let mut target = format!("/?book={book}&chapter={}", reference.first().chapter);
    if let Some(verse) = reference.verse_start() {
        target.push_str("&verse=");
        target.push_str(&verse.to_string());
    }
    format!("[{words}]({target})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use verse_scripture::parse_references;

    #[test]
    fn a_reference_is_a_link_to_its_first_verse() {
        let link_to = |text| link(&parse_references(text).unwrap()[0]);
        assert_eq!(
            link_to("John 3:16"),
            "[John 3:16](/?book=John&chapter=3&verse=16)"
        );
        assert_eq!(
            link_to("1 Corinthians 13:4-7"),
            "[1 Corinthians 13:4-7](/?book=1%20Corinthians&chapter=13&verse=4)"
        );
        assert_eq!(link_to("Psalm 23"), "[Psalms 23](/?book=Psalms&chapter=23)");
    }
}
