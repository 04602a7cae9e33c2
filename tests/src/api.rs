//! Paths of the API and the session cookie, as the tests name them.

/// The cookie that identifies a device.
pub const SESSION_COOKIE: &str = "verse_user_id";

/// The paths of the API. A path with an identifier is a function.
pub mod paths {
    #![expect(missing_docs, reason = "each constant is its own documentation")]

    use std::fmt::Display;

    pub const PASSAGE: &str = "/api/passage";
    pub const CHAPTER: &str = "/api/chapter";
    pub const CHAPTER_CONTENT: &str = "/api/chapter/content";
    pub const TRANSLATIONS: &str = "/api/translations";
    pub const BOOKS: &str = "/api/books";
    pub const RESOLVE: &str = "/api/resolve";
    pub const CROSS_REFERENCES: &str = "/api/cross-references";
    pub const PARALLEL: &str = "/api/parallel";
    pub const SEARCH: &str = "/api/search";
    pub const WORDS: &str = "/api/words";
    pub const LEXICON: &str = "/api/lexicon";
    pub const TOPICS: &str = "/api/topics";
    pub const COMMENTARY: &str = "/api/commentary";
    pub const CONTRACT: &str = "/api/openapi.json";
    pub const DOCS: &str = "/api/docs";
    pub const DAILY: &str = "/api/daily";
    pub const HEALTH: &str = "/api/health";
    pub const READY: &str = "/api/health/ready";

    pub const INSIGHTS: &str = "/api/insights";
    pub const INSIGHT_HISTORY: &str = "/api/insights/history";
    pub const DEFINITIONS: &str = "/api/definitions";
    pub const DEFINITION_HISTORY: &str = "/api/definitions/history";

    pub const SESSION: &str = "/api/user/session";
    pub const EXPORT: &str = "/api/user/export";
    pub const IMPORT: &str = "/api/user/import";
    pub const USER_DATA: &str = "/api/user/data";
    pub const DEVICES: &str = "/api/user/devices";
    pub const GENERATE_CODE: &str = "/api/user/link/generate";
    pub const ACCEPT_CODE: &str = "/api/user/link/accept";
    pub const LINK_CODES: &str = "/api/user/link/codes";

    pub const CHATS: &str = "/api/standalone-chat";
    pub const CHAT_MESSAGE: &str = "/api/standalone-chat/message";
    pub const INSIGHT_MESSAGE: &str = "/api/chat/message";
    pub const MEMORY_STATUS: &str = "/api/debug/rag-status";
    pub const MEMORY_SEARCH: &str = "/api/debug/test-rag";

    #[must_use]
    pub fn lexicon_entry(id: impl Display) -> String {
        format!("{LEXICON}/{id}")
    }

    #[must_use]
    pub fn lexicon_verses(id: impl Display) -> String {
        format!("{LEXICON}/{id}/verses")
    }

    #[must_use]
    pub fn topic(name: impl Display) -> String {
        format!("{TOPICS}/{name}")
    }

    #[must_use]
    pub fn device(id: impl Display) -> String {
        format!("{DEVICES}/{id}")
    }

    #[must_use]
    pub fn chat(id: impl Display) -> String {
        format!("{CHATS}/{id}")
    }

    #[must_use]
    pub fn chat_messages(id: impl Display) -> String {
        format!("{CHATS}/{id}/messages")
    }

    #[must_use]
    pub fn insight_messages(insight_id: impl Display) -> String {
        format!("/api/chat/messages/{insight_id}")
    }
}
