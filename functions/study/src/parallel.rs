//! `GET /api/parallel`: a chapter or verses of it in several translations, verse by verse. Publicly cacheable.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, NotFound, Problem, Query};
use verse_reading::{ChapterQuery, OptionalVersesQuery, find_translation_or_404};
use verse_scripture::{Chapter, Reference, Translation, VerseId, verse_map::to_canon};

use crate::printed::{PrintedTexts, numbered, verse_of};

/// How many translations are set side by side.
const FEWEST: usize = 2;
const MOST: usize = 6;

/// The translations.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ParallelQuery {
    /// The codes of two to six different translations, separated by commas.
    #[param(min_length = 1, max_length = 100, example = "WEB,KJV", value_type = String)]
    translations: Vec<String>,
}

impl FromFields for ParallelQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let text = fields.text("translations", 1..=100)?;
        let codes: Vec<String> = text
            .split(',')
            .map(|code| code.trim().to_uppercase())
            .collect();
        let unique: BTreeSet<&String> = codes.iter().collect();
        let fault = if codes.iter().any(String::is_empty) {
            "must have a code before and after each comma"
        } else if unique.len() < codes.len() {
            "must not name a translation twice"
        } else if !(FEWEST..=MOST).contains(&codes.len()) {
            "must name two to six translations"
        } else {
            return Some(Self {
                translations: codes,
            });
        };
        fields.add_error("translations", fault);
        None
    }
}

/// A passage in several translations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParallelAnswer {
    #[schema(example = "John 3:16")]
    reference: String,
    /// The translations' codes, in the order of the request.
    #[schema(example = json!(["WEB", "KJV"]))]
    translations: Vec<&'static str>,
    verses: Vec<ParallelVerseAnswer>,
    /// Verses that a translation does not print.
    omitted: Vec<ParallelOmittedAnswer>,
}

/// One verse in each of the translations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParallelVerseAnswer {
    /// The number in the requested chapter.
    #[schema(example = 16)]
    verse: u16,
    /// The text by translation. Null where the translation does not print the verse, or has its words in an earlier
    /// verse of this answer, which `numbered` names then.
    #[schema(example = json!({"WEB": "For God so loved the world…", "KJV": null}))]
    texts: BTreeMap<&'static str, Option<String>>,
    /// The verse's own number in a translation that counts it otherwise.
    #[schema(example = json!({"SRV": "39:34"}))]
    numbered: BTreeMap<&'static str, String>,
}

/// A verse that a translation does not print.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParallelOmittedAnswer {
    #[schema(example = "WEB")]
    translation: &'static str,
    /// The number in the requested chapter.
    #[schema(example = 37)]
    verse: u16,
    /// A sentence that says so.
    detail: String,
}

/// Read a passage in several translations
///
/// The numbers of the request and of the answer are those of the first translation in the list that has such a verse; the
/// others are set beside it by their words, under the numbers that `numbered` tells.
#[utoipa::path(get, path = "/api/parallel", tag = "study",
    params(ChapterQuery, OptionalVersesQuery, ParallelQuery),
    responses(
        (status = 200, description = "The verses", body = ParallelAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid,
    ))]
pub async fn get_parallel(
    cacheable: Cacheable,
    Query((chapter, verses, query)): Query<(ChapterQuery, OptionalVersesQuery, ParallelQuery)>,
) -> Result<Response, Problem> {
    let translations = query.find()?;
    let (leading, numbers) = find_leading(&translations, &chapter, &verses)?;
    let reference = match &numbers {
        Some(numbers) => numbered(&leading, numbers).to_string(),
        None => format!("{} {}", leading.book().name, leading.number()),
    };
    let rows = list_rows(&leading, &numbers.unwrap_or(0..=u16::MAX));
    cacheable.json(&ParallelAnswer::new(reference, &translations, &rows))
}

impl ParallelQuery {
    fn find(&self) -> Result<Vec<&'static Translation>, Problem> {
        let codes = self.translations.iter();
        codes.map(|code| find_translation_or_404(code)).collect()
    }
}

/// Verse numbers.
type Numbers = RangeInclusive<u16>;

