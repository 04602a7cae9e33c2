//! `GET /api/lexicon/{id}/verses`: the verses in which a translation renders a Hebrew or Greek word. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, NotFound, PathText, Problem, Query};
use verse_reading::{LimitQuery, OffsetQuery};
use verse_scripture::{
    Scope, TranslationCode, VerseId,
    works::{
        concordance::list_occurrences,
        lexicon::StrongsNumber,
        word_links::{LinkedChapter, WordLink, get_linked_chapter},
    },
};

use crate::{
    book_count::BookCount,
    lexicon_entry::find_word,
    linked_translation::LinkedTranslationQuery,
    marks::utf16,
    search::read_scope,
    sources::{credit, links_of},
    verse_answer::VerseAnswer,
};

/// How many verses an answer has when the request names no limit.
const DEFAULT_LIMIT: usize = 50;

/// The part of the Bible.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConcordanceQuery {
    /// `OT`, `NT`, books (`JHN,1JN`), a range (`Gen-Deut`), or several of these with commas between. The whole Bible when absent.
    #[param(rename = "in", min_length = 1, max_length = 300, example = "NT", value_type = Option<String>)]
    scope: Scope,
}

impl FromFields for ConcordanceQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            scope: read_scope(fields),
        })
    }
}

/// The verses that have a word, in canon order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcordanceAnswer {
    /// Strong's number.
    #[schema(example = "G26")]
    id: String,
    /// The dictionary form.
    #[schema(example = "ἀγάπη")]
    lemma: String,
    /// The translation's code.
    #[schema(example = "BSB")]
    translation: &'static str,
    /// How many verses have the word, in all.
    #[schema(example = 103)]
    verses: usize,
    /// How often they have it: a verse may have it several times, and one word may be translated in two places.
    #[schema(example = 115)]
    occurrences: usize,
    /// The books that have it.
    books: Vec<BookCount>,
    results: Vec<ConcordanceVerseAnswer>,
    /// Whether verses follow after these.
    has_more: bool,
    /// The work that links the words, with its licence and the credit that this requires.
    source: String,
}

/// A verse that has the word.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcordanceVerseAnswer {
    #[serde(flatten)]
    verse: VerseAnswer,
    /// Start and end of the words in `text`, in UTF-16 code units. Empty where only the title has the word.
    #[schema(example = json!([[4, 8]]))]
    marks: Vec<[usize; 2]>,
    /// The title of the psalm that the verse begins, where it has the word; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    title: Option<ConcordanceTitleAnswer>,
}

/// A title that has the word.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcordanceTitleAnswer {
    #[schema(example = "A Psalm of David.")]
    text: String,
    /// Start and end of the words in this text.
    #[schema(example = json!([[11, 16]]))]
    marks: Vec<[usize; 2]>,
}

/// List the verses of a Hebrew or Greek word
///
/// The numbers and texts are the translation's; the list is empty when it does not render the word.
#[utoipa::path(get, path = "/api/lexicon/{id}/verses", tag = "study",
    params(("id" = String, Path, description = "A Strong's number: `H0430` is `H430`",
            min_length = 2, max_length = 100, example = "G26"),
        LinkedTranslationQuery, ConcordanceQuery, LimitQuery, OffsetQuery),
    responses(
        (status = 200, description = "The verses", body = ConcordanceAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid,
    ))]
pub async fn list_verses(
    cacheable: Cacheable,
    PathText(id): PathText,
    Query((translation, query, limit, offset)): Query<(
        LinkedTranslationQuery,
        ConcordanceQuery,
        LimitQuery,
        OffsetQuery,
    )>,
) -> Result<Response, Problem> {
    let (entry, _) = find_word(&id)?;
    let translation = translation.find()?.code;
    let mut found = Found::new(translation, entry.number, query.scope);
    let results = found.part(limit.or(DEFAULT_LIMIT), offset.skipped());
    cacheable.json(&ConcordanceAnswer {
        id: entry.number.to_string(),
        lemma: entry.lemma,
        translation: translation.as_str(),
        verses: found.verses.len(),
        occurrences: found.times,
        books: found.books(),
        has_more: offset.skipped().saturating_add(results.len()) < found.verses.len()
            && !results.is_empty(),
        results,
        source: credit(&[links_of(translation)]),
    })
}

/// The verses of a word in a part of the Bible.
struct Found {
    translation: TranslationCode,
    number: StrongsNumber,
    verses: Vec<VerseId>,
    times: usize,
    /// The chapter that was read last.
    chapter: Option<LinkedChapter>,
}

impl Found {
    fn new(translation: TranslationCode, number: StrongsNumber, scope: Scope) -> Self {
        let all = list_occurrences(translation, number);
        let within = all.verses.into_iter().zip(all.times_in);
        let within = within.filter(|(verse, _)| scope.contains(verse.book));
        let (verses, times): (Vec<VerseId>, Vec<usize>) = within.unzip();
        Self {
            translation,
            number,
            verses,
            times: times.into_iter().sum(),
            chapter: None,
        }
    }

