//! Insights and users' histories of them: tables `insights` and `user_insights`. A history has the insights linked to a
//! user.
//!
//! A shared insight is stored once for each subject, which is a reference and a text. An imported insight belongs to
//! one user (`owner_id`), and only that user's history has it.

use chrono::{DateTime, Utc};

use crate::{
    Database, Error, Page, TokenHash,
    merge::retry_if_nothing_found,
    stored_bytes::{LONGEST_REPLY_BYTES, ROW_BYTES, to_bytes},
    text_hash::hash_parts,
};

pub use shared_texts::{begin_insight, link_insight_to_user, save_insight};

mod shared_texts;

/// The id of an insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InsightId(pub i64);

/// The three texts of an insight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightContent {
    /// The time and place in which the passage was written.
    pub historical_context: String,
    /// What the passage says about God and man.
    pub theological_significance: String,
    /// What the passage means for its reader.
    pub practical_application: String,
}

/// A selected passage.
#[derive(Clone, Copy, Debug)]
pub struct InsightSubject<'i> {
    /// The reference as it was sent, 1 to 100 characters.
    pub passage_reference: &'i str,
    /// The text as it was sent, 1 to 50,000 characters.
    pub passage_text: &'i str,
}

/// An insight to store.
#[derive(Clone, Copy, Debug)]
pub struct NewInsight<'i> {
    /// The passage.
    pub subject: InsightSubject<'i>,
    /// The generated texts.
    pub content: &'i InsightContent,
    /// The works that it is from, with their licences, or the name of the model.
    pub source: Option<&'i str>,
    /// Whether the passage is Scripture. Any other text is deleted with its last link and conversation.
    pub is_scripture: bool,
}

/// An insight of a user's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insight {
    /// Its id.
    pub id: InsightId,
    /// The reference as it was sent.
    pub passage_reference: String,
    /// The text as it was sent, with its line breaks.
    pub passage_text: String,
    /// The three texts.
    pub content: InsightContent,
    /// The works that it is from, with their licences, or the name of the model; `None` when unknown.
    pub source: Option<String>,
    /// When the user last requested or saved it.
    pub linked_at: DateTime<Utc>,
}

impl InsightSubject<'_> {
    /// The bytes of an insight on this passage with the longest texts, and of its link.
    pub(crate) fn bytes_with_longest_texts(self) -> i64 {
        let texts = self.passage_reference.len() + self.passage_text.len();
        to_bytes(texts + 2 * ROW_BYTES + 3 * LONGEST_REPLY_BYTES)
    }

    /// The key of the shared insight.
    pub(crate) fn hash(self) -> [u8; 32] {
        hash_parts(&[self.passage_reference, self.passage_text])
    }
}

impl InsightContent {
    /// Equal for equal texts.
    pub(crate) fn hash(&self) -> [u8; 32] {
        hash_parts(&[
            &self.historical_context,
            &self.theological_significance,
            &self.practical_application,
        ])
    }
}

/// An insight of the caller. Every column is NULL when a known caller does not have it.
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

/// A page of the caller's history, the last linked first. Empty for an unknown caller. One round trip.
pub async fn get_user_insights(
    database: &Database,
    token: TokenHash,
    page: Page,
) -> Result<Vec<Insight>, Error> {
    // The start of the page is one row, so that the page is one range of the index.
    let rows = sqlx::query_as!(
        InsightRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT insights.id, passage_reference, passage_text, historical_context,
               theological_significance, practical_application, source, linked_at
        FROM user_insights
        JOIN insights ON insights.id = user_insights.insight_id
        WHERE user_insights.user_id = (SELECT user_id FROM caller)
          AND (linked_at, insight_id) < (
              SELECT 'infinity'::TIMESTAMPTZ, 0::BIGINT
              WHERE $2::BIGINT IS NULL
              UNION ALL
              SELECT linked_at, insight_id
              FROM user_insights
              WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $2)
        ORDER BY linked_at DESC, insight_id DESC
        LIMIT $3
        "#,
        token.as_bytes(),
        page.before,
        page.limit,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(InsightRow::into_insight)
        .collect())
}

/// Removes all insights from the caller's history, and returns how many there were. One round trip, two when there were
/// none.
///
/// Conversations about the insights stay, and an export has them. An insight on Scripture stays for other users. Of the
/// others, imported ones included, a trigger deletes those without a link and a conversation.
pub async fn clear_user_insights(database: &Database, token: TokenHash) -> Result<u64, Error> {
    let cleared = retry_if_nothing_found(|| async move {
        let cleared = sqlx::query_scalar!(
            r#"
            WITH caller AS (
                SELECT users.id AS user_id
                FROM devices
                JOIN users ON users.id = devices.user_id
                WHERE devices.token_hash = $1
                FOR NO KEY UPDATE OF users
            ), unlinked AS (
                DELETE FROM user_insights
                WHERE user_id = (SELECT user_id FROM caller)
                RETURNING insight_id
            )
            SELECT count(*) AS "cleared!" FROM unlinked
            "#,
            token.as_bytes(),
        )
        .fetch_one(database.once())
        .await?;
        Ok((cleared > 0).then_some(cleared.unsigned_abs()))
    });
    Ok(cleared.await?.unwrap_or(0))
}

#[cfg(test)]
mod tests;
