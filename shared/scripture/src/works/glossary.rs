//! The World English Bible's own glossary: 94 terms in plain modern English.

use super::embedded::GLOSSARY;
use super::works_format::PackedTerm;
use crate::stem::{plain, stem};

/// A term with its explanation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Term {
    /// The term as the glossary writes it.
    pub term: String,
    /// The explanation.
    pub text: String,
}

/// Every term, in the glossary's order.
#[must_use]
pub fn list_terms() -> Vec<Term> {
    let terms: Vec<PackedTerm> = GLOSSARY.read(0).unwrap_or_default();
    terms
        .into_iter()
        .map(|(term, text)| Term { term, text })
        .collect()
}

/// The term of a word or of a form of it: `Shekels`, `repented`.
#[must_use]
pub fn find_term(word: &str) -> Option<Term> {
    let (exact, wanted) = (plain(word.trim()), stem(word.trim()));
    let mut terms = list_terms();
    let index = terms
        .iter()
        .position(|term| plain(&term.term) == exact)
        .or_else(|| terms.iter().position(|term| stem(&term.term) == wanted))?;
    Some(terms.swap_remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_by_its_forms() {
        let find = |word| find_term(word).map(|term| term.term);
        assert_eq!(find("Sheol").as_deref(), Some("Sheol"));
        assert_eq!(find("shekels").as_deref(), Some("shekel"));
        assert_eq!(find("Repented").as_deref(), Some("repent"));
        assert_eq!(find("God’s"), None);
        assert_eq!(find(""), None);
    }
}
