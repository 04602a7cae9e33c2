//! `GET /api/search`: the verses that have given words, counted, or those that answer a question. Publicly cacheable. A query
//! takes 20 ms at most.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema, openapi::schema::Object};
use verse_http::{
    Cacheable, FieldError, Fields, FromFields, Invalid, NotFound, Problem, Query, choice,
};
use verse_reading::{LimitQuery, OffsetQuery, TranslationQuery};
use verse_scripture::{Scope, TranslationCode, get_chapter};
use verse_search::meaning;
use verse_search::words::{self, LONGEST_QUERY, Matching, Order, QueryError};

use crate::{
    book_count::BookCount, marks::utf16, passage_of_query::PassageOfQuery,
    verse_answer::VerseAnswer,
};

/// How many results an answer has if the request names no limit.
const LIMIT: usize = 20;

/// What is searched.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The words of a verse. `faith hope`: both; `"living water"`: side by side; `-sword`: without it; `begin*`: words that
    /// begin so; `love | charity`: either, where `|` joins only the two terms beside it; `G26`: a Strong's number. With the
    /// mode `meaning`, a question in one's own words, in English or Spanish, and none of these signs.
    #[param(min_length = 1, max_length = 200, example = "\"living water\" -well")]
    q: String,
    /// `words`: all verses that have the words, counted; `meaning`: at most 50 verses that answer a question, the best first.
    #[param(required = false, default = "words", schema_with = mode)]
    mode: ReadQuery,
    /// The part of the canon: `OT`, `NT`, books (`JHN,1JN`), a range (`Gen-Deut`), or several of these with commas between.
    #[param(required = false, min_length = 1, max_length = 300, example = "NT", value_type = String)]
    r#in: Scope,
    /// `stem`: all forms of a word, `love` finds `loveth`; `exact`: the form alone. Only for the mode `words`.
    #[param(required = false, default = "stem", schema_with = matching)]
    r#match: Matching,
    /// `canon`: as the translation prints the verses; `relevance`: the best first. Only for the mode `words`.
    #[param(required = false, default = "canon", schema_with = order)]
    sort: Order,
}

/// How a query is read.
#[derive(Clone, Copy, Debug, Default)]
enum Mode {
    #[default]
    Words,
    Meaning,
}

/// The query as its mode reads it.
#[derive(Debug)]
enum ReadQuery {
    Words(words::Query),
    Question(String),
}

const MODES: [(&str, Mode); 2] = [("words", Mode::Words), ("meaning", Mode::Meaning)];
const MATCHINGS: [(&str, Matching); 2] = [("stem", Matching::Stem), ("exact", Matching::Exact)];
const ORDERS: [(&str, Order); 2] = [("canon", Order::Canon), ("relevance", Order::Relevance)];

fn mode() -> Object {
    choice(&MODES.map(|(name, _)| name))
}

fn matching() -> Object {
    choice(&MATCHINGS.map(|(name, _)| name))
}

fn order() -> Object {
    choice(&ORDERS.map(|(name, _)| name))
}

impl FromFields for SearchQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let mode = read_choice(fields, "mode", &MODES);
        let q = fields.visible_text("q", 1..=LONGEST_QUERY);
        let read = q.as_deref().and_then(|text| match mode.read(text) {
            Ok(query) => Some(query),
            Err(error) => {
                fields.add_error("q", error.to_string());
                None
            }
        });
        Some(Self {
            r#in: read_scope(fields),
            r#match: read_choice(fields, "match", &MATCHINGS),
            sort: read_choice(fields, "sort", &ORDERS),
            mode: read?,
            q: q?,
        })
    }
}

impl Mode {
    fn read(self, text: &str) -> Result<ReadQuery, QueryError> {
        match self {
            Self::Words => text.parse().map(ReadQuery::Words),
            Self::Meaning if text.contains(char::is_alphanumeric) => {
                Ok(ReadQuery::Question(text.to_owned()))
            }
            Self::Meaning => Err(QueryError::NoWord),
        }
    }
}

/// The verses that were found. The counts are exact, also of verses that are not in this part of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// The query as it was sent.
    query: String,
    #[schema(schema_with = mode)]
    mode: &'static str,
    #[schema(example = "WEB")]
    translation: &'static str,
    /// The passage, when the query is a reference to one.
    #[schema(required = true)]
    reference: Option<PassageOfQuery>,
    /// How many verses were found. Null in the mode `meaning`, as are the occurrences: there is no sharp limit to count by.
    #[schema(required = true, example = 416)]
    verses: Option<u32>,
    /// How many matches the verses have together, as many as they have marks.
    #[schema(required = true, example = 540)]
    occurrences: Option<u32>,
    /// The books that have a verse, in canon order. Empty in the mode `meaning`.
    books: Vec<BookCount>,
    /// The verses of this part of the list.
    results: Vec<SearchResult>,
    /// When nothing was found and a word is unknown: the query with the nearest word of the translation. In the mode
    /// `meaning`: the question as it was searched, when misspelt words of it were replaced.
    #[schema(required = true, example = "anxious")]
    suggestion: Option<String>,
    /// Whether verses follow these.
    has_more: bool,
}

