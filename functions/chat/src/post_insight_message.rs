//! `POST /api/chat/message`: posts a message about one of the caller's insights and streams the reply. Twenty messages a
//! minute, ten generated answers a day. Two round trips before the stream begins, three for the reply.

use axum::{Extension, extract::State};
use utoipa::ToSchema;
use verse_ai::InsightTexts;
use verse_data::{InsightId, MessageTarget};
use verse_http::{
    App, Caller, Deadline, EventStream, Fields, FromFields, Invalid, Json, NotFound, Problem,
    TooMany, TooMuchData, Unavailable,
};

use crate::{
    assistant::Assistant, pending_reply::ReadingContext, reply_event::ReplyEvent,
    send_message::NewMessage,
};

/// A message about an insight, with the passage and the insight that the caller has open.
#[derive(Debug, ToSchema)]
pub struct InsightMessageBody {
    #[schema(value_type = i64, example = 12)]
    insight_id: InsightId,
    #[schema(
        min_length = 1,
        max_length = 10000,
        pattern = r"\S",
        example = "Who was Nicodemus?"
    )]
    message: String,
    /// The text of the passage. It is trimmed.
    #[schema(
        min_length = 1,
        max_length = 50000,
        pattern = r"\S",
        example = "For God so loved the world"
    )]
    passage_text: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    #[schema(value_type = InsightContext)]
    insight_context: InsightTexts,
}

/// The texts of the insight.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
pub struct InsightContext {
    #[schema(max_length = 50000)]
    historical_context: String,
    #[schema(max_length = 50000)]
    theological_significance: String,
    #[schema(max_length = 50000)]
    practical_application: String,
}

impl FromFields for InsightMessageBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let insight_id = fields.id("insight_id");
        let message = fields.visible_text("message", 1..=10_000);
        let passage_text = fields.trimmed_text("passage_text", 1..=50_000);
        let passage_reference = fields.text("passage_reference", 1..=100);
        let insight_context = fields.object("insight_context", |fields| {
            let historical_context = fields.text("historical_context", 0..=50_000);
            let theological_significance = fields.text("theological_significance", 0..=50_000);
            let practical_application = fields.text("practical_application", 0..=50_000);
            Some(InsightTexts {
                historical_context: historical_context?,
                theological_significance: theological_significance?,
                practical_application: practical_application?,
            })
        });
        Some(Self {
            insight_id: InsightId(insight_id?),
            message: message?,
            passage_text: passage_text?,
            passage_reference: passage_reference?,
            insight_context: insight_context?,
        })
    }
}

/// Post a message about an insight
///
/// The reply is streamed as server-sent events: `token` events with pieces of the text, then one `done` or `error` event, which
/// is always the last. A request that can be refused without the model is refused with a status.
#[utoipa::path(post, path = "/api/chat/message", tag = "chat", request_body = InsightMessageBody, responses(
    (status = 200, description = "The events of the reply", content_type = "text/event-stream", body = ReplyEvent),
    NotFound, Invalid, TooMany, TooMuchData, Unavailable))]
pub async fn post_insight_message(
    State(app): State<App>,
    Extension(assistant): Extension<Assistant>,
    deadline: Deadline,
    caller: Caller,
    Json(body): Json<InsightMessageBody>,
) -> Result<EventStream, Problem> {
    let message = NewMessage {
        target: MessageTarget::Insight(body.insight_id),
        text: body.message,
        context: ReadingContext {
            passage_reference: Some(body.passage_reference),
            passage_text: Some(body.passage_text),
            insight: Some(body.insight_context),
        },
        deadline,
    };
    message.send(&app, assistant, &caller).await
}
