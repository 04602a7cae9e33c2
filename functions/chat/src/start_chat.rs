//! `POST /api/standalone-chat`: starts a chat with its first message and streams the chat's id and the reply. Twenty
//! messages a minute, ten generated answers a day. Two round trips before the stream begins, three for the reply.

use axum::{Extension, extract::State};
use utoipa::ToSchema;
use verse_data::MessageTarget;
use verse_http::{
    App, Caller, Deadline, EventStream, Fields, FromFields, Invalid, Json, Problem, TooMany,
    TooMuchData, Unavailable,
};

use crate::{
    assistant::Assistant, pending_reply::ReadingContext, reply_event::ReplyEvent,
    send_message::NewMessage,
};

/// The first message of a chat.
#[derive(Debug, ToSchema)]
pub struct NewChatBody {
    #[schema(
        min_length = 1,
        max_length = 10000,
        pattern = r"\S",
        example = "Who was Nicodemus?"
    )]
    message: String,
    /// The text of the passage that the caller has open. It is trimmed.
    #[schema(max_length = 50000)]
    passage_text: Option<String>,
    #[schema(max_length = 100, example = "John 3 (KJV)")]
    passage_reference: Option<String>,
}

impl FromFields for NewChatBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let message = fields.visible_text("message", 1..=10_000);
        // Clients without an open passage send empty texts.
        let passage_text = fields.optional_trimmed_text("passage_text", 0..=50_000);
        let passage_reference = fields.optional_text("passage_reference", 0..=100);
        Some(Self {
            message: message?,
            passage_text: passage_text.filter(|text| !text.is_empty()),
            passage_reference: passage_reference.filter(|text| !text.is_empty()),
        })
    }
}

/// Start a chat
///
/// The response is that of `POST /api/chat/message`, with the event `chat_id` first.
#[utoipa::path(post, path = "/api/standalone-chat", tag = "chat", request_body = NewChatBody, responses(
    (status = 200, description = "The events of the reply", content_type = "text/event-stream", body = ReplyEvent),
    Invalid, TooMany, TooMuchData, Unavailable))]
pub async fn start_chat(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    deadline: Deadline,
    caller: Caller,
    Json(body): Json<NewChatBody>,
) -> Result<EventStream, Problem> {
    let message = NewMessage {
        target: MessageTarget::NewChat {
            passage_reference: body.passage_reference.as_deref(),
            passage_text: body.passage_text.as_deref(),
        },
        text: body.message,
        context: ReadingContext::default(),
        deadline,
    };
    message.send(&app, assistant, &caller).await
}
