//! Export of a user's data: everything in the histories, oldest first, in pages of bounded size.
//!
//! An export has no transaction: it would stay open for as long as the client reads. Each page is a statement that
//! continues after the last row of the page before. So each part is exported as it was when its page was read, and
//! parts that are added meanwhile may be in the export or not. If the caller's user has changed at the end (erased, or
//! merged into another), the export fails instead of missing a part.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Uuid;

use crate::{
    ChatRecord, Database, DefinitionRecord, Error, InsightRecord, MessageRecord, TokenHash,
};

mod pages;
mod position;

use pages::PageStart;

pub use position::ExportPosition;

/// A part of an export. Messages follow the insight or chat that they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportPart {
    /// An insight of the history, or one with a conversation.
    Insight(InsightRecord),
    /// A definition of the history.
    Definition(DefinitionRecord),
    /// A standalone chat.
    Chat(ChatRecord),
    /// A message of the last insight or chat.
    Message(MessageRecord),
}

/// The exported user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedUser {
    /// The id that clients see.
    pub anonymous_id: Uuid,
    /// When the user was created.
    pub created_at: DateTime<Utc>,
}

/// An export that is being read. It holds one page in memory.
#[derive(Debug)]
pub struct Export {
    database: Database,
    token: TokenHash,
    user: ExportedUser,
    /// The list that is being read, and the start of its next page; `None` after the last list.
    next: Option<(ExportList, PageStart)>,
    /// Parts that were read and not yet returned, each with its place and the id of its conversation.
    waiting: VecDeque<(ExportPart, PageStart, Option<i64>)>,
    /// The list of `waiting`.
    list: ExportList,
    /// The conversation of the part that was returned last, and the start of its next page.
    conversation: Option<(i64, PageStart)>,
    /// The place after the parts that were returned; `None` before the first.
    position: Option<ExportPosition>,
}

/// The lists of an export, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExportList {
    Insights,
    Definitions,
    Chats,
}

/// Starts an export of the caller's user: insights, then definitions, then standalone chats. One round trip.
///
/// With `after`, it goes on there. Its first part is the last insight, definition or chat before that place, so that the
/// rest of its messages can follow.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device.
pub async fn export_user_data(
    database: &Database,
    token: TokenHash,
    after: Option<ExportPosition>,
) -> Result<Export, Error> {
    let next = match after {
        Some(after) => (after.list, after.item.before()),
        None => (ExportList::Insights, PageStart::FIRST),
    };
    Ok(Export {
        user: get_exported_user(database, token).await?,
        database: database.clone(),
        token,
        next: Some(next),
        waiting: VecDeque::new(),
        list: next.0,
        conversation: None,
        position: after,
    })
}

impl Export {
    /// The exported user.
    #[must_use]
    pub fn user(&self) -> ExportedUser {
        self.user
    }

    /// The place after the parts that were returned.
    #[must_use]
    pub fn position(&self) -> Option<ExportPosition> {
        self.position
    }

    /// The next parts, at most half a megabyte or one part; `None` after the last.
    ///
    /// # Errors
    /// [`Error::UnknownCaller`] when the user was erased or merged meanwhile. The parts returned by then are not a
    /// whole export.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportPart>>, Error> {
        loop {
            if let Some((conversation, start)) = self.conversation {
                let page = pages::messages(&self.database, self.token, conversation, start).await?;
                self.conversation = page.next.map(|next| (conversation, next));
                if let (Some((_, last, _)), Some(position)) =
                    (page.parts.last(), &mut self.position)
                {
                    position.message = *last;
                    let parts = page.parts.into_iter().map(|(part, ..)| part);
                    return Ok(Some(parts.collect()));
                }
            } else if !self.waiting.is_empty() {
                return Ok(Some(self.take_waiting()));
            } else if let Some((list, start)) = self.next {
                self.read_page(list, start).await?;
            } else {
                // A page of an unknown caller is empty, like the page after the last: only this check tells them apart.
                let user = get_exported_user(&self.database, self.token).await?;
                return if user == self.user {
                    Ok(None)
                } else {
                    Err(Error::UnknownCaller)
                };
            }
        }
    }

    /// Takes the waiting parts up to the first with a conversation: its messages must follow it.
    fn take_waiting(&mut self) -> Vec<ExportPart> {
        let mut parts = Vec::new();
        while let Some((part, item, conversation)) = self.waiting.pop_front() {
            parts.push(part);
            // After a place within a conversation, its messages go on.
            let message = match self.position {
                Some(before) if (before.list, before.item) == (self.list, item) => before.message,
                _ => PageStart::FIRST,
            };
            self.position = Some(ExportPosition {
                list: self.list,
                item,
                message,
            });
            if let Some(id) = conversation {
                self.conversation = Some((id, message));
                break;
            }
        }
        parts
    }

    async fn read_page(&mut self, list: ExportList, start: PageStart) -> Result<(), Error> {
        let (database, token) = (&self.database, self.token);
        let (page, following) = match list {
            ExportList::Insights => (
                pages::insights(database, token, start).await?,
                Some(ExportList::Definitions),
            ),
            ExportList::Definitions => (
                pages::definitions(database, token, start).await?,
                Some(ExportList::Chats),
            ),
            ExportList::Chats => (pages::chats(database, token, start).await?, None),
        };
        self.waiting = page.parts.into();
        self.list = list;
        self.next = match page.next {
            Some(next) => Some((list, next)),
            None => following.map(|list| (list, PageStart::FIRST)),
        };
        Ok(())
    }
}

async fn get_exported_user(database: &Database, token: TokenHash) -> Result<ExportedUser, Error> {
    sqlx::query_as!(
        ExportedUser,
        "SELECT users.anonymous_id, users.created_at
         FROM devices
         JOIN users ON users.id = devices.user_id
         WHERE devices.token_hash = $1",
        token.as_bytes(),
    )
    .fetch_optional(database.repeatable())
    .await?
    .ok_or(Error::UnknownCaller)
}

#[cfg(test)]
mod tests;
