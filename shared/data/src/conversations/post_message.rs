//! Stores a user's message with its pending reply, and then the reply.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ChatId, FinalState, MessageId};
use crate::{
    Database, Error, InsightId, TokenHash, Usage, UserLimits, refund_quota,
    stored_bytes::{LONGEST_REPLY_BYTES, ROW_BYTES, to_bytes},
    text_hash::without_nul,
};

/// The characters of a chat's first message that become its title.
const TITLE_LENGTH: usize = 50;

/// The conversation that a message is posted to.
#[derive(Clone, Copy, Debug)]
pub enum MessageTarget<'p> {
    /// The caller's conversation about an insight of their history. Their first message creates it.
    Insight(InsightId),
    /// One of the caller's standalone chats.
    Chat(ChatId),
    /// A new standalone chat.
    NewChat {
        /// The passage that the user has open, 1 to 100 characters.
        passage_reference: Option<&'p str>,
        /// The text of that passage, 1 to 50,000 characters.
        passage_text: Option<&'p str>,
    },
}

/// A stored message and its pending reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// The conversation.
    pub chat: ChatId,
    /// The user's message.
    pub message: MessageId,
    /// The pending reply, for [`finish_message`].
    pub reply: MessageId,
}

/// The outcome of [`append_message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum PostOutcome {
    /// The message is stored, and its reply is counted.
    Stored(StoredMessage),
    /// The quota is used up: nothing was stored or counted.
    QuotaExhausted(Usage),
}

/// Stores a message of 1 to 10,000 characters with its pending reply, and counts the reply for the UTC day of `now`. The
/// statement does all of it or nothing. One round trip.
///
/// # Errors
/// [`Error::NotFound`] when the caller is unknown or does not have this chat or insight; [`Error::UnknownCaller`] for a
/// new chat when the token belongs to no device; [`Error::TooMuchData`] when the user's data, with the message and the
/// longest reply, would have more than the limit.
pub async fn append_message(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    limits: UserLimits,
    now: DateTime<Utc>,
) -> Result<PostOutcome, Error> {
    append(database, token, target, message, limits, 1, now).await
}

/// Does the same for a reply that costs no quota: it is not counted, and stored even when the quota is used up. One round
/// trip.
///
/// # Errors
/// Those of [`append_message`].
pub async fn append_free_message(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    most_bytes: i64,
    now: DateTime<Utc>,
) -> Result<StoredMessage, Error> {
    let limits = UserLimits {
        daily_limit: i32::MAX,
        most_bytes,
    };
    match append(database, token, target, message, limits, 0, now).await? {
        PostOutcome::Stored(stored) => Ok(stored),
        // A count of `i32::MAX` is out of reach.
        PostOutcome::QuotaExhausted(_) => Err(target.absent()),
    }
}

