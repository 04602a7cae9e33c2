//! `GET /api/lexicon`: the Hebrew and Greek words that match a query. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, Problem, Query};
use verse_scripture::works::{
    Work,
    headwords::{Headword, search_headwords},
    lexicon::find_entry,
};

use crate::sources::credit;

/// How many words an answer has.
const MOST: usize = 50;

/// The query.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LexiconQuery {
    /// A meaning, a Hebrew or Greek word with or without points and accents, a transliteration, or a Strong's number.
    #[param(min_length = 1, max_length = 200, example = "love")]
    q: String,
}

impl FromFields for LexiconQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            q: fields.trimmed_text("q", 1..=200)?,
        })
    }
}

/// The words, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LexiconAnswer {
    entries: Vec<LexiconWordAnswer>,
    /// The works behind the entries, with their licences and the credits that these require.
    source: String,
}

/// A word in short; `GET /api/lexicon/{id}` has the whole entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct LexiconWordAnswer {
    /// Strong's number.
    #[schema(example = "G25")]
    id: String,
    /// `Hebrew`, `Aramaic` or `Greek`.
    #[schema(example = "Greek")]
    language: String,
    /// The dictionary form.
    #[schema(example = "ἀγαπάω")]
    lemma: &'static str,
    /// The lemma in Latin letters.
    #[schema(example = "agapáō")]
    transliteration: &'static str,
    /// The commonest meanings; null for a word that the original texts do not have.
    #[schema(example = "love")]
    gloss: Option<&'static str>,
    /// How often the Hebrew or Greek text has the word.
    #[schema(example = 143)]
    occurrences: u32,
}

/// Find Hebrew and Greek words
///
/// At most 50: first words that are the query or are translated by it, then those of which it is a part; the commonest first.
/// The list is empty when there is none.
#[utoipa::path(get, path = "/api/lexicon", tag = "study", params(LexiconQuery),
    responses(
        (status = 200, description = "The words", body = LexiconAnswer),
        (status = 304, description = "The caller has them cached"),
        Invalid,
    ))]
pub async fn search_lexicon(
    cacheable: Cacheable,
    Query(query): Query<LexiconQuery>,
) -> Result<Response, Problem> {
    let words = search_headwords(&query.q, MOST).into_iter();
    cacheable.json(&LexiconAnswer {
        entries: words.map(LexiconWordAnswer::from).collect(),
        source: credit(&[
            Work::HebrewLexicon,
            Work::GreekLexicon,
            Work::WordAlignments,
        ]),
    })
}

impl From<Headword> for LexiconWordAnswer {
    fn from(word: Headword) -> Self {
        let entry = find_entry(word.number);
        Self {
            id: word.number.to_string(),
            language: entry.map_or_else(String::new, |entry| entry.language.to_string()),
            lemma: word.lemma,
            transliteration: word.transliteration,
            gloss: word.gloss,
            occurrences: word.times,
        }
    }
}
