//! Definitions and users' histories of them: tables `definitions` and `user_definitions`. A history has the definitions
//! linked to a user.
//!
//! A shared definition is stored once for each subject, which is a word, a reference and a verse. An imported
//! definition belongs to one user (`owner_id`), and only that user's history has it.

use chrono::{DateTime, Utc};

use crate::{
    Database, Error, Page, TokenHash,
    merge::retry_if_nothing_found,
    stored_bytes::{LONGEST_REPLY_BYTES, ROW_BYTES, to_bytes},
    text_hash::hash_parts,
};

pub use shared_texts::{begin_definition, link_definition_to_user, save_definition};

mod shared_texts;

/// The id of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DefinitionId(pub i64);

/// The three texts of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionContent {
    /// The meaning of the word.
    pub definition: String,
    /// How scripture uses the word.
    pub biblical_usage: String,
    /// The Hebrew or Greek word behind it.
    pub original_language: String,
}

/// A word in a verse.
#[derive(Clone, Copy, Debug)]
pub struct DefinitionSubject<'d> {
    /// The word as it was sent, 1 to 100 characters.
    pub word: &'d str,
    /// The reference as it was sent, 1 to 100 characters.
    pub passage_reference: &'d str,
    /// The verse as it was sent, 1 to 50,000 characters.
    pub verse_text: &'d str,
}

/// A definition to store.
#[derive(Clone, Copy, Debug)]
pub struct NewDefinition<'d> {
    /// The word and its verse.
    pub subject: DefinitionSubject<'d>,
    /// The generated texts.
    pub content: &'d DefinitionContent,
    /// The works that it is from, with their licences, or the name of the model.
    pub source: Option<&'d str>,
    /// Whether the word and its verse are Scripture. Any other text is deleted with its last link.
    pub is_scripture: bool,
}

/// A definition of a user's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its id.
    pub id: DefinitionId,
    /// The word as it was sent.
    pub word: String,
    /// The reference as it was sent.
    pub passage_reference: String,
    /// The verse as it was sent, with its line breaks.
    pub verse_text: String,
    /// The three texts.
    pub content: DefinitionContent,
    /// The works that it is from, with their licences, or the name of the model; `None` when unknown.
    pub source: Option<String>,
    /// When the user last requested or saved it.
    pub linked_at: DateTime<Utc>,
}

impl DefinitionSubject<'_> {
    /// The bytes of a definition of this word with the longest texts, and of its link.
    pub(crate) fn bytes_with_longest_texts(self) -> i64 {
        let texts = self.word.len() + self.passage_reference.len() + self.verse_text.len();
        to_bytes(texts + 2 * ROW_BYTES + 3 * LONGEST_REPLY_BYTES)
    }

    /// The key of the shared definition.
    pub(crate) fn hash(self) -> [u8; 32] {
        hash_parts(&[self.word, self.passage_reference, self.verse_text])
    }
}

impl DefinitionContent {
    /// Equal for equal texts.
    pub(crate) fn hash(&self) -> [u8; 32] {
        hash_parts(&[
            &self.definition,
            &self.biblical_usage,
            &self.original_language,
        ])
    }
}

/// A definition of the caller. Every column is NULL when a known caller does not have it.
struct DefinitionRow {
    id: Option<i64>,
    word: Option<String>,
    passage_reference: Option<String>,
    verse_text: Option<String>,
    definition: Option<String>,
    biblical_usage: Option<String>,
    original_language: Option<String>,
    source: Option<String>,
    linked_at: Option<DateTime<Utc>>,
}

impl DefinitionRow {
    fn into_definition(self) -> Option<Definition> {
        Some(Definition {
            id: DefinitionId(self.id?),
            word: self.word?,
            passage_reference: self.passage_reference?,
            verse_text: self.verse_text?,
            content: DefinitionContent {
                definition: self.definition?,
                biblical_usage: self.biblical_usage?,
                original_language: self.original_language?,
            },
            source: self.source,
            linked_at: self.linked_at?,
        })
    }
}

/// A page of the caller's history, the last linked first. Empty for an unknown caller. One round trip.
pub async fn get_user_definitions(
    database: &Database,
    token: TokenHash,
    page: Page,
) -> Result<Vec<Definition>, Error> {
    // The start of the page is one row, so that the page is one range of the index.
    let rows = sqlx::query_as!(
        DefinitionRow,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT definitions.id, word, passage_reference, verse_text, definition, biblical_usage,
               original_language, source, linked_at
        FROM user_definitions
        JOIN definitions ON definitions.id = user_definitions.definition_id
        WHERE user_definitions.user_id = (SELECT user_id FROM caller)
          AND (linked_at, definition_id) < (
              SELECT 'infinity'::TIMESTAMPTZ, 0::BIGINT
              WHERE $2::BIGINT IS NULL
              UNION ALL
              SELECT linked_at, definition_id
              FROM user_definitions
              WHERE user_id = (SELECT user_id FROM caller) AND definition_id = $2)
        ORDER BY linked_at DESC, definition_id DESC
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
        .filter_map(DefinitionRow::into_definition)
        .collect())
}

/// Removes all definitions from the caller's history, and returns how many there were. One round trip, two when there
/// were none.
///
/// A definition of a word of Scripture stays for other users. Of the others, imported ones included, a trigger deletes
/// those without a link.
pub async fn clear_user_definitions(database: &Database, token: TokenHash) -> Result<u64, Error> {
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
                DELETE FROM user_definitions
                WHERE user_id = (SELECT user_id FROM caller)
                RETURNING definition_id
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