/// Stores a message whose reply costs `cost` answers of the quota.
#[expect(clippy::too_many_lines, reason = "most of them are one statement")]
async fn append(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    limits: UserLimits,
    cost: i32,
    now: DateTime<Utc>,
) -> Result<PostOutcome, Error> {
    let day = now.date_naive();
    let columns = target.columns(message);
    // The statement locks the user, and reads its stored bytes under the lock: of two messages at once, the second one
    // counts the first. It locks the conversation's row before the messages get their ids: the two keep their order. Of two first messages about an insight, the unique key decides which one creates the conversation.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT users.id, users.is_pro
            FROM devices
            JOIN users ON users.id = devices.user_id
            WHERE devices.token_hash = $1
        ), target AS (
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
        ), room AS (
            SELECT stored_bytes + $11 <= $12 AS is_enough
            FROM users
            WHERE id = (SELECT id FROM caller)
            FOR NO KEY UPDATE
        ), counted AS (
            INSERT INTO daily_usage (user_id, day, calls)
            SELECT id, $9, $13
            FROM caller
            WHERE (is_pro OR $10 > 0) AND EXISTS (SELECT FROM target)
              AND (SELECT is_enough FROM room) IS NOT FALSE
            ON CONFLICT (user_id, day) DO UPDATE
            SET calls = daily_usage.calls + $13
            WHERE daily_usage.calls < $10 OR (SELECT is_pro FROM caller)
            RETURNING user_id
        ), continued AS (
            UPDATE conversations
            SET updated_at = greatest(updated_at, $8)
            WHERE user_id = (SELECT user_id FROM counted) AND id = $2 AND insight_id IS NULL
            RETURNING id, user_id
        ), created AS (
            INSERT INTO conversations (user_id, insight_id, title, passage_reference,
                                       passage_text, created_at, updated_at)
            SELECT user_id, $3, $4, $5, $6, $8, $8
            FROM counted
            WHERE $2::BIGINT IS NULL
            ON CONFLICT (user_id, insight_id) WHERE insight_id IS NOT NULL DO UPDATE
            SET updated_at = greatest(conversations.updated_at, excluded.updated_at)
            RETURNING id, user_id
        ), conversation AS (
            SELECT id, user_id FROM continued
            UNION ALL
            SELECT id, user_id FROM created
        ), inserted AS (
            INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
            SELECT conversation.id, conversation.user_id, role, state, content, $8
            FROM conversation,
                 (VALUES (1, 'user', 'complete', $7), (2, 'assistant', 'pending', ''))
                     AS turn (position, role, state, content)
            ORDER BY position
            RETURNING conversation_id, id
        ), stored AS (
            SELECT min(conversation_id) AS chat, min(id) AS message, max(id) AS reply
            FROM inserted
        )
        SELECT caller.is_pro, EXISTS (SELECT FROM target) AS "is_found!",
               (SELECT is_enough FROM room) IS NOT FALSE AS "has_room!",
               EXISTS (SELECT FROM counted) AS "is_counted!",
               greatest(daily_usage.calls, $10, 0) AS "calls!",
               stored.chat, stored.message, stored.reply
        FROM caller
        CROSS JOIN stored
        LEFT JOIN daily_usage ON daily_usage.user_id = caller.id AND daily_usage.day = $9
        "#,
        token.as_bytes(),
        columns.chat,
        columns.insight,
        columns.title,
        columns.passage_reference,
        columns.passage_text,
        message,
        now,
        day,
        limits.daily_limit,
        columns.bytes(message),
        limits.most_bytes,
        cost,
    )
    .fetch_optional(database.once())
    .await?
    .filter(|row| row.is_found)
    .ok_or_else(|| target.absent())?;
    if !row.has_room {
        return Err(Error::TooMuchData);
    }
    match (row.chat, row.message, row.reply) {
        (Some(chat), Some(message), Some(reply)) => Ok(PostOutcome::Stored(StoredMessage {
            chat: ChatId(chat),
            message: MessageId(message),
            reply: MessageId(reply),
        })),
        _ if row.is_counted => {
            // The chat was deleted while the statement ran.
            if cost > 0 {
                refund_quota(database, token, day).await?;
            }
            Err(target.absent())
        }
        _ => Ok(PostOutcome::QuotaExhausted(Usage {
            is_pro: row.is_pro,
            calls_today: row.calls,
        })),
    }
}

/// A target as the statement takes it. Only a new chat has a title and a passage.
#[derive(Default)]
struct Columns<'p> {
    chat: Option<i64>,
    insight: Option<i64>,
    title: Option<String>,
    passage_reference: Option<&'p str>,
    passage_text: Option<&'p str>,
}

impl Columns<'_> {
    /// The bytes that the statement stores at most, as `users.stored_bytes` counts them.
    fn bytes(&self, message: &str) -> i64 {
        let length = |text: Option<&str>| text.map_or(0, str::len);
        let conversation = if self.chat.is_some() { 0 } else { ROW_BYTES };
        let texts = length(self.title.as_deref())
            + length(self.passage_reference)
            + length(self.passage_text)
            + message.len();
        to_bytes(texts + conversation + 2 * ROW_BYTES + LONGEST_REPLY_BYTES)
    }
}

