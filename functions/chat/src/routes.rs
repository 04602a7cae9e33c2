//! The table of routes: each path, and its handler in the file of that name.

use crate::{
    debug_recall, debug_status, insight_messages, post_chat_message, post_insight_message,
    standalone_chats, standalone_messages, start_chat,
};

verse_http::routes! {
    post_streaming "/api/chat/message" => post_insight_message::post_insight_message;
    get "/api/chat/messages/{insight_id}" => insight_messages::list_insight_messages;
    delete "/api/chat/messages/{insight_id}" => insight_messages::clear_insight_messages;
    post_streaming "/api/standalone-chat" => start_chat::start_chat;
    post_streaming "/api/standalone-chat/message" => post_chat_message::post_chat_message;
    get "/api/standalone-chat" => standalone_chats::list_chats;
    delete "/api/standalone-chat/{chat_id}" => standalone_chats::delete_chat;
    get "/api/standalone-chat/{chat_id}/messages" => standalone_messages::list_chat_messages;
    get "/api/debug/rag-status" => debug_status::show_memory_status;
    get "/api/debug/test-rag" => debug_recall::recall;
}
