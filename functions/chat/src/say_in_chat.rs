//! `POST /api/standalone-chat/message`: says something more in one of the caller's chats; the answer is streamed. Twenty
//! messages a minute, ten generated answers a day. Two round trips before the stream begins, three for its
//! answer.

use axum::{Extension, extract::State};
use utoipa::ToSchema;
use verse_data::{ChatId, Place};
use verse_http::{
    App, Caller, Deadline, EventStream, Fields, FromFields, Invalid, Json, Metered, NotFound,
    Problem, TooMany, Unavailable, admit,
};

use crate::{
    asked::{About, Message, no_such},
    assistant::Assistant,
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

/// Say something more in a chat
///
/// Answered as `POST /api/chat/message`.
#[utoipa::path(post, path = "/api/standalone-chat/message", tag = "chat", request_body = ChatMessageBody,
    responses(
        (status = 200, description = "The answer, as it is made", content_type = "text/event-stream", body = String),
        NotFound,
        Invalid,
        TooMany,
        Unavailable,
    ))]
pub async fn say_in_chat(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    deadline: Deadline,
    caller: Caller,
    Json(body): Json<ChatMessageBody>,
) -> Result<EventStream, Problem> {
    let now = app.clock.now();
    let token = admit(&app, &caller, Metered::Message, now).await?;
    let token = token.ok_or_else(|| no_such("chat"))?;
    let message = Message {
        place: Place::Chat(body.chat_id),
        text: body.message,
        about: About::default(),
        deadline,
    };
    message.ask(&app, assistant, token, now).await
}
