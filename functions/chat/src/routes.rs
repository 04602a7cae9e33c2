//! The table: every path of this function, and the file that answers it.

use utoipa::OpenApi;
use verse_http::Routes;

use crate::{
    insight_messages, rag_status, say_about_insight, say_in_chat, standalone_chats,
    standalone_messages, start_chat, test_rag,
};

/// What this function answers.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post_streaming("/api/chat/message", say_about_insight::say_about_insight)
        .get(
            "/api/chat/messages/{insight_id}",
            insight_messages::list_insight_messages,
        )
        .delete(
            "/api/chat/messages/{insight_id}",
            insight_messages::clear_insight_messages,
        )
        .post_streaming("/api/standalone-chat", start_chat::start_chat)
        .post_streaming("/api/standalone-chat/message", say_in_chat::say_in_chat)
        .get("/api/standalone-chat", standalone_chats::list_chats)
        .delete(
            "/api/standalone-chat/{chat_id}",
            standalone_chats::delete_chat,
        )
        .get(
            "/api/standalone-chat/{chat_id}/messages",
            standalone_messages::list_chat_messages,
        )
        .get("/api/debug/rag-status", rag_status::show_memory_status)
        .get("/api/debug/test-rag", test_rag::show_recollections)
}

/// The same table for OpenAPI.
#[derive(Debug, OpenApi)]
#[openapi(paths(
    say_about_insight::say_about_insight,
    insight_messages::list_insight_messages,
    insight_messages::clear_insight_messages,
    start_chat::start_chat,
    say_in_chat::say_in_chat,
    standalone_chats::list_chats,
    standalone_chats::delete_chat,
    standalone_messages::list_chat_messages,
    rag_status::show_memory_status,
    test_rag::show_recollections,
))]
pub struct Documentation;
