//! What a reader said elsewhere that bears on a message: found among the caller's own messages, and nobody else's.

use super::{ChatId, Role};
use crate::{Database, Error, TokenHash};

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct MemoryQuery<'w> {
    /// The message: its words are looked for, any of them.
    pub text: &'w str,
    /// What it means to an embedder of this name, in 1024 numbers.
    pub meaning: Option<(&'w str, &'w [f32])>,
    /// The conversation that it stands in, which needs no reminder.
    pub outside: Option<ChatId>,
}

/// A piece of another conversation of the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryExcerpt {
    /// The conversation.
    pub chat: ChatId,
    /// It in one line: how its summary begins, its title, or the passage of its insight.
    pub about: String,
    /// What was said there, in its order, each cut to a thousand characters.
    pub said: Vec<(Role, String)>,
}

/// As much of a message as its words are looked for, in characters.
const LOOKED_FOR: usize = 1000;

/// The best five messages for what is wanted among the caller's last two thousand, each with two neighbours on either side,
/// one piece a conversation, the best first. Nothing for an unknown caller. One round trip.
///
/// Words and meaning each give an order; a message's place in either counts, the first most (reciprocal rank fusion:
/// Cormack, Clarke and Büttcher, 2009).
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn search_memory(
    database: &Database,
    token: TokenHash,
    wanted: MemoryQuery<'_>,
) -> Result<Vec<MemoryExcerpt>, Error> {
    let text: String = wanted.text.chars().take(LOOKED_FOR).collect();
    let (model, meaning) = wanted.meaning.unzip();
    // Of a user's messages as many as are read at once are looked at, by the index of each user's own: an index of all
    // words of all users would have to be asked for whose they are.
    let rows = sqlx::query_as!(
        Row,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), wanted AS (
            SELECT regexp_replace(plainto_tsquery('english', $2)::TEXT, '&|<[-0-9]+>', '|', 'g')::TSQUERY
                       AS words
        ), recent AS MATERIALIZED (
            SELECT id, conversation_id, words, state = 'pending' OR content = '' AS is_empty
            FROM messages
            WHERE user_id = (SELECT user_id FROM caller)
            ORDER BY id DESC
            LIMIT 2000
        ), elsewhere AS (
            SELECT id, words
            FROM recent
            WHERE conversation_id IS DISTINCT FROM $3 AND NOT is_empty
        ), by_words AS (
            SELECT id, row_number() OVER (ORDER BY ts_rank(words, (SELECT words FROM wanted), 1) DESC,
                                                   id DESC) AS place
            FROM elsewhere
            WHERE words @@ (SELECT words FROM wanted)
            ORDER BY place
            LIMIT 50
        ), by_meaning AS (
            SELECT id, row_number() OVER (ORDER BY distance, id DESC) AS place
            FROM (
                SELECT id, (
                    SELECT embedding <=> $5::REAL[]::VECTOR(1024)
                    FROM message_embeddings
                    WHERE message_id = elsewhere.id AND model = $4) AS distance
                FROM elsewhere
                WHERE $5 IS NOT NULL) AS measured
            WHERE distance IS NOT NULL
            ORDER BY place
            LIMIT 50
        ), best AS (
            SELECT id, sum(1.0 / (60 + place)) AS score
            FROM (SELECT * FROM by_words UNION ALL SELECT * FROM by_meaning) AS found
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
        SELECT around.conversation_id AS "chat!",
               coalesce(left(split_part(conversations.summary, E'\n', 1), 200), conversations.title,
                        insights.passage_reference, '') AS "about!",
               messages.role AS "role!", left(messages.content, 1000) AS "content!"
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
        wanted.outside.map(|chat| chat.0),
        model,
        meaning,
    )
    .fetch_all(database.repeatable())
    .await?;
    by_conversation(rows)
}

/// A message of a conversation; those of one follow each other.
struct Row {
    chat: i64,
    about: String,
    role: String,
    content: String,
}

fn by_conversation(rows: Vec<Row>) -> Result<Vec<MemoryExcerpt>, Error> {
    let mut recalled: Vec<MemoryExcerpt> = Vec::new();
    for row in rows {
        let said = (Role::from_row(&row.role)?, row.content);
        match recalled.last_mut() {
            Some(last) if last.chat.0 == row.chat => last.said.push(said),
            _ => recalled.push(MemoryExcerpt {
                chat: ChatId(row.chat),
                about: row.about,
                said: vec![said],
            }),
        }
    }
    Ok(recalled)
}

#[cfg(test)]
mod tests;
