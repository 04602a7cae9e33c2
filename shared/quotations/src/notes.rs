//! The sentences in brackets that tell a reader what was left out.

use verse_scripture::TranslationCode;

/// The sentences of a language.
pub(crate) struct Notes {
    /// In place of a reference that does not exist, or is to a book outside the canon.
    pub no_such_reference: &'static str,
    /// After words that were claimed as Scripture.
    pub not_scripture: &'static str,
    /// Before a reference after words that are not in it.
    pub compare: &'static str,
    /// After a quotation whose place was named wrongly before it.
    pub this_is: &'static str,
}

/// The sentences in the language of a translation.
pub(crate) fn notes(translation: TranslationCode) -> &'static Notes {
    match translation {
        TranslationCode::Srv => &Notes {
            no_such_reference: "[se omitió una referencia que no está en estas traducciones]",
            not_scripture: "[no es una cita de estas traducciones]",
            compare: "compárese",
            this_is: "esto es",
        },
        _ => &Notes {
            no_such_reference: "[a reference that is not in these translations was left out]",
            not_scripture: "[not a quotation from these translations]",
            compare: "compare",
            this_is: "this is",
        },
    }
}
