//! Vectors of messages for the search by meaning: table `message_embeddings`.
//!
//! Messages are embedded after a reply, newest first: new ones, imported ones, and those with another model's vector. A
//! message without a vector is found by its words only.

use super::MessageId;
use crate::{Database, Error, TokenHash};

/// How many of a user's messages are embedded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStatus {
    /// All messages, without pending and empty ones.
    pub messages: i64,
    /// The messages with a vector of the current embedding model.
    pub embedded: i64,
}

/// How many messages the caller has, and how many of them have a vector of `model`. Zero for an unknown caller. One
/// round trip.
pub async fn memory_status(
    database: &Database,
    token: TokenHash,
    model: &str,
) -> Result<MemoryStatus, Error> {
    let status = sqlx::query_as!(
        MemoryStatus,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        )
        SELECT count(*) AS "messages!",
               count((SELECT message_id
                      FROM message_embeddings
                      WHERE message_id = messages.id AND model = $2)) AS "embedded!"
        FROM messages
        WHERE user_id = (SELECT user_id FROM caller) AND state <> 'pending' AND content <> ''
        "#,
        token.as_bytes(),
        model,
    )
    .fetch_one(database.repeatable())
    .await?;
    Ok(status)
}

/// At most 20 of the caller's last 500 messages that have no vector of `model`, newest first, each cut to 8,000
/// characters. One round trip.
pub async fn list_unembedded(
    database: &Database,
    token: TokenHash,
    model: &str,
) -> Result<Vec<(MessageId, String)>, Error> {
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), recent AS (
            SELECT id, content
            FROM messages
            WHERE user_id = (SELECT user_id FROM caller) AND state <> 'pending' AND content <> ''
            ORDER BY id DESC
            LIMIT 500
        )
        SELECT id AS "id!", left(content, 8000) AS "content!"
        FROM recent
        WHERE (SELECT model FROM message_embeddings WHERE message_id = recent.id)
              IS DISTINCT FROM $2
        ORDER BY id DESC
        LIMIT 20
        "#,
        token.as_bytes(),
        model,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (MessageId(row.id), row.content))
        .collect())
}

/// Stores vectors of the caller's messages, 1024 numbers each. One round trip.
///
/// # Errors
/// [`Error::Driver`] for vectors of another length.
pub async fn save_embeddings(
    database: &Database,
    token: TokenHash,
    model: &str,
    vectors: &[(MessageId, Vec<f32>)],
) -> Result<(), Error> {
    let messages: Vec<i64> = vectors.iter().map(|(message, _)| message.0).collect();
    let numbers: Vec<f32> = vectors
        .iter()
        .flat_map(|(_, vector)| vector)
        .copied()
        .collect();
    // `unnest` flattens an array of arrays. So the statement cuts one long array into vectors.
    sqlx::query!(
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         )
         INSERT INTO message_embeddings (message_id, model, embedding)
         SELECT messages.id, $2,
                ($4::REAL[])[(place - 1) * 1024 + 1 : place * 1024]::VECTOR(1024)
         FROM unnest($3::BIGINT[]) WITH ORDINALITY AS given (message_id, place)
         JOIN messages ON messages.id = given.message_id
                      AND messages.user_id = (SELECT user_id FROM caller)
         ON CONFLICT (message_id) DO UPDATE
         SET model = excluded.model, embedding = excluded.embedding",
        token.as_bytes(),
        model,
        &messages,
        &numbers,
    )
    .execute(database.repeatable())
    .await?;
    Ok(())
}