/// A verse that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    #[serde(flatten)]
    verse: VerseAnswer,
    /// The matches in `text`: where each begins, and where it has ended, in UTF-16 code units. Matches that overlap are one.
    #[schema(value_type = Vec<Vec<usize>>, example = json!([[4, 9]]))]
    marks: Vec<[usize; 2]>,
    /// How well the verse matches; comparable only within one query. Null in the order of the canon.
    #[schema(required = true)]
    score: Option<f32>,
}

/// Search a translation
///
/// Case, accents and kinds of apostrophe never matter; marks other than those of the query language only separate words.
/// Psalm titles, headings and notes are not searched. A reference as query gives its passage too. The mode `meaning` finds the
/// same verses in every translation that prints them; a question that no verse is near to has an empty list.
#[utoipa::path(get, path = "/api/search", tag = "study",
    params(SearchQuery, TranslationQuery, LimitQuery, OffsetQuery),
    responses(
        (status = 200, description = "The verses", body = SearchAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid,
    ))]
pub async fn search(
    cacheable: Cacheable,
    Query((query, translation, part)): Query<(
        SearchQuery,
        TranslationQuery,
        (LimitQuery, OffsetQuery),
    )>,
) -> Result<Response, Problem> {
    let translation = translation.find()?.code;
    let answer = query
        .answer(translation, part)
        .map_err(|error| refused(&error))?;
    cacheable.json(&answer)
}

impl SearchQuery {
    fn answer(
        self,
        translation: TranslationCode,
        (limit, offset): (LimitQuery, OffsetQuery),
    ) -> Result<SearchAnswer, QueryError> {
        let (limit, offset) = (limit.or(LIMIT), offset.skipped());
        let query = match self.mode {
            ReadQuery::Words(query) => query,
            ReadQuery::Question(question) => {
                let search = meaning::Search {
                    translation,
                    scope: self.r#in,
                    limit: meaning::MOST_HITS,
                };
                return Ok(answer_question(question, search, limit, offset));
            }
        };
        let found = words::Search {
            translation,
            scope: self.r#in,
            matching: self.r#match,
            order: self.sort,
            offset,
            limit,
        }
        .run(&query)?;
        let reference = PassageOfQuery::find(&self.q, translation, found.verses == 0);
        let shown = offset.saturating_add(found.hits.len());
        let total = usize::try_from(found.verses).unwrap_or(usize::MAX);
        Ok(SearchAnswer {
            mode: "words",
            translation: translation.as_str(),
            suggestion: found.suggestion.filter(|_| reference.is_none()),
            reference,
            verses: Some(found.verses),
            occurrences: Some(found.occurrences),
            books: found.books.into_iter().map(BookCount::from).collect(),
            results: found.hits.into_iter().map(SearchResult::from).collect(),
            has_more: shown < total,
            query: self.q,
        })
    }
}

fn answer_question(
    question: String,
    search: meaning::Search,
    limit: usize,
    offset: usize,
) -> SearchAnswer {
    let translation = search.translation;
    let mut found = search.run(&question);
    if !found.is_answered {
        found.hits.clear();
    }
    let reference = PassageOfQuery::find(&question, translation, found.hits.is_empty());
    let part = found.hits.iter().skip(offset).take(limit);
    let result = |hit: &meaning::Hit| {
        let chapter = get_chapter(translation, hit.verse.book, hit.verse.chapter).ok()?;
        let text = chapter.verse_text(hit.verse.verse)?;
        let marks = found.marks(&text, translation).into_iter();
        Some(SearchResult {
            marks: marks.map(|mark| utf16(&text, &mark)).collect(),
            verse: VerseAnswer::new(hit.verse, text),
            score: Some(hit.score),
        })
    };
    SearchAnswer {
        mode: "meaning",
        translation: translation.as_str(),
        suggestion: found.suggestion.clone().filter(|_| reference.is_none()),
        reference,
        verses: None,
        occurrences: None,
        books: Vec::new(),
        results: part.filter_map(result).collect(),
        has_more: offset.saturating_add(limit) < found.hits.len(),
        query: question,
    }
}

fn refused(error: &QueryError) -> Problem {
    Problem::invalid(vec![FieldError {
        pointer: "/q".to_owned(),
        detail: error.to_string(),
    }])
}

/// The value that a field names; the default when the field is absent.
fn read_choice<T: Copy + Default>(fields: &mut Fields, field: &str, choices: &[(&str, T)]) -> T {
    let Some(written) = fields.optional_text(field, 0..=100) else {
        return T::default();
    };
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == written) {
        return *value;
    }
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    fields.add_error(field, format!("must be {}", names.join(" or ")));
    T::default()
}

/// The scope that `in` names; every book when it is absent.
pub(crate) fn read_scope(fields: &mut Fields) -> Scope {
    let Some(written) = fields.optional_text("in", 0..=usize::MAX) else {
        return Scope::ALL;
    };
    written.parse().unwrap_or_else(|error| {
        fields.add_error("in", format!("is not a part of the canon: {error}"));
        Scope::ALL
    })
}

impl From<words::Hit> for SearchResult {
    fn from(hit: words::Hit) -> Self {
        let marks = hit.marks.into_iter();
        Self {
            verse: VerseAnswer::new(hit.verse, hit.text),
            marks: marks.map(|mark| [mark.start, mark.end]).collect(),
            score: hit.score,
        }
    }
}
