//! The table of routes: each path, and its handler in the file of that name.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{
    debug_recall, debug_status, insight_messages, post_chat_message, post_insight_message,
    standalone_chats, standalone_messages, start_chat,
};

/// The routes of this function.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post_streaming(
            "/api/chat/message",
            post_insight_message::post_insight_message,
        )
        .get(
            "/api/chat/messages/{insight_id}",
            insight_messages::list_insight_messages,
        )
        .delete(
            "/api/chat/messages/{insight_id}",
            insight_messages::clear_insight_messages,
        )
        .post_streaming("/api/standalone-chat", start_chat::start_chat)
        .post_streaming(
            "/api/standalone-chat/message",
            post_chat_message::post_chat_message,
        )
        .get("/api/standalone-chat", standalone_chats::list_chats)
        .delete(
            "/api/standalone-chat/{chat_id}",
            standalone_chats::delete_chat,
        )
        .get(
            "/api/standalone-chat/{chat_id}/messages",
            standalone_messages::list_chat_messages,
        )
        .get("/api/debug/rag-status", debug_status::show_memory_status)
        .get("/api/debug/test-rag", debug_recall::recall)
}

/// The same table, for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    post_insight_message::post_insight_message,
    insight_messages::list_insight_messages,
    insight_messages::clear_insight_messages,
    start_chat::start_chat,
    post_chat_message::post_chat_message,
    standalone_chats::list_chats,
    standalone_chats::delete_chat,
    standalone_messages::list_chat_messages,
    debug_status::show_memory_status,
    debug_recall::recall,
))]
pub struct Documentation;
