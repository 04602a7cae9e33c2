//! The stem of a Spanish word, by which the words of the Reina-Valera 1909 are compared: their first letters, as
//! `dev/texts/spanish_renderings.py` wrote them.

use crate::selection::fold;

/// The first six letters without accents; a shorter word without its last vowel or `s`.
pub(crate) fn stem(word: &str) -> String {
    const LETTERS: usize = 6;
    let mut plain = fold(word);
    let letters = plain.chars().count();
    if letters > LETTERS {
        return plain.chars().take(LETTERS).collect();
    }
    if letters > 4 && plain.ends_with(['a', 'e', 'o', 's']) {
        plain.pop();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_the_same_stem() {
        for (one, other) in [
            ("misericordia", "misericordias"),
            ("Arrepentíos", "arrepentirse"),
            ("perro", "perra"),
        ] {
            assert_eq!(stem(one), stem(other));
        }
        assert_eq!(stem("Dios"), "dios");
        assert_eq!(stem("unigénito"), "unigen");
        assert_eq!(stem(""), "");
    }
}
