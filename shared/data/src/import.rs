//! Importing an export: all of it or nothing, and what is there already is left as it is.
//!
//! An insight or a definition is there if the history has one of the same texts, whoever wrote it; one that is not
//! becomes the user's own and is never seen by others. A chat is known by what it began with, a message by
//! conversation, speaker, words and time; two that are the same in a file are two.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
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

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserData {
    /// Insights, each with the messages about it.
    pub insights: Vec<(InsightRecord, Vec<MessageRecord>)>,
    /// Definitions.
    pub definitions: Vec<DefinitionRecord>,
    /// Standalone chats, each with its messages.
    pub chats: Vec<(ChatRecord, Vec<MessageRecord>)>,
}

/// How much was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Insights.
    pub insights: u64,
    /// Definitions.
    pub definitions: u64,
    /// Messages, on insights and in chats.
    pub chat_messages: u64,
    /// Standalone chats.
    pub standalone_chats: u64,
}

/// The longest that an import may take: several statements, of some megabytes.
const TIME_LIMIT: Duration = Duration::from_secs(8);

/// Adds what the caller's user does not have yet, in one transaction: eight statements at most, two of them to begin
/// and to commit it.
///
/// Imports of one user take turns, so that two of one file at once add it once.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer in
/// time; [`Error::Conflict`] when a record breaks a bound of its table.
pub async fn import_user_data(
    database: &Database,
    token: TokenHash,
    data: &UserData,
) -> Result<Imported, Error> {
    let import = retry_after_merge(|| import(database, token, data));
    timeout(TIME_LIMIT, Box::pin(import))
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// As [`import_user_data`]. `None` when the caller's user was merged into another one before it was locked.
async fn import(
    database: &Database,
    token: TokenHash,
    data: &UserData,
) -> Result<Option<Imported>, Error> {
    let mut transaction = database.begin().await?;
    let connection = transaction.connection();
    let Some(user) = lock_user(connection, token).await? else {
        transaction.commit().await?;
        return Ok(None);
    };
    let mut imported = Imported::default();
    let mut messages = Messages::default();

    let insights = insert_insights(connection, user, &data.insights).await?;
    imported.insights = count_new(&insights);
    let conversations = open_conversations(connection, user, data, &insights).await?;
    for place in &insights {
        if let (Some((_, said)), Some(id)) =
            (data.insights.get(place.index), conversations.get(&place.id))
        {
            messages.add(*id, said);
        }
    }
    imported.definitions = insert_definitions(connection, user, &data.definitions).await?;
    let chats = insert_chats(connection, user, &data.chats).await?;
    imported.standalone_chats = count_new(&chats);
    for place in &chats {
        if let Some((_, said)) = data.chats.get(place.index) {
            messages.add(place.id, said);
        }
    }
    imported.chat_messages = insert_messages(connection, user, messages.in_order()).await?;
    transaction.commit().await?;
    Ok(Some(imported))
}

/// Locks the caller's user until the transaction ends: it has no other import and cannot be erased or merged. `None` when
/// it was merged into another one before.
async fn lock_user(connection: &mut PgConnection, token: TokenHash) -> Result<Option<i64>, Error> {
    let caller = sqlx::query!(
        r#"
            WITH device AS (
                SELECT user_id FROM devices WHERE token_hash = $1
            ), locked AS (
                SELECT users.id
                FROM users
                JOIN devices ON devices.user_id = users.id
                WHERE devices.token_hash = $1
                FOR NO KEY UPDATE OF users
                FOR KEY SHARE OF devices
            )
            SELECT EXISTS (SELECT FROM device) AS "is_known!", (SELECT id FROM locked) AS user_id
            "#,
        token.as_bytes(),
    )
    .fetch_one(connection)
    .await?;
    if caller.is_known {
        Ok(caller.user_id)
    } else {
        Err(Error::UnknownCaller)
    }
}

/// Where a record of the file is in the database.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its index in the file.
    index: usize,
    /// Its number.
    id: i64,
    /// Whether the user did not have it before.
    is_new: bool,
}

impl Place {
    /// Ordinality counts from 1.
    fn new(place: i64, id: i64, is_new: bool) -> Self {
        Self {
            index: usize::try_from(place - 1).unwrap_or(usize::MAX),
            id,
            is_new,
        }
    }
}

/// The texts of one column.
fn texts<R>(records: &[R], column: impl Fn(&R) -> &str) -> Vec<&str> {
    records.iter().map(column).collect()
}

fn count_new(places: &[Place]) -> u64 {
    let new: HashSet<i64> = places
        .iter()
        .filter(|place| place.is_new)
        .map(|place| place.id)
        .collect();
    u64::try_from(new.len()).unwrap_or(u64::MAX)
}

/// The conversation of each insight that has messages in the file, by the insight's number.
async fn open_conversations(
    connection: &mut PgConnection,
    user: i64,
    data: &UserData,
    insights: &[Place],
) -> Result<HashMap<i64, i64>, Error> {
    let mut spans: BTreeMap<i64, (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
    for place in insights {
        let said = data.insights.get(place.index).map(|(_, said)| said);
        for message in said.into_iter().flatten() {
            let at = message.created_at;
            let span = spans.entry(place.id).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
        }
    }
    conversations::open_conversations(connection, user, &spans).await
}

/// The messages of a file, each for its conversation.
#[derive(Debug, Default)]
struct Messages<'m> {
    all: Vec<(i64, &'m MessageRecord)>,
    /// The same ones, to keep what two records of one conversation both have from being there twice.
    known: HashSet<(i64, Key<'m>, u32)>,
}

/// What tells a message from others of its conversation.
type Key<'m> = (&'m str, &'m str, DateTime<Utc>);

impl<'m> Messages<'m> {
    /// Adds what one record has; of what another record of this conversation has too, only what it has more of.
    fn add(&mut self, conversation: i64, said: &'m [MessageRecord]) {
        let mut times: HashMap<Key<'m>, u32> = HashMap::new();
        for message in said {
            let at = stored(message.created_at);
            let key = (message.role.as_str(), message.content.as_str(), at);
            let time = times.entry(key).or_default();
            *time += 1;
            if self.known.insert((conversation, key, *time)) {
                self.all.push((conversation, message));
            }
        }
    }

    /// In the order that they were said in; at one moment, in the file's.
    fn in_order(mut self) -> Vec<(i64, &'m MessageRecord)> {
        self.all.sort_by_key(|(_, message)| message.created_at);
        self.all
    }
}

/// A time as the database keeps it: to the microsecond.
fn stored(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

#[cfg(test)]
mod tests;
