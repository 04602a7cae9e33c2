//! Insights and who has them: tables `insights` and `user_insights`.
//!
//! A shared insight is stored once for each subject, which is a reference and a text. An imported one belongs to one user
//! (`owner_id`) and is found through that user's links only: nothing here gives it for a subject.

use chrono::{DateTime, Utc};

use crate::text_hash::hash_parts;

pub use history::{clear_user_insights, get_user_insights};
pub use shared_texts::{begin_insight, link_insight_to_user, save_insight};

mod history;
mod shared_texts;

/// An insight's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InsightId(pub i64);

/// What an insight says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightContent {
    /// The world that the passage was written in.
    pub historical_context: String,
    /// What it says of God and man.
    pub theological_significance: String,
    /// What it asks of who reads it.
    pub practical_application: String,
}

/// A passage, as it was selected.
#[derive(Clone, Copy, Debug)]
pub struct InsightSubject<'i> {
    /// As it was sent, 1 to 100 characters.
    pub passage_reference: &'i str,
    /// As it was sent, 1 to 50,000 characters.
    pub passage_text: &'i str,
}

/// An insight to store.
#[derive(Clone, Copy, Debug)]
pub struct NewInsight<'i> {
    /// What it is about.
    pub subject: InsightSubject<'i>,
    /// What was generated.
    pub content: &'i InsightContent,
    /// What wrote it.
    pub source: Option<&'i str>,
}

/// An insight that a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insight {
    /// Its number.
    pub id: InsightId,
    /// As it was sent.
    pub passage_reference: String,
    /// As it was sent, line breaks included.
    pub passage_text: String,
    /// What it says.
    pub content: InsightContent,
    /// What wrote it; `None` when nobody can know.
    pub source: Option<String>,
    /// When the user got it, last.
    pub linked_at: DateTime<Utc>,
}

impl InsightSubject<'_> {
    /// The key of the shared insight.
    pub(crate) fn hash(self) -> [u8; 32] {
        hash_parts(&[self.passage_reference, self.passage_text])
    }
}

impl InsightContent {
    /// Tells whether two are the same.
    pub(crate) fn hash(&self) -> [u8; 32] {
        hash_parts(&[
            &self.historical_context,
            &self.theological_significance,
            &self.practical_application,
        ])
    }
}

/// A row of a caller's; all NULL where the caller is known and has no such insight.
struct InsightRow {
    id: Option<i64>,
    passage_reference: Option<String>,
    passage_text: Option<String>,
    historical_context: Option<String>,
    theological_significance: Option<String>,
    practical_application: Option<String>,
    source: Option<String>,
    linked_at: Option<DateTime<Utc>>,
}

impl InsightRow {
    fn into_insight(self) -> Option<Insight> {
        Some(Insight {
            id: InsightId(self.id?),
            passage_reference: self.passage_reference?,
            passage_text: self.passage_text?,
            content: InsightContent {
                historical_context: self.historical_context?,
                theological_significance: self.theological_significance?,
                practical_application: self.practical_application?,
            },
            source: self.source,
            linked_at: self.linked_at?,
        })
    }
}

#[cfg(test)]
mod tests;
