//! A conversation as a prompt needs it: its summary, and the messages after the summary.

use super::{ChatId, FinalState, Message, MessageId, Role};
use crate::{Database, Error, InsightId, TokenHash};

/// A conversation with its summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The insight that it is about; `None` for a standalone chat.
    pub insight: Option<InsightId>,
    /// The passage that the user had open.
    pub passage_reference: Option<String>,
    /// The text of that passage.
    pub passage_text: Option<String>,
    /// Replaces the messages that are not in `messages`.
    pub summary: Option<String>,
    /// The messages after the summary, oldest first, the last 4 MB of them. Pending replies are left out: two messages of
    /// the user may follow each other.
    pub messages: Vec<Message>,
}

/// The bytes of the newest messages that are read: the longest history of a prompt, 1,000,000 characters.
const MAX_BYTES: i64 = 4_000_000;

/// One of the caller's conversations, of either kind. One round trip.
///
/// # Errors
/// [`Error::NotFound`] when the caller is unknown or does not have this conversation.
pub async fn get_conversation(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
) -> Result<Conversation, Error> {
    // Only the first row has the conversation's own columns: a passage may be 50,000 characters long.
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            SELECT id, insight_id, passage_reference, passage_text, summary,
                   coalesce(summarised_through, 0) AS summarised_through
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND id = $2
        ), measured AS (
            SELECT messages.id, role, state, content, created_at, is_imported,
                   sum(octet_length(content)) OVER (
                       ORDER BY messages.created_at DESC, messages.id DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_since
            FROM conversation
            JOIN messages ON messages.conversation_id = conversation.id
            WHERE messages.id > conversation.summarised_through
              AND messages.state <> 'pending' AND messages.content <> ''
        ), recent AS (
            SELECT id, role, state, content, created_at, is_imported,
                   row_number() OVER (ORDER BY created_at, id) AS place
            FROM measured
            WHERE coalesce(bytes_since, 0) < $3
        )
        SELECT first.insight_id AS "insight_id?", first.passage_reference,
               first.passage_text, first.summary,
               recent.id AS "id?: MessageId", recent.role AS "role?: Role",
               recent.state AS "state?: FinalState", recent.content AS "content?",
               recent.created_at AS "created_at?", recent.is_imported AS "is_imported?"
        FROM conversation
        LEFT JOIN recent ON TRUE
        LEFT JOIN conversation AS first ON coalesce(recent.place, 1) = 1
        ORDER BY recent.place
        "#,
        token.as_bytes(),
        chat.0,
        MAX_BYTES,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut conversation = None;
    for row in rows {
        let conversation = conversation.get_or_insert(Conversation {
            insight: row.insight_id.map(InsightId),
            passage_reference: row.passage_reference,
            passage_text: row.passage_text,
            summary: row.summary,
            messages: Vec::new(),
        });
        // A conversation without messages has one row, without a message.
        if let (Some(id), Some(role), Some(state), Some(content), Some(created_at)) =
            (row.id, row.role, row.state, row.content, row.created_at)
        {
            conversation.messages.push(Message {
                id,
                role,
                state,
                content,
                created_at,
                is_imported: row.is_imported.unwrap_or(false),
            });
        }
    }
    conversation.ok_or(Error::NotFound("chat"))
}

/// Stores a summary of a conversation's messages up to and including `through`, and returns whether it was stored: not
/// while one of these messages is pending, and not over a later summary. One round trip.
pub async fn save_summary(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
    through: MessageId,
    summary: &str,
) -> Result<bool, Error> {
    let saved = sqlx::query!(
        "WITH caller AS (
             SELECT users.id AS user_id
             FROM devices
             JOIN users ON users.id = devices.user_id
             WHERE devices.token_hash = $1
             FOR NO KEY UPDATE OF users
         )
         UPDATE conversations
         SET summary = $4, summarised_through = $3
         WHERE user_id = (SELECT user_id FROM caller) AND id = $2
           AND coalesce(summarised_through, 0) <= $3
           AND EXISTS (SELECT FROM messages WHERE conversation_id = $2 AND id = $3)
           AND NOT EXISTS (
               SELECT FROM messages
               WHERE conversation_id = $2 AND id <= $3 AND state = 'pending')",
        token.as_bytes(),
        chat.0,
        through.0,
        summary,
    )
    .execute(database.repeatable())
    .await?;
    Ok(saved.rows_affected() > 0)
}
