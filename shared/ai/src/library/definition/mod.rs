//! A definition of a word in its verse: first what it means (`meaning`), then its usage (`usage`), and last the origin of the
//! original word (`origin`). `spanish` writes all three for a Spanish selection. Nothing is guessed: without an original word
//! `no_entry` says so, and what the works have all the same.
//!
//! The text between “ and ” is that of a work, letter for letter, or of the reader, with Markdown escaped. Quotation marks
//! within it become single ones.

mod meaning;
mod no_entry;
mod origin;
mod spanish;
mod usage;
mod wording;

use verse_scripture::TranslationCode;
use verse_scripture::word::{LemmaLookup, study_word};

use super::sources::Sources;
use crate::{DefinitionRequest, DefinitionTexts, Generated};

/// A definition of the request's word.
pub(super) fn write(request: &DefinitionRequest) -> Generated<DefinitionTexts> {
    let DefinitionRequest {
        word,
        verse_text,
        passage_reference,
    } = request;
    let study = study_word(word, verse_text, passage_reference);
    let mut sources = Sources::default();
    let texts = match study.found.lookup {
        _ if study.found.translation == Some(TranslationCode::Srv) => {
            spanish::write(&study, &mut sources)
        }
        LemmaLookup::Lemmas(_) => DefinitionTexts {
            definition: meaning::write(&study, &mut sources),
            biblical_usage: usage::write(&study, &mut sources),
            original_language: origin::write(&study.lemmas, &mut sources),
        },
        LemmaLookup::FunctionWord => no_entry::for_small_word(&study),
        LemmaLookup::Spanish | LemmaLookup::Unknown => no_entry::for_unknown(&study, &mut sources),
    };
    sources.credit(texts)
}

#[cfg(test)]
mod tests;
