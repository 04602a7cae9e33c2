//! `GET /api/daily`: the verse of a day, the same for every caller. Publicly cacheable; without a date until the day ends.
//!
//! `daily/verses.txt` has a verse for each of 366 days. `dev/texts/daily.py` wrote it and says by which rule.

use axum::{extract::State, response::Response};
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{App, Cacheable, Fields, FromFields, Invalid, NotFound, Problem, Query};
use verse_reading::TranslationQuery;
use verse_scripture::{VerseId, books};

use crate::{printed::PrintedTexts, verse_answer::VerseAnswer};

/// A line for each day: month and day, and the verse of the canon in OSIS form.
const VERSES: &str = include_str!("daily/verses.txt");

/// The day.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DailyQuery {
    /// A date. Today in UTC when absent.
    #[param(example = "2026-12-25", value_type = Option<String>, format = Date)]
    date: Option<NaiveDate>,
}

impl FromFields for DailyQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let Some(text) = fields.optional_text("date", 1..=100) else {
            return Some(Self { date: None });
        };
        let date = read_date(&text);
        if date.is_none() {
            fields.add_error("date", "must be a date that exists, such as 2026-12-25");
        }
        Some(Self { date })
    }
}

/// The verse of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DailyAnswer {
    /// The day.
    #[schema(value_type = String, format = Date, example = "2026-12-25")]
    date: NaiveDate,
    verse: VerseAnswer,
}

/// Read the verse of a day
///
/// It depends on the month and day alone.
#[utoipa::path(get, path = "/api/daily", tag = "study", params(DailyQuery, TranslationQuery),
    responses(
        (status = 200, description = "The verse", body = DailyAnswer),
        (status = 304, description = "The caller has it cached"),
        NotFound, Invalid,
    ))]
pub async fn get_daily(
    State(app): State<App>,
    cacheable: Cacheable,
    Query((query, translation)): Query<(DailyQuery, TranslationQuery)>,
) -> Result<Response, Problem> {
    let texts = PrintedTexts::new(translation.find()?.code);
    if let Some(date) = query.date {
        return cacheable.json(&DailyAnswer::new(date, texts)?);
    }
    let now = app.clock.now();
    let answer = DailyAnswer::new(now.date_naive(), texts)?;
    cacheable.json_until(&answer, seconds_left(now.time()))
}

/// Ten characters: year, month and day.
fn read_date(text: &str) -> Option<NaiveDate> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let has_form = text.len() == 10 && text.bytes().take(4).all(is_digit);
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.filter(|_| has_form)
}

/// Seconds to the end of the day, whole ones: a cached answer must not outlive it.
fn seconds_left(now: NaiveTime) -> u32 {
    let left = TimeDelta::days(1) - (now - NaiveTime::MIN);
    u32::try_from(left.num_seconds()).unwrap_or(0)
}

impl DailyAnswer {
    fn new(date: NaiveDate, mut texts: PrintedTexts) -> Result<Self, Problem> {
        let verse = find_verse(date.month(), date.day());
        let printed = verse.and_then(|verse| texts.numbers_of(verse).first().copied());
        let printed = printed.ok_or_else(|| Problem::not_found("This day has no verse."))?;
        let text = texts.find(printed).unwrap_or_default().to_owned();
        Ok(Self {
            date,
            verse: VerseAnswer::new(printed, text),
        })
    }
}

/// The verse of the canon for a day.
fn find_verse(month: u32, day: u32) -> Option<VerseId> {
    let key = format!("{month:02}-{day:02} ");
    let osis = VERSES.lines().find_map(|line| line.strip_prefix(&key))?;
    let mut parts = osis.split('.');
    let book = parts.next()?;
    Some(VerseId {
        book: books().iter().find(|its| its.osis == book)?.id,
        chapter: parts.next()?.parse().ok()?,
        verse: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use verse_scripture::translations;

    use super::*;

    /// Every day of a leap year.
    fn days() -> impl Iterator<Item = NaiveDate> {
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        first.iter_days().take(366)
    }

    #[test]
    fn each_of_366_days_has_a_verse_of_its_own_that_every_translation_prints_alone() {
        assert_eq!(VERSES.lines().count(), 366);
        let mut verses = BTreeSet::new();
        for day in days() {
            let verse = find_verse(day.month(), day.day()).unwrap();
            assert!(verses.insert(verse), "{verse} is there twice");
            for translation in translations() {
                let mut texts = PrintedTexts::new(translation.code);
                let printed = texts.numbers_of(verse);
                assert_eq!(printed.len(), 1, "{} {verse}", translation.name);
            }
        }
    }

    #[test]
    fn a_verse_of_the_default_translation_is_whole_sentences() {
        for day in days() {
            let texts = PrintedTexts::new(verse_scripture::TranslationCode::Web);
            let answer = serde_json::to_value(DailyAnswer::new(day, texts).unwrap()).unwrap();
            let text = answer["verse"]["text"].as_str().unwrap();
            let inner = text.trim_matches(['“', '”', '‘', '’']);
            assert!(inner.starts_with(char::is_uppercase), "{text}");
            assert!(inner.ends_with(['.', '!', '?']), "{text}");
            assert!((20..=260).contains(&text.chars().count()), "{text}");
        }
    }

    #[test]
    fn christmas_has_its_verses() {
        for (month, day, expected) in [
            (12, 24, "Isaiah 9:6"),
            (12, 25, "Luke 2:11"),
            (12, 26, "John 1:14"),
        ] {
            assert_eq!(find_verse(month, day).unwrap().to_string(), expected);
        }
        assert_eq!(find_verse(2, 30), None);
    }

    #[test]
    fn dates_that_do_not_exist_or_have_another_form_are_refused() {
        assert!(read_date("2024-02-29").is_some());
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-04-31",
            "2024-00-10",
            "2024-1-1",
            "24-01-01",
            "+2024-1-01",
            "2024/01/01",
            "2024-01-01T00:00",
            "Christmas",
            "20240101",
            "-024-01-01",
            "２０２４-01-01",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_answer_without_a_date_ends_with_the_day() {
        let time = |h, m, s| NaiveTime::from_hms_opt(h, m, s).unwrap();
        assert_eq!(seconds_left(time(0, 0, 0)), 86_400);
        assert_eq!(seconds_left(time(23, 59, 59)), 1);
        let just_before = NaiveTime::from_hms_milli_opt(23, 59, 59, 999).unwrap();
        assert_eq!(seconds_left(just_before), 0);
    }
}
