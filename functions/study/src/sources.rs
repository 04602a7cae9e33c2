//! The works behind an answer, with the credits that their licences require.

use verse_scripture::{Testament, TranslationCode, works::Work};

/// Name and licence of each work, with semicolons between.
pub(crate) fn credit(works: &[Work]) -> String {
    let works: Vec<String> = works.iter().map(Work::to_string).collect();
    works.join("; ")
}

/// The work that links a translation's words.
pub(crate) fn links_of(translation: TranslationCode) -> Work {
    match translation {
        TranslationCode::Kjv => Work::WordLinks,
        _ => Work::WordAlignments,
    }
}

/// The lexicon of the words of a testament.
pub(crate) fn lexicon_of(testament: Testament) -> Work {
    match testament {
        Testament::Old => Work::HebrewLexicon,
        Testament::New => Work::GreekLexicon,
    }
}

/// The original text of a testament, and the work on its words' forms.
pub(crate) fn text_of(testament: Testament) -> [Work; 2] {
    match testament {
        Testament::Old => [Work::HebrewText, Work::HebrewForms],
        Testament::New => [Work::GreekText, Work::GreekForms],
    }
}
