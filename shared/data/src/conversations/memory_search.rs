//! Memory search: finds messages of the caller's other conversations that are related to a message.

use super::{ChatId, Role};
use crate::{Database, Error, TokenHash};

/// What to search for.
#[derive(Clone, Copy, Debug)]
pub struct MemoryQuery<'q> {
    /// The message. A message that has any of its words is found.
    pub text: &'q str,
    /// The name of the embedding model, and the message's vector of 1024 numbers.
    pub vector: Option<(&'q str, &'q [f32])>,
    /// The conversation of the message, which the prompt already has.
    pub excluded_chat: Option<ChatId>,
}

/// Messages of another conversation of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryExcerpt {
    /// The conversation.
    pub chat: ChatId,
    /// The first line of its summary, else its title, else the passage of its insight.
    pub title: String,
    /// The messages, oldest first, each cut to 1,000 characters.
    pub messages: Vec<(Role, String)>,
}

/// The characters of a query whose words are searched for.
const MAX_QUERY_CHARS: usize = 1000;

/// Finds the best five of the caller's last 2,000 messages, each with two messages before and two after it. Returns one
/// excerpt a conversation, the best first. Empty for an unknown caller. One round trip.
///
/// Words and vectors each rank the messages, and reciprocal rank fusion joins the two rankings (Cormack, Clarke and
/// Büttcher, 2009).
pub async fn search_memory(
    database: &Database,
    token: TokenHash,
    query: MemoryQuery<'_>,
) -> Result<Vec<MemoryExcerpt>, Error> {
    let text: String = query
        .text
        .chars()
        .take(MAX_QUERY_CHARS)
        .map(as_in_words)
        .collect();
    let (model, vector) = query.vector.unzip();
    // The search reads the user's newest messages through the index by user. An index of all users' words would find
    // messages of other users first.
    let rows = sqlx::query_as!(
        Row,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), query AS (
            SELECT regexp_replace(plainto_tsquery('english', $2)::TEXT, '&|<[-0-9]+>', '|', 'g')::TSQUERY
                       AS words
        ), recent AS MATERIALIZED (
            SELECT id, conversation_id, words, state = 'pending' OR content = '' AS is_empty
            FROM messages
            WHERE user_id = (SELECT user_id FROM caller)
            ORDER BY id DESC
            LIMIT 2000
        ), candidates AS (
            SELECT id, words
            FROM recent
            WHERE conversation_id IS DISTINCT FROM $3 AND NOT is_empty
        ), by_words AS (
            SELECT id, row_number() OVER (ORDER BY ts_rank(words, (SELECT words FROM query), 1) DESC,
                                                   id DESC) AS place
            FROM candidates
            WHERE words @@ (SELECT words FROM query)
            ORDER BY place
            LIMIT 50
        ), by_vector AS (
            SELECT id, row_number() OVER (ORDER BY distance, id DESC) AS place
            FROM (
                SELECT id, (
                    SELECT embedding <=> $5::REAL[]::VECTOR(1024)
                    FROM message_embeddings
                    WHERE message_id = candidates.id AND model = $4) AS distance
                FROM candidates
                WHERE $5 IS NOT NULL) AS measured
            WHERE distance IS NOT NULL
            ORDER BY place
            LIMIT 50
        ), best AS (
            SELECT id, sum(1.0 / (60 + place)) AS score
            FROM (SELECT * FROM by_words UNION ALL SELECT * FROM by_vector) AS found
            GROUP BY id
            ORDER BY score DESC, id DESC
            LIMIT 5
        ), around AS (
            SELECT near.id, near.conversation_id, max(best.score) AS score
            FROM best
            JOIN messages AS hit ON hit.id = best.id
            CROSS JOIN LATERAL (
                (SELECT id, conversation_id
                 FROM messages
                 WHERE conversation_id = hit.conversation_id
                   AND (created_at, id) <= (hit.created_at, hit.id)
                   AND state <> 'pending' AND content <> ''
                 ORDER BY created_at DESC, id DESC
                 LIMIT 3)
                UNION ALL
                (SELECT id, conversation_id
                 FROM messages
                 WHERE conversation_id = hit.conversation_id
                   AND (created_at, id) > (hit.created_at, hit.id)
                   AND state <> 'pending' AND content <> ''
                 ORDER BY created_at, id
                 LIMIT 2)
            ) AS near
            GROUP BY near.id, near.conversation_id
        )
        SELECT around.conversation_id AS "chat!: ChatId",
               coalesce(left(split_part(conversations.summary, E'\n', 1), 200), conversations.title,
                        insights.passage_reference, '') AS "title!",
               messages.role AS "role!: Role", left(messages.content, 1000) AS "content!"
        FROM around
        JOIN messages ON messages.id = around.id
        JOIN conversations ON conversations.id = around.conversation_id
                          AND conversations.user_id = (SELECT user_id FROM caller)
        LEFT JOIN insights ON insights.id = conversations.insight_id
        ORDER BY max(around.score) OVER (PARTITION BY around.conversation_id) DESC,
                 around.conversation_id, messages.created_at, messages.id
        "#,
        token.as_bytes(),
        text,
        query.excluded_chat.map(|chat| chat.0),
        model,
        vector,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(group_by_chat(rows))
}

/// A character as the column `words` has it: Postgres' parser of texts is slow on the others (see migration 13).
fn as_in_words(c: char) -> char {
    if c.is_ascii_punctuation() { ' ' } else { c }
}

/// A message of an excerpt. The messages of one conversation follow each other.
struct Row {
    chat: ChatId,
    title: String,
    role: Role,
    content: String,
}

fn group_by_chat(rows: Vec<Row>) -> Vec<MemoryExcerpt> {
    let mut excerpts: Vec<MemoryExcerpt> = Vec::new();
    for row in rows {
        let message = (row.role, row.content);
        match excerpts.last_mut() {
            Some(last) if last.chat == row.chat => last.messages.push(message),
            _ => excerpts.push(MemoryExcerpt {
                chat: row.chat,
                title: row.title,
                messages: vec![message],
            }),
        }
    }
    excerpts
}

#[cfg(test)]
mod tests;
