//! Saying something: a message of the reader's, the place for its answer, and the answer.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ChatId, FinalState, MessageId};
use crate::{Database, Error, InsightId, TokenHash, Usage, refund_quota, text_hash::storable};

/// As much of a chat's first message as its title has, in characters.
const TITLE_LENGTH: usize = 50;

/// Where something is said.
#[derive(Clone, Copy, Debug)]
pub enum MessageTarget<'p> {
    /// About an insight that the caller has; the first message begins their conversation about it.
    Insight(InsightId),
    /// In one of the caller's standalone chats.
    Chat(ChatId),
    /// In a standalone chat that begins with it.
    NewChat {
        /// The passage that the reader has open, 1 to 100 characters.
        passage_reference: Option<&'p str>,
        /// The text of that passage, 1 to 50,000 characters.
        passage_text: Option<&'p str>,
    },
}

/// A message that is stored, and the place for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// The conversation.
    pub chat: ChatId,
    /// What the reader said.
    pub message: MessageId,
    /// What [`finish_message`] fills.
    pub answer: MessageId,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum PostOutcome {
    /// It is stored, and its answer is counted.
    Stored(StoredMessage),
    /// The day's allowance is used up: nothing was stored, nor counted.
    QuotaExhausted(Usage),
}

/// Says something, 1 to 10,000 characters, and counts its answer of the UTC day of `now`, of which a user who is not pro
/// has `limit`: all of it or nothing. One round trip.
///
/// # Errors
///
/// [`Error::NotFound`] when the caller, known or not, has no such chat or insight; [`Error::UnknownCaller`] for a new
/// chat when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn append_message(
    database: &Database,
    token: TokenHash,
    place: MessageTarget<'_>,
    message: &str,
    limit: i32,
    now: DateTime<Utc>,
) -> Result<PostOutcome, Error> {
    let where_to = Columns::of(place, message);
    let day = now.date_naive();
    // The lock of the conversation's row comes before the messages' numbers: two messages at once keep their order. Of
    // two first messages about an insight, the unique key settles which begins the conversation.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT users.id, users.is_pro
            FROM devices
            JOIN users ON users.id = devices.user_id
            WHERE devices.token_hash = $1
        ), place AS (
            SELECT id
            FROM conversations
            WHERE user_id = (SELECT id FROM caller) AND id = $2 AND insight_id IS NULL
            UNION ALL
            SELECT insight_id
            FROM user_insights
            WHERE user_id = (SELECT id FROM caller) AND insight_id = $3
            UNION ALL
            SELECT id
            FROM caller
            WHERE $4::TEXT IS NOT NULL
        ), counted AS (
            INSERT INTO daily_usage (user_id, day, calls)
            SELECT id, $9, 1
            FROM caller
            WHERE (is_pro OR $10 > 0) AND EXISTS (SELECT FROM place)
            ON CONFLICT (user_id, day) DO UPDATE
            SET calls = daily_usage.calls + 1
            WHERE daily_usage.calls < $10 OR (SELECT is_pro FROM caller)
            RETURNING user_id
        ), used AS (
            UPDATE conversations
            SET updated_at = greatest(updated_at, $8)
            WHERE user_id = (SELECT user_id FROM counted) AND id = $2 AND insight_id IS NULL
            RETURNING id, user_id
        ), begun AS (
            INSERT INTO conversations (user_id, insight_id, title, passage_reference,
                                       passage_text, created_at, updated_at)
            SELECT user_id, $3, $4, $5, $6, $8, $8
            FROM counted
            WHERE $2::BIGINT IS NULL
            ON CONFLICT (user_id, insight_id) WHERE insight_id IS NOT NULL DO UPDATE
            SET updated_at = greatest(conversations.updated_at, excluded.updated_at)
            RETURNING id, user_id
        ), conversation AS (
            SELECT id, user_id FROM used
            UNION ALL
            SELECT id, user_id FROM begun
        ), said AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
            SELECT conversation.id, conversation.user_id, role, state, content, $8
            FROM conversation,
                 (VALUES (1, 'user', 'complete', $7), (2, 'assistant', 'pending', ''))
                     AS turn (place, role, state, content)
            ORDER BY place
            RETURNING conversation_id, id
        ), told AS (
            SELECT min(conversation_id) AS chat, min(id) AS message, max(id) AS answer
            FROM said
        )
        SELECT caller.is_pro, EXISTS (SELECT FROM place) AS "is_there!",
               EXISTS (SELECT FROM counted) AS "is_counted!",
               greatest(daily_usage.calls, $10, 0) AS "calls!",
               told.chat, told.message, told.answer
        FROM caller
        CROSS JOIN told
        LEFT JOIN daily_usage ON daily_usage.user_id = caller.id AND daily_usage.day = $9
        "#,
        token.as_bytes(),
        where_to.chat,
        where_to.insight,
        where_to.title,
        where_to.passage_reference,
        where_to.passage_text,
        message,
        now,
        day,
        limit,
    )
    .fetch_optional(database.once())
    .await?;
    let row = match row {
        Some(row) if row.is_there => row,
        None if where_to.title.is_some() => return Err(Error::UnknownCaller),
        _ => return Err(where_to.absent()),
    };
    match (row.chat, row.message, row.answer) {
        (Some(chat), Some(message), Some(answer)) => Ok(PostOutcome::Stored(StoredMessage {
            chat: ChatId(chat),
            message: MessageId(message),
            answer: MessageId(answer),
        })),
        _ if row.is_counted => give_back(database, token, day, &where_to).await,
        _ => Ok(PostOutcome::QuotaExhausted(Usage {
            is_pro: row.is_pro,
            calls_today: row.calls,
        })),
    }
}

