//! Exporting a user: everything in the histories, oldest first, in pages of bounded size.
//!
//! There is no transaction: one would be open for as long as the reader takes. Each page is a statement that goes on
//! behind the last row of the one before. So each thing is exported as it was when its page was read; what is added
//! meanwhile may be in it or not. If the caller is no longer the same user at the end (erased, or merged with another),
//! the export fails instead of ending with a part missing.

use std::collections::VecDeque;

use sqlx::types::Uuid;

use chrono::{DateTime, Utc};

use crate::{
    ChatRecord, Database, DefinitionRecord, Error, InsightRecord, MessageRecord, TokenHash,
};

mod pages;

use pages::{Keyset, Page, conversations, histories};

/// One thing of an export. Messages belong to the insight or chat before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportPart {
    /// An insight of the history.
    Insight(InsightRecord),
    /// A definition of the history.
    Definition(DefinitionRecord),
    /// A standalone chat.
    Chat(ChatRecord),
    /// A message of the insight or chat that came last.
    Message(MessageRecord),
}

/// Whose export it is, as the outside may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedUser {
    /// What the outside calls the user.
    pub anonymous_id: Uuid,
    /// When it first came.
    pub created_at: DateTime<Utc>,
}

/// An export being read. In memory is one page of it.
#[derive(Debug)]
pub struct Export {
    database: Database,
    token: TokenHash,
    user: ExportedUser,
    section: Option<Section>,
    /// Where the section's next page begins; `None` when there is none.
    next: Option<Keyset>,
    /// Read and not given out, each with its conversation.
    waiting: VecDeque<(ExportPart, Option<i64>)>,
    /// The conversation of the part that was given out last, and where its next page begins.
    conversation: Option<(i64, Keyset)>,
}

/// In the order of the export.
#[derive(Clone, Copy, Debug)]
enum Section {
    Insights,
    Definitions,
    Chats,
}

/// Begins the export of the caller's user: insights, then definitions, then standalone chats. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn export_user_data(database: &Database, token: TokenHash) -> Result<Export, Error> {
    Ok(Export {
        user: find_user(database, token)
            .await?
            .ok_or(Error::UnknownCaller)?,
        database: database.clone(),
        token,
        section: Some(Section::Insights),
        next: Some(Keyset::START),
        waiting: VecDeque::new(),
        conversation: None,
    })
}

impl Export {
    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> ExportedUser {
        self.user
    }

    /// The next parts, half a megabyte or one part at a time; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the database does not answer; [`Error::UnknownCaller`] when the user is no longer
    /// there, or is another. What was given out by then is not a whole export.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportPart>>, Error> {
        loop {
            if let Some((conversation, from)) = self.conversation.take() {
                let page =
                    conversations::messages(&self.database, self.token, conversation, from).await?;
                self.conversation = page.next.map(|next| (conversation, next));
                if !page.items.is_empty() {
                    let parts = page.items.into_iter().map(|(part, _)| part);
                    return Ok(Some(parts.collect()));
                }
            } else if !self.waiting.is_empty() {
                return Ok(Some(self.give_out()));
            } else if !self.read_on().await? {
                return self.check_user().await.map(|()| None);
            }
        }
    }

    /// What waits, up to the first that has a conversation: its messages come next.
    fn give_out(&mut self) -> Vec<ExportPart> {
        let mut parts = Vec::new();
        while let Some((part, conversation)) = self.waiting.pop_front() {
            parts.push(part);
            if let Some(id) = conversation {
                self.conversation = Some((id, Keyset::START));
                break;
            }
        }
        parts
    }

    /// Reads the next page of the histories; false when there is none.
    async fn read_on(&mut self) -> Result<bool, Error> {
        let Some(section) = self.section else {
            return Ok(false);
        };
        let Some(from) = self.next.take() else {
            self.section = section.next();
            self.next = Some(Keyset::START);
            return Ok(self.section.is_some());
        };
        let Page { items, next } = match section {
            Section::Insights => histories::insights(&self.database, self.token, from).await?,
            Section::Definitions => {
                histories::definitions(&self.database, self.token, from).await?
            }
            Section::Chats => conversations::chats(&self.database, self.token, from).await?,
        };
        self.waiting = items.into();
        self.next = next;
        Ok(true)
    }

    /// A page of somebody unknown is empty: only this tells it from the end.
    async fn check_user(&self) -> Result<(), Error> {
        let user = find_user(&self.database, self.token).await?;
        (user == Some(self.user))
            .then_some(())
            .ok_or(Error::UnknownCaller)
    }
}

impl Section {
    fn next(self) -> Option<Self> {
        match self {
            Self::Insights => Some(Self::Definitions),
            Self::Definitions => Some(Self::Chats),
            Self::Chats => None,
        }
    }
}

async fn find_user(database: &Database, token: TokenHash) -> Result<Option<ExportedUser>, Error> {
    let row = sqlx::query_as!(
        ExportedUser,
        "SELECT users.anonymous_id, users.created_at
         FROM devices
         JOIN users ON users.id = devices.user_id
         WHERE devices.token_hash = $1",
        token.as_bytes(),
    )
    .fetch_optional(database.repeatable())
    .await?;
    Ok(row)
}

#[cfg(test)]
mod tests;