/// The chapter in the first translation that has such verses, which gives the numbers; the error of the first if none has.
fn find_leading(
    translations: &[&'static Translation],
    chapter: &ChapterQuery,
    verses: &OptionalVersesQuery,
) -> Result<(Chapter, Option<Numbers>), Problem> {
    let mut refused = None;
    for translation in translations {
        let chapter = chapter.read(translation)?;
        match verses.find(&chapter) {
            Ok(numbers) => return Ok((chapter, numbers)),
            Err(problem) => refused = refused.or(Some(problem)),
        }
    }
    Err(refused.unwrap_or_else(|| Problem::not_found("There is no such verse.")))
}

/// A line of the answer: a number, and the verses of the canon that it has in the leading translation.
struct Row {
    label: VerseId,
    canon: Vec<VerseId>,
}

/// The verses that the leading translation prints under these numbers, and those of the canon that it prints elsewhere or
/// not at all.
fn list_rows(leading: &Chapter, numbers: &Numbers) -> Vec<Row> {
    let printed = leading.texts().into_iter().map(|(verse, _)| verse);
    let printed = printed.filter(|verse| numbers.contains(verse));
    let mut rows: Vec<Row> = printed
        .map(|verse| {
            let label = verse_of(leading, verse);
            let canon = to_canon(leading.translation(), label);
            let canon = canon.map(|range| Reference::between(*range.start(), *range.end()));
            Row {
                label,
                canon: canon.iter().flat_map(Reference::verses).collect(),
            }
        })
        .collect();
    let covered: BTreeSet<VerseId> = rows.iter().flat_map(|row| row.canon.clone()).collect();
    let omitted = leading
        .omitted()
        .into_iter()
        .map(|omitted| verse_of(leading, omitted.verse));
    let omitted =
        omitted.filter(|verse| numbers.contains(&verse.verse) && !covered.contains(verse));
    rows.extend(omitted.map(|label| Row {
        label,
        canon: vec![label],
    }));
    rows.sort_by_key(|row| row.label);
    rows
}

impl ParallelAnswer {
    fn new(reference: String, translations: &[&'static Translation], rows: &[Row]) -> Self {
        let mut columns: Vec<Column> = translations.iter().map(|its| Column::new(its)).collect();
        let mut omitted = Vec::new();
        let mut verses = Vec::with_capacity(rows.len());
        for row in rows {
            let mut verse = ParallelVerseAnswer {
                verse: row.label.verse,
                texts: BTreeMap::new(),
                numbered: BTreeMap::new(),
            };
            for column in &mut columns {
                column.add(row, &mut verse, &mut omitted);
            }
            verses.push(verse);
        }
        Self {
            reference,
            translations: columns.iter().map(|column| column.code).collect(),
            verses,
            omitted,
        }
    }
}

/// A translation of the answer.
struct Column {
    code: &'static str,
    name: &'static str,
    texts: PrintedTexts,
    /// The verses that are in the answer already: two rows may have one verse between them.
    shown: BTreeSet<VerseId>,
}

impl Column {
    fn new(translation: &'static Translation) -> Self {
        Self {
            code: translation.code.as_str(),
            name: translation.name,
            texts: PrintedTexts::new(translation.code),
            shown: BTreeSet::new(),
        }
    }

    fn add(
        &mut self,
        row: &Row,
        verse: &mut ParallelVerseAnswer,
        omitted: &mut Vec<ParallelOmittedAnswer>,
    ) {
        let canon = row.canon.iter();
        let mut printed: Vec<VerseId> = canon
            .flat_map(|canon| self.texts.numbers_of(*canon))
            .collect();
        printed.dedup();
        let new: Vec<&VerseId> = printed
            .iter()
            .filter(|its| !self.shown.contains(its))
            .collect();
        let texts: Vec<String> = new
            .iter()
            .filter_map(|its| self.texts.find(**its).map(str::to_owned))
            .collect();
        verse
            .texts
            .insert(self.code, (!texts.is_empty()).then(|| texts.join(" ")));
        match (printed.first(), printed.last()) {
            (Some(first), Some(last)) if printed.len() > 1 || *first != row.label => {
                verse.numbered.insert(self.code, range_of(*first, *last));
            }
            (Some(_), _) => {}
            (None, _) => omitted.push(ParallelOmittedAnswer {
                translation: self.code,
                verse: row.label.verse,
                detail: format!("The {} does not print {}.", self.name, row.label),
            }),
        }
        self.shown.extend(printed);
    }
}

/// `39:34`, `14:18-19`.
fn range_of(first: VerseId, last: VerseId) -> String {
    let start = format!("{}:{}", first.chapter, first.verse);
    if first == last {
        start
    } else if first.chapter == last.chapter {
        format!("{start}-{}", last.verse)
    } else {
        format!("{start}-{}:{}", last.chapter, last.verse)
    }
}
