//! Conversations and their messages: tables `conversations` and `messages`.
