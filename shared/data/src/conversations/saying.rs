//! Saying something: a message of the reader's, the place for its answer, and the answer.

use chrono::{DateTime, Utc};

use super::{ChatId, Ending, MessageId};
use crate::{Database, Error, InsightId, TokenHash};

/// As much of a chat's first message as its title has, in characters.
const TITLE_LENGTH: usize = 50;

/// A standalone chat to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewChat<'c> {
    /// The reader's first message, 1 to 10,000 characters.
    pub message: &'c str,
    /// The passage that the reader has open, 1 to 100 characters.
    pub passage_reference: Option<&'c str>,
    /// The text of that passage, 1 to 50,000 characters.
    pub passage_text: Option<&'c str>,
}

/// A message that is stored, and the place for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingAnswer {
    /// The conversation.
    pub chat: ChatId,
    /// What the reader said.
    pub message: MessageId,
    /// What [`finish_message`] fills.
    pub answer: MessageId,
}

/// Begins a standalone chat with the caller's first message. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn start_standalone_chat(
    database: &Database,
    token: TokenHash,
    new: NewChat<'_>,
    now: DateTime<Utc>,
) -> Result<PendingAnswer, Error> {
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            INSERT INTO conversations (user_id, title, passage_reference, passage_text,
                                       created_at, updated_at)
            SELECT user_id, $3, $4, $5, $6, $6
            FROM caller
            RETURNING id, user_id
        ), said AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
            SELECT conversation.id, conversation.user_id, role, state, content, $6
            FROM conversation,
                 (VALUES (1, 'user', 'complete', $2), (2, 'assistant', 'pending', ''))
                     AS turn (place, role, state, content)
            ORDER BY place
            RETURNING conversation_id, id
        )
        SELECT conversation_id AS "chat!", min(id) AS "message!", max(id) AS "answer!"
        FROM said
        GROUP BY conversation_id
        "#,
        token.as_bytes(),
        new.message,
        title(new.message),
        new.passage_reference,
        new.passage_text,
        now,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::UnknownCaller)?;
    Ok(PendingAnswer {
        chat: ChatId(row.chat),
        message: MessageId(row.message),
        answer: MessageId(row.answer),
    })
}

/// Says something more in one of the caller's standalone chats. One round trip.
///
/// # Errors
///
/// [`Error::NotFound`] when the caller, known or not, has no such chat; [`Error::Unavailable`] when the database does not
/// answer.
pub async fn append_message(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
    message: &str,
    now: DateTime<Utc>,
) -> Result<PendingAnswer, Error> {
    // The lock of the conversation's row comes before the messages' numbers: two messages at once keep their order.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            UPDATE conversations
            SET updated_at = greatest(updated_at, $4)
            WHERE user_id = (SELECT user_id FROM caller) AND id = $2 AND insight_id IS NULL
            RETURNING id, user_id
        ), said AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
            SELECT conversation.id, conversation.user_id, role, state, content, $4
            FROM conversation,
                 (VALUES (1, 'user', 'complete', $3), (2, 'assistant', 'pending', ''))
                     AS turn (place, role, state, content)
            ORDER BY place
            RETURNING conversation_id, id
        )
        SELECT conversation_id AS "chat!", min(id) AS "message!", max(id) AS "answer!"
        FROM said
        GROUP BY conversation_id
        "#,
        token.as_bytes(),
        chat.0,
        message,
        now,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::NotFound("chat"))?;
    Ok(PendingAnswer {
        chat: ChatId(row.chat),
        message: MessageId(row.message),
        answer: MessageId(row.answer),
    })
}

/// Says something about an insight that the caller has; the first message begins their conversation about it. One round
/// trip.
///
/// # Errors
///
/// [`Error::NotFound`] when the caller, known or not, has no such insight; [`Error::Unavailable`] when the database does
/// not answer.
pub async fn append_insight_message(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
    message: &str,
    now: DateTime<Utc>,
) -> Result<PendingAnswer, Error> {
    // The unique key settles the race of two first messages, and the lock of the row it gives their order.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
            SELECT user_insights.user_id, user_insights.insight_id, $4, $4
            FROM user_insights
            WHERE user_insights.user_id = (SELECT user_id FROM caller)
              AND user_insights.insight_id = $2
            ON CONFLICT (user_id, insight_id) WHERE insight_id IS NOT NULL DO UPDATE
            SET updated_at = greatest(conversations.updated_at, excluded.updated_at)
            RETURNING id, user_id
        ), said AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
            SELECT conversation.id, conversation.user_id, role, state, content, $4
            FROM conversation,
                 (VALUES (1, 'user', 'complete', $3), (2, 'assistant', 'pending', ''))
                     AS turn (place, role, state, content)
            ORDER BY place
            RETURNING conversation_id, id
        )
        SELECT conversation_id AS "chat!", min(id) AS "message!", max(id) AS "answer!"
        FROM said
        GROUP BY conversation_id
        "#,
        token.as_bytes(),
        insight.0,
        message,
        now,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::NotFound("insight"))?;
    Ok(PendingAnswer {
        chat: ChatId(row.chat),
        message: MessageId(row.message),
        answer: MessageId(row.answer),
    })
}

/// Stores an answer in its place, once; tells whether the place was still there and still empty. One round trip.
///
/// An answer without a word can only have broken off, and is shown in no list.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn finish_message(
    database: &Database,
    token: TokenHash,
    answer: MessageId,
    ending: Ending,
    content: &str,
) -> Result<bool, Error> {
    let finished = sqlx::query!(
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         )
         UPDATE messages
         SET state = $3, content = $4
         WHERE user_id = (SELECT user_id FROM caller) AND id = $2 AND state = 'pending'",
        token.as_bytes(),
        answer.0,
        ending.as_str(),
        content,
    )
    .execute(database.once())
    .await?;
    Ok(finished.rows_affected() > 0)
}

/// A chat's first 50 characters, with `...` if cut.
fn title(message: &str) -> String {
    match message.char_indices().nth(TITLE_LENGTH) {
        Some((end, _)) => format!("{}...", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_title_is_fifty_characters_with_dots_if_cut() {
        let fifty = "é".repeat(50);
        assert_eq!(title("Who is Nicodemus?"), "Who is Nicodemus?");
        assert_eq!(title(&fifty), fifty);
        assert_eq!(title(&format!("{fifty}!")), format!("{fifty}..."));
    }
}
