//! `POST /api/standalone-chat/message`: posts a message to one of the caller's chats and streams the reply. Twenty messages
//! a minute, ten generated answers a day. Two round trips before the stream begins, three for the reply.

use axum::{Extension, extract::State};
use utoipa::ToSchema;
use verse_data::{ChatId, MessageTarget};
use verse_http::{
    App, Caller, Deadline, EventStream, Fields, FromFields, Invalid, Json, NotFound, Problem,
    TooMany, TooMuchData, Unavailable,
};

use crate::{
    assistant::Assistant, pending_reply::ReadingContext, reply_event::ReplyEvent,
    send_message::NewMessage,
};

/// A message in a chat.
#[derive(Debug, ToSchema)]
pub struct ChatMessageBody {
    #[schema(value_type = i64, example = 7)]
    chat_id: ChatId,
    #[schema(
        min_length = 1,
        max_length = 10000,
        example = "And why did he come by night?"
    )]
    message: String,
}

impl FromFields for ChatMessageBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let chat_id = fields.id("chat_id");
        let message = fields.visible_text("message", 1..=10_000);
        Some(Self {
            chat_id: ChatId(chat_id?),
            message: message?,
        })
    }
}

/// Post a message to a chat
///
/// The response is that of `POST /api/chat/message`.
#[utoipa::path(post, path = "/api/standalone-chat/message", tag = "chat", request_body = ChatMessageBody, responses(
    (status = 200, description = "The events of the reply", content_type = "text/event-stream", body = ReplyEvent),
    NotFound, Invalid, TooMany, TooMuchData, Unavailable))]
pub async fn post_chat_message(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    deadline: Deadline,
    caller: Caller,
    Json(body): Json<ChatMessageBody>,
) -> Result<EventStream, Problem> {
    let message = NewMessage {
        target: MessageTarget::Chat(body.chat_id),
        text: body.message,
        context: ReadingContext::default(),
        deadline,
    };
    message.send(&app, assistant, &caller).await
}