    fn books(&self) -> Vec<BookCount> {
        let books = self.verses.chunk_by(|one, other| one.book == other.book);
        books
            .filter_map(|verses| {
                let count = u32::try_from(verses.len()).ok()?;
                Some(BookCount::from((verses.first()?.book, count)))
            })
            .collect()
    }

    fn part(&mut self, limit: usize, skipped: usize) -> Vec<ConcordanceVerseAnswer> {
        let verses = self.verses.iter().skip(skipped).take(limit);
        let verses: Vec<VerseId> = verses.copied().collect();
        let answers = verses.into_iter().filter_map(|verse| self.answer(verse));
        answers.collect()
    }

    fn answer(&mut self, verse: VerseId) -> Option<ConcordanceVerseAnswer> {
        let number = self.number;
        let linked = self.read_chapter(verse)?;
        let chapter = linked.chapter();
        let text = chapter.verse_text(verse.verse)?;
        let title = Some(chapter.title()).filter(|_| verse.verse == 1);
        let title = title.map(|text| ConcordanceTitleAnswer {
            marks: marks(&linked.title_links(), number, &text),
            text,
        });
        Some(ConcordanceVerseAnswer {
            marks: marks(&linked.verse_links(verse.verse), number, &text),
            title: title.filter(|title| !title.marks.is_empty()),
            verse: VerseAnswer::new(verse, text),
        })
    }

    fn read_chapter(&mut self, verse: VerseId) -> Option<&LinkedChapter> {
        let is_read = self.chapter.as_ref().is_some_and(|linked| {
            let chapter = linked.chapter();
            (chapter.book().id, chapter.number()) == (verse.book, verse.chapter)
        });
        if !is_read {
            self.chapter = get_linked_chapter(self.translation, verse.book, verse.chapter);
        }
        self.chapter.as_ref()
    }
}

fn marks(links: &[WordLink], number: StrongsNumber, text: &str) -> Vec<[usize; 2]> {
    let links = links.iter();
    links
        .filter(|link| link.numbers().any(|other| other == number))
        .map(|link| utf16(text, &link.range))
        .collect()
}

#[cfg(test)]
mod tests {
    use verse_search::words::{Matching, Order, Search};

    use super::*;

    #[test]
    fn every_occurrence_of_both_translations_has_its_mark() {
        for translation in [TranslationCode::Bsb, TranslationCode::Kjv] {
            // Every tenth number; the commonest word of a title; the name of God.
            let numbers = StrongsNumber::all().step_by(10);
            let common = ["H4210", "H1732", "G25"].map(|number| number.parse().unwrap());
            for number in numbers.chain(common) {
                let mut found = Found::new(translation, number, Scope::ALL);
                let verses = found.part(usize::MAX, 0);
                assert_eq!(verses.len(), found.verses.len());
                let marks = verses.iter().map(|verse| {
                    let in_title = verse.title.as_ref().map_or(0, |title| title.marks.len());
                    assert!(verse.marks.len() + in_title > 0);
                    verse.marks.len() + in_title
                });
                assert_eq!(marks.sum::<usize>(), found.times, "{translation} {number}");
            }
        }
    }

    #[test]
    fn a_search_for_a_greek_number_finds_the_same_verses() {
        for translation in [TranslationCode::Bsb, TranslationCode::Kjv] {
            let greek = StrongsNumber::all().filter(|number| !number.is_hebrew());
            let mut compared = 0;
            for number in greek.step_by(20) {
                let found = Found::new(translation, number, Scope::ALL);
                if found.verses.is_empty() {
                    continue;
                }
                let search = Search {
                    translation,
                    scope: Scope::ALL,
                    matching: Matching::Stem,
                    order: Order::Canon,
                    offset: 0,
                    limit: usize::MAX,
                };
                let searched = search.run(&number.to_string().parse().unwrap()).unwrap();
                let verses: Vec<VerseId> = searched.hits.iter().map(|hit| hit.verse).collect();
                assert_eq!(verses, found.verses, "{translation} {number}");
                compared += verses.len();
            }
            assert!(compared > 2_000, "{translation}: {compared}");
        }
    }

    #[test]
    fn the_part_and_the_scope_are_kept() {
        let number = "G25".parse().unwrap();
        let mut found = Found::new(TranslationCode::Bsb, number, "JHN,1JN".parse().unwrap());
        let books: Vec<_> = found.books().iter().map(|book| book.id).collect();
        assert_eq!(books, ["JHN", "1JN"]);
        let counted = found.verses.len();
        let by_book: u32 = found.books().iter().map(|book| book.verses).sum();
        assert_eq!(usize::try_from(by_book), Ok(counted));
        assert_eq!(found.part(5, 0).len(), 5);
        assert_eq!(found.part(5, counted - 2).len(), 2);
        assert!(found.part(5, counted).is_empty());
        let old = Found::new(TranslationCode::Bsb, number, "OT".parse().unwrap());
        assert!(old.verses.is_empty() && old.books().is_empty());
    }
}
