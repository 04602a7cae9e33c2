//! `GET /api/debug/test-rag?query[&chat_id]`: the memory that the model would receive with a message. In development only.
//! One round trip; none for a caller without a cookie.

use axum::{Extension, Json, extract::State, http::Uri};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_ai::{Recollection, Role};
use verse_data::ChatId;
use verse_http::{App, Caller, Fields, FromFields, Invalid, NotFound, Problem, Query, Unavailable};

use crate::{assistant::Assistant, debug_status::development_only, memory};

/// The message. It is not stored.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecallQuery {
    #[param(min_length = 1, max_length = 10000, example = "Who was Nicodemus?")]
    query: String,
    /// The message's conversation, which the search leaves out.
    #[param(value_type = Option<i64>)]
    chat_id: Option<ChatId>,
}

impl FromFields for RecallQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let query = fields.text("query", 1..=10_000);
        let chat_id = fields.optional_id("chat_id").map(ChatId);
        Some(Self {
            query: query?,
            chat_id,
        })
    }
}

/// The memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecallAnswer {
    conversations: Vec<RecalledConversation>,
}

/// An excerpt of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecalledConversation {
    /// A summary of the conversation in one line.
    about: String,
    messages: Vec<RecalledMessage>,
}

/// A message of the excerpt.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecalledMessage {
    #[schema(schema_with = crate::message::role)]
    role: &'static str,
    content: String,
}

/// Show the memory for a message (development only)
#[utoipa::path(get, path = "/api/debug/test-rag", tag = "debug", params(RecallQuery), responses(
    (status = 200, description = "Excerpts of the caller's conversations, the best first", body = RecallAnswer),
    NotFound, Invalid, Unavailable))]
pub async fn recall(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    caller: Caller,
    uri: Uri,
    query: Result<Query<RecallQuery>, Problem>,
) -> Result<Json<RecallAnswer>, Problem> {
    development_only(&app, &uri)?;
    let Query(query) = query?;
    let recalled = match caller.token_hash() {
        Some(token) => {
            let (database, message) = (app.database()?, &query.query);
            let vector = memory::embed(&assistant, message).await;
            vector.search(database, token, message, query.chat_id).await
        }
        None => Vec::new(),
    };
    let conversations = recalled.into_iter().map(RecalledConversation::from);
    Ok(Json(RecallAnswer {
        conversations: conversations.collect(),
    }))
}

impl From<Recollection> for RecalledConversation {
    fn from(recollection: Recollection) -> Self {
        let messages = recollection.turns.into_iter().map(|turn| RecalledMessage {
            role: match turn.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            },
            content: turn.text,
        });
        Self {
            about: recollection.about,
            messages: messages.collect(),
        }
    }
}