impl<'p> MessageTarget<'p> {
    fn columns(self, message: &str) -> Columns<'p> {
        let mut columns = Columns::default();
        match self {
            Self::Chat(chat) => columns.chat = Some(chat.0),
            Self::Insight(insight) => columns.insight = Some(insight.0),
            Self::NewChat {
                passage_reference,
                passage_text,
            } => {
                columns.title = Some(title(message));
                (columns.passage_reference, columns.passage_text) =
                    (passage_reference, passage_text);
            }
        }
        columns
    }

    /// The error when the target does not exist for the caller. A known caller can always start a chat.
    fn absent(self) -> Error {
        match self {
            Self::Chat(_) => Error::NotFound("chat"),
            Self::Insight(_) => Error::NotFound("insight"),
            Self::NewChat { .. } => Error::UnknownCaller,
        }
    }
}

/// Stores the text so far of a pending reply, in case its writer dies, and returns whether the reply is still pending.
/// One round trip.
pub async fn save_progress(
    database: &Database,
    reply: MessageId,
    content: &str,
) -> Result<bool, Error> {
    let saved = sqlx::query!(
        "UPDATE messages SET content = $2 WHERE id = $1 AND state = 'pending'",
        reply.0,
        &*without_nul(content),
    )
    .execute(database.repeatable())
    .await?;
    Ok(saved.rows_affected() > 0)
}

/// The outcome of [`finish_message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinishedMessage {
    /// The reply is stored. False when it was deleted, or finished with another text.
    pub is_stored: bool,
    /// This call lowered the day's count.
    pub is_refunded: bool,
}

/// Stores a finished reply, once, and refunds it to the quota of `refund_day`, if given. One round trip; one more when
/// a merge moved the day's count while the statement ran.
///
/// The reply is found by its id alone, which only its writer has from [`append_message`]. While the reply is being
/// written, its user may be merged into another, or the device may be unlinked: the reply still belongs to the
/// conversation.
///
/// An empty reply must be interrupted, and no list shows it.
pub async fn finish_message(
    database: &Database,
    reply: MessageId,
    state: FinalState,
    content: &str,
    refund_day: Option<NaiveDate>,
) -> Result<FinishedMessage, Error> {
    // The statement is repeatable: a second run finds the stored reply, and refunds nothing. It locks the user first, as all
    // statements that change its stored bytes do. If a merge holds the user, the statement waits for it, and then the lock
    // finds no user; the update finds the row, and returns the merged user.
    let row = sqlx::query!(
        r#"
        WITH locked AS (
            SELECT users.id
            FROM messages
            JOIN users ON users.id = messages.user_id
            WHERE messages.id = $1
            FOR NO KEY UPDATE OF users
        ), finished AS (
            UPDATE messages
            SET state = $2, content = $3
            WHERE id = $1 AND state = 'pending' AND (SELECT count(*) FROM locked) >= 0
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
        reply.0,
        state.as_str(),
        &*without_nul(content),
        refund_day,
    )
    .fetch_one(database.repeatable())
    .await?;
    let mut is_refunded = row.is_refunded;
    if let Some(day) = refund_day.filter(|_| row.is_finished && !row.is_refunded) {
        is_refunded = refund_reply(database, reply, day).await?;
    }
    Ok(FinishedMessage {
        is_stored: row.is_finished || row.was_finished,
        is_refunded,
    })
}

/// Refunds a reply whose user was merged into one without a count for that day: only a new statement sees the moved
/// row.
async fn refund_reply(
    database: &Database,
    reply: MessageId,
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
        reply.0,
        day,
    )
    .execute(database.once())
    .await?;
    Ok(refunded.rows_affected() > 0)
}

/// The first 50 characters of a chat's first message, with `...` if cut.
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
    fn title_is_cut_to_fifty_characters_with_dots() {
        let fifty = "é".repeat(50);
        assert_eq!(title("Who is Nicodemus?"), "Who is Nicodemus?");
        assert_eq!(title(&fifty), fifty);
        assert_eq!(title(&format!("{fifty}!")), format!("{fifty}..."));
    }
}
