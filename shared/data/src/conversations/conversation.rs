//! A conversation as the model is reminded of it: a summary, and what was said after.

use chrono::{DateTime, Utc};

use super::{ChatId, Message, MessageId, MessageRow};
use crate::{Database, Error, InsightId, TokenHash};

/// A conversation as it continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The insight it is about; `None` for a standalone chat.
    pub insight: Option<InsightId>,
    /// The passage that the reader had open.
    pub passage_reference: Option<String>,
    /// The text of that passage.
    pub passage_text: Option<String>,
    /// What stands for the messages that are not in `messages` any more.
    pub summary: Option<String>,
    /// What was said after the summary, in its order. A pending answer is not in it: two messages of the reader's may
    /// follow each other.
    pub messages: Vec<Message>,
}

/// A message of a conversation; the conversation's own columns stand in its first row only.
struct Row {
    insight_id: Option<i64>,
    passage_reference: Option<String>,
    passage_text: Option<String>,
    summary: Option<String>,
    id: Option<i64>,
    role: Option<String>,
    state: Option<String>,
    content: Option<String>,
    created_at: Option<DateTime<Utc>>,
}

/// One of the caller's conversations, of either kind. One round trip.
///
/// # Errors
///
/// [`Error::NotFound`] when the caller, known or not, has no such conversation; [`Error::Unavailable`] when the database
/// does not answer.
pub async fn get_conversation(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
) -> Result<Conversation, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            SELECT id, insight_id, passage_reference, passage_text, summary,
                   coalesce(summarised_through, 0) AS summarised_through
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND id = $2
        ), said AS (
            SELECT messages.id, role, state, content, created_at,
                   row_number() OVER (ORDER BY messages.created_at, messages.id) AS place
            FROM conversation
            JOIN messages ON messages.conversation_id = conversation.id
            WHERE messages.id > conversation.summarised_through
              AND messages.state <> 'pending' AND messages.content <> ''
        )
        SELECT first.insight_id AS "insight_id?", first.passage_reference,
               first.passage_text, first.summary,
               said.id AS "id?", said.role AS "role?", said.state AS "state?",
               said.content AS "content?", said.created_at AS "created_at?"
        FROM conversation
        LEFT JOIN said ON TRUE
        LEFT JOIN conversation AS first ON coalesce(said.place, 1) = 1
        ORDER BY said.place
        "#,
        token.as_bytes(),
        chat.0,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut rows = rows.into_iter();
    let mut first = rows.next().ok_or(Error::NotFound("chat"))?;
    let (insight, passage_reference) = (first.insight_id, first.passage_reference.take());
    let (passage_text, summary) = (first.passage_text.take(), first.summary.take());
    let messages = std::iter::once(first).chain(rows);
    Ok(Conversation {
        insight: insight.map(InsightId),
        passage_reference,
        passage_text,
        summary,
        messages: messages
            .filter_map(Row::into_message)
            .map(Message::try_from)
            .collect::<Result<_, _>>()?,
    })
}

impl Row {
    /// `None` for a conversation without messages.
    fn into_message(self) -> Option<MessageRow> {
        Some(MessageRow {
            id: self.id?,
            role: self.role?,
            state: self.state?,
            content: self.content?,
            created_at: self.created_at?,
        })
    }
}

/// Stores what stands for a conversation's messages up to and including `through`; tells whether it could: not when one
/// of them is still being answered, nor when a later summary is there already. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn save_summary(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
    through: MessageId,
    summary: &str,
) -> Result<bool, Error> {
    let saved = sqlx::query!(
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
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