/// The chat was deleted while its message was being stored.
async fn give_back(
    database: &Database,
    token: TokenHash,
    day: NaiveDate,
    where_to: &Columns<'_>,
) -> Result<PostOutcome, Error> {
    refund_quota(database, token, day).await?;
    Err(where_to.absent())
}

/// A place, as a statement takes it. Only a new chat has a title.
#[derive(Default)]
struct Columns<'p> {
    chat: Option<i64>,
    insight: Option<i64>,
    title: Option<String>,
    passage_reference: Option<&'p str>,
    passage_text: Option<&'p str>,
}

impl<'p> Columns<'p> {
    fn of(place: MessageTarget<'p>, message: &str) -> Self {
        match place {
            MessageTarget::Chat(chat) => Self {
                chat: Some(chat.0),
                ..Self::default()
            },
            MessageTarget::Insight(insight) => Self {
                insight: Some(insight.0),
                ..Self::default()
            },
            MessageTarget::NewChat {
                passage_reference,
                passage_text,
            } => Self {
                title: Some(title(message)),
                passage_reference,
                passage_text,
                ..Self::default()
            },
        }
    }

    fn absent(&self) -> Error {
        Error::NotFound(if self.insight.is_some() {
            "insight"
        } else {
            "chat"
        })
    }
}

/// Keeps what there is of an answer that is still being written, for the case that nobody lives to finish it; tells whether
/// it is still wanted. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn save_progress(
    database: &Database,
    answer: MessageId,
    content: &str,
) -> Result<bool, Error> {
    let saved = sqlx::query!(
        "UPDATE messages SET content = $2 WHERE id = $1 AND state = 'pending'",
        answer.0,
        &*storable(content),
    )
    .execute(database.repeatable())
    .await?;
    Ok(saved.rows_affected() > 0)
}

/// What [`finish_message`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinishedMessage {
    /// The reply is stored. False when its message is gone or holds something else.
    pub is_stored: bool,
    /// This call lowered the day's count.
    pub is_refunded: bool,
}

/// Stores an answer in its place, once, and gives it back to the allowance of the day `refund_day`, if there is one; tells
/// whether it is stored: not when the place is gone, or was filled with something else. One round trip; one more where a
/// merge moved the day's count in mid-statement.
///
/// The place is known by its number alone, which [`append_message`] gave to whoever writes the answer: while it is being written its
/// user may be merged into another, or the device that asked be unlinked, and the answer is still the reader's.
///
/// An answer without a word can only have broken off, and is shown in no list.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn finish_message(
    database: &Database,
    answer: MessageId,
    ending: FinalState,
    content: &str,
    refund_day: Option<NaiveDate>,
) -> Result<FinishedMessage, Error> {
    // May be repeated: a second run finds what the first one stored, and gives nothing back again. The update waits for a
    // merge that has the row, and returns the user that it then has.
    let row = sqlx::query!(
        r#"
        WITH finished AS (
            UPDATE messages
            SET state = $2, content = $3
            WHERE id = $1 AND state = 'pending'
            RETURNING user_id
        ), refunded AS (
            UPDATE daily_usage
            SET calls = calls - 1
            WHERE user_id = (SELECT user_id FROM finished) AND day = $4 AND calls > 0
            RETURNING user_id
        )
        SELECT EXISTS (SELECT FROM finished) AS "is_finished!",
               EXISTS (SELECT FROM refunded) AS "is_refunded!",
               EXISTS (SELECT FROM messages WHERE id = $1 AND state = $2 AND content = $3)
                   AS "was_finished!"
        "#,
        answer.0,
        ending.as_str(),
        &*storable(content),
        refund_day,
    )
    .fetch_one(database.repeatable())
    .await?;
    let mut is_refunded = row.is_refunded;
    if let Some(day) = refund_day.filter(|_| row.is_finished && !row.is_refunded) {
        is_refunded = refund_reply(database, answer, day).await?;
    }
    Ok(FinishedMessage {
        is_stored: row.is_finished || row.was_finished,
        is_refunded,
    })
}

/// The user of the answer was merged into one who had no count of that day yet: a new statement sees it.
async fn refund_reply(
    database: &Database,
    answer: MessageId,
    day: NaiveDate,
) -> Result<bool, Error> {
    let refunded = sqlx::query!(
        "UPDATE daily_usage
         SET calls = calls - 1
         FROM messages
         WHERE messages.id = $1
           AND daily_usage.user_id = messages.user_id
           AND day = $2
           AND calls > 0",
        answer.0,
        day,
    )
    .execute(database.once())
    .await?;
    Ok(refunded.rows_affected() > 0)
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
