//! The latest replies of a conversation, of which a short message may be the continuation.

use super::MessageTarget;
use crate::{Database, Error, TokenHash};

/// The number of replies that are read, and the characters of each.
const REPLIES: i64 = 3;
const REPLY_CHARS: i32 = 500;

/// The end of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatestReplies {
    /// The passage that the user had open when the chat began.
    pub passage_reference: Option<String>,
    /// The first 500 characters of the last three replies, the latest first. Pending replies are left out.
    pub replies: Vec<String>,
}

/// The latest replies of one of the caller's conversations; none for a new chat, and where the caller has no such
/// conversation. One round trip.
pub async fn get_latest_replies(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
) -> Result<LatestReplies, Error> {
    let (chat, insight) = match target {
        MessageTarget::Chat(chat) => (Some(chat.0), None),
        MessageTarget::Insight(insight) => (None, Some(insight.0)),
        MessageTarget::NewChat { .. } => return Ok(LatestReplies::default()),
    };
    let rows = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT user_id FROM devices WHERE token_hash = $1
        ), conversation AS (
            SELECT id, passage_reference
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND id = $2 AND insight_id IS NULL
            UNION ALL
            SELECT id, passage_reference
            FROM conversations
            WHERE user_id = (SELECT user_id FROM caller) AND insight_id = $3
        )
        SELECT conversation.passage_reference, left(messages.content, $5) AS reply
        FROM conversation
        LEFT JOIN messages ON messages.conversation_id = conversation.id
                          AND messages.role = 'assistant' AND messages.state <> 'pending'
        ORDER BY messages.created_at DESC, messages.id DESC
        LIMIT $4
        "#,
        token.as_bytes(),
        chat,
        insight,
        REPLIES,
        REPLY_CHARS,
    )
    .fetch_all(database.repeatable())
    .await?;
    let mut latest = LatestReplies::default();
    for row in rows {
        latest.passage_reference = row.passage_reference;
        latest.replies.extend(row.reply);
    }
    Ok(latest)
}
