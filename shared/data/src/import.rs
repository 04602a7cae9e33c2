//! Import of an exported file: all of it or nothing. Records that the user already has stay as they are.
//!
//! An insight or a definition is already there when the history has one with the same texts, shared or own. A new one
//! belongs to the user, and other users never see it. A chat is identified by its title, passage and time, a message by
//! its conversation, role, text and time, and not by its state. Two equal records of a file are two.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::PgConnection;
use tokio::time::timeout;

use crate::{
    ChatRecord, Database, DefinitionRecord, Error, InsightRecord, MessageRecord, TokenHash,
    merge::retry_after_merge,
};

mod conversations;
mod histories;

use conversations::{insert_chats, insert_messages};
use histories::{insert_definitions, insert_insights};

/// The records of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserData {
    /// Insights, each with its messages.
    pub insights: Vec<(InsightRecord, Vec<MessageRecord>)>,
    /// Definitions.
    pub definitions: Vec<DefinitionRecord>,
    /// Standalone chats, each with its messages.
    pub chats: Vec<(ChatRecord, Vec<MessageRecord>)>,
}

/// How many records an import added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Insights.
    pub insights: u64,
    /// Definitions.
    pub definitions: u64,
    /// Messages about insights and in chats.
    pub chat_messages: u64,
    /// Standalone chats.
    pub standalone_chats: u64,
}

/// The longest that an import may take: several statements with some megabytes.
const TIME_LIMIT: Duration = Duration::from_secs(8);

/// Adds the records that the caller's user does not have yet, in one transaction. Seven statements at most, with the
/// begin and the commit.
///
/// A chat or message of the time `now` has none of its own: it is there when an equal one of any time is.
///
/// Imports of one user run one after the other: two concurrent imports of one file add it once, and together they do not
/// exceed the limit.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device; [`Error::TooMuchData`] when the user's data would have more
/// than `most_bytes` after the import, which then adds nothing; records that are already there do not count.
/// [`Error::Conflict`] when a record breaks a constraint of its table.
pub async fn import_user_data(
    database: &Database,
    token: TokenHash,
    data: &UserData,
    most_bytes: i64,
    now: DateTime<Utc>,
) -> Result<Imported, Error> {
    let import = retry_after_merge(|| import(database, token, data, most_bytes, now));
    timeout(TIME_LIMIT, Box::pin(import))
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// As [`import_user_data`]. `None` when the caller's user was merged into another one before it was locked.
async fn import(
    database: &Database,
    token: TokenHash,
    data: &UserData,
    most_bytes: i64,
    now: DateTime<Utc>,
) -> Result<Option<Imported>, Error> {
    let mut transaction = database.begin().await?;
    let connection = transaction.connection();
    let Some((user, stored_bytes)) = lock_user(connection, token).await? else {
        transaction.commit().await?;
        return Ok(None);
    };

    let insights = insert_insights(connection, user, &data.insights).await?;
    let definitions = insert_definitions(connection, user, &data.definitions).await?;
    let chats = insert_chats(connection, user, &data.chats, now).await?;
    let of_insights = with_messages(&insights, &data.insights);
    let of_chats = with_messages(&chats, &data.chats);
    let messages = distinct(of_insights.chain(of_chats));
    let (chat_messages, bytes) = insert_messages(connection, user, &messages, now).await?;
    if bytes > most_bytes.max(stored_bytes) {
        transaction.roll_back().await?;
        return Err(Error::TooMuchData);
    }
    transaction.commit().await?;
    Ok(Some(Imported {
        insights: count_new(&insights),
        definitions,
        chat_messages,
        standalone_chats: count_new(&chats),
    }))
}

/// Locks the caller's user against other writes until the transaction ends, and returns its id and its stored bytes. `None` when the user was merged into another one before.
async fn lock_user(
    connection: &mut PgConnection,
    token: TokenHash,
) -> Result<Option<(i64, i64)>, Error> {
    let caller = sqlx::query!(
        r#"
            WITH device AS (
                SELECT user_id FROM devices WHERE token_hash = $1
            ), locked AS (
                SELECT users.id, users.stored_bytes
                FROM users
                JOIN devices ON devices.user_id = users.id
                WHERE devices.token_hash = $1
                FOR NO KEY UPDATE OF users
                FOR KEY SHARE OF devices
            )
            SELECT EXISTS (SELECT FROM device) AS "is_known!", (SELECT id FROM locked) AS user_id,
                   (SELECT stored_bytes FROM locked) AS stored_bytes
            "#,
        token.as_bytes(),
    )
    .fetch_one(connection)
    .await?;
    if caller.is_known {
        Ok(caller.user_id.zip(caller.stored_bytes))
    } else {
        Err(Error::UnknownCaller)
    }
}

/// A record of the file in the database.
struct StoredRecord {
    /// Its position in the file, from 1.
    position: i64,
    /// Its id.
    id: i64,
    /// The user did not have it before.
    is_new: bool,
    /// The conversation of its messages. A chat is one itself; an insight without messages has none.
    conversation: Option<i64>,
}

/// How many records are new; two equal records of the file may be one in the database.
fn count_new(stored: &[StoredRecord]) -> u64 {
    let new = stored.iter().filter(|record| record.is_new);
    let ids: HashSet<i64> = new.map(|record| record.id).collect();
    u64::try_from(ids.len()).unwrap_or(u64::MAX)
}

/// The conversation of each stored record, with its messages.
fn with_messages<'m, R>(
    stored: &[StoredRecord],
    file: &'m [(R, Vec<MessageRecord>)],
) -> impl Iterator<Item = (i64, &'m [MessageRecord])> {
    stored.iter().filter_map(|record| {
        let index = usize::try_from(record.position - 1).ok()?;
        Some((record.conversation?, file.get(index)?.1.as_slice()))
    })
}

/// The values of one text column.
fn texts<R>(records: &[R], column: impl Fn(&R) -> &str) -> Vec<&str> {
    records.iter().map(column).collect()
}

/// The messages of a file's records, each with the id of its conversation, oldest first. At one time they keep their
/// order.
///
/// Several records may belong to one conversation. Of equal messages, it has as many as the record with the most.
fn distinct<'m>(
    records: impl Iterator<Item = (i64, &'m [MessageRecord])>,
) -> Vec<(i64, &'m MessageRecord)> {
    let (mut distinct, mut known) = (Vec::new(), HashSet::new());
    for (conversation, messages) in records {
        let mut counts: HashMap<_, u32> = HashMap::new();
        for message in messages {
            let at = to_microseconds(message.created_at);
            let key = (message.role, message.content.as_str(), at);
            let number = counts.entry(key).or_default();
            *number += 1;
            if known.insert((conversation, key, *number)) {
                distinct.push((conversation, message));
            }
        }
    }
    distinct.sort_by_key(|(_, message)| message.created_at);
    distinct
}

/// The values of one column of times.
fn times<R>(records: &[R], column: impl Fn(&R) -> DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let times = records.iter().map(column);
    times.map(to_microseconds).collect()
}

/// A time as the database stores it.
fn to_microseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

#[cfg(test)]
mod tests;
