//! `GET /api/lexicon/{id}`: a Hebrew or Greek word with its meaning and its renderings. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, NotFound, PathText, Problem};
use verse_scripture::works::{
    Work,
    headwords::{Headword, find_headword},
    lexicon::{Entry, find_entry},
};

use crate::sources::credit;

/// An entry of the lexicon.
#[derive(Debug, Serialize, ToSchema)]
pub struct LexiconEntryAnswer {
    /// Strong's number.
    #[schema(example = "G25")]
    id: String,
    /// `Hebrew`, `Aramaic` or `Greek`.
    #[schema(example = "Greek")]
    language: String,
    /// The dictionary form.
    #[schema(example = "ἀγαπάω")]
    lemma: String,
    /// The lemma in Latin letters.
    #[schema(example = "agapáō")]
    transliteration: String,
    /// The pronunciation for English readers.
    #[schema(example = "ag-ap-ah'-o")]
    pronunciation: String,
    #[schema(example = "verb")]
    part_of_speech: Option<String>,
    /// The commonest meanings; null for a word that the original texts do not have.
    #[schema(example = "love")]
    gloss: Option<&'static str>,
    /// The meaning in Strong's words.
    #[schema(example = "to love (in a social or moral sense)")]
    definition: Option<String>,
    /// The origin in Strong's words.
    derivation: Option<String>,
    /// The words by which the Berean Standard Bible translates it, the commonest first. Rarer ones than two in a hundred are
    /// left out.
    renderings: Vec<RenderingAnswer>,
    /// How often the original text has the word: the Westminster Leningrad Codex or the SBL Greek New Testament.
    #[schema(example = 143)]
    occurrences: u32,
    /// In how many verses and psalm titles it has the word.
    #[schema(example = 110)]
    verses: u16,
    /// The works behind the entry, with their licences and the credits that these require.
    source: String,
}

/// Words by which a word is translated.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenderingAnswer {
    /// Verbs as infinitives, nouns in the singular.
    #[schema(example = "love")]
    text: &'static str,
    /// How often.
    #[schema(example = 128)]
    count: u32,
}

/// Read an entry of the lexicon
#[utoipa::path(get, path = "/api/lexicon/{id}", tag = "study",
    params(("id" = String, Path, description = "A Strong's number: `H0430` is `H430`",
        min_length = 2, max_length = 100, example = "G25")),
    responses(
        (status = 200, description = "The entry", body = LexiconEntryAnswer),
        (status = 304, description = "The caller has it cached"),
        NotFound,
    ))]
pub async fn get_entry(cacheable: Cacheable, PathText(id): PathText) -> Result<Response, Problem> {
    let (entry, headword) = find_word(&id)?;
    cacheable.json(&LexiconEntryAnswer::new(entry, headword))
}

/// The entry with this number; a `404` that says which numbers there are.
pub(crate) fn find_word(id: &str) -> Result<(Entry, Headword), Problem> {
    let number = id.parse().map_err(|_| {
        Problem::not_found(format!(
            "{id:?} is not a Strong's number: they are H1 to H8674 (Hebrew and Aramaic) and G1 to G5624 (Greek)."
        ))
    })?;
    let entry = find_entry(number).zip(find_headword(number));
    entry.ok_or_else(|| {
        Problem::not_found(format!(
            "Strong's dictionaries have no entry {number}: the number is not used."
        ))
    })
}

impl LexiconEntryAnswer {
    fn new(entry: Entry, headword: Headword) -> Self {
        let renderings = headword.renderings.into_iter();
        let part_of_speech = headword.part_of_speech.map(str::to_owned);
        Self {
            id: entry.number.to_string(),
            language: entry.language.to_string(),
            part_of_speech: entry.part_of_speech.clone().or(part_of_speech),
            gloss: headword.gloss,
            renderings: renderings
                .map(|(text, count)| RenderingAnswer { text, count })
                .collect(),
            occurrences: headword.times,
            verses: headword.verses,
            source: credit(&[entry.work(), Work::WordAlignments]),
            lemma: entry.lemma,
            transliteration: entry.transliteration,
            pronunciation: entry.pronunciation,
            definition: entry.definition,
            derivation: entry.derivation,
        }
    }
}
