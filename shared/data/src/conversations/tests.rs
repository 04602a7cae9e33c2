//! Tests of conversations.

use sqlx::PgPool;

use super::*;
use crate::{
    Database, Error, InsightId, Page, Reservation, TokenHash,
    fixture::{
        at, at_once, calls, connect, count, limits, reader, run, saved_insight, stranger, texts,
    },
};

const NOW: &str = "2026-01-02T00:00:00Z";
const LATER: &str = "2026-01-03T00:00:00Z";

/// A quota that no test uses up.
const LIMIT: i32 = 10_000;

/// A chat about no passage.
const NEW_CHAT: MessageTarget<'_> = MessageTarget::NewChat {
    passage_reference: None,
    passage_text: None,
};

async fn try_post(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    now: &str,
) -> Result<StoredMessage, Error> {
    match append_message(database, token, target, message, limits(LIMIT), at(now)).await? {
        PostOutcome::Stored(stored) => Ok(stored),
        PostOutcome::QuotaExhausted(usage) => panic!("{usage:?}"),
    }
}

async fn post(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    now: &str,
) -> StoredMessage {
    let posted = try_post(database, token, target, message, now).await;
    posted.unwrap()
}

async fn start_chat(database: &Database, token: TokenHash, message: &str) -> StoredMessage {
    let target = MessageTarget::NewChat {
        passage_reference: Some("John 3 (KJV)"),
        passage_text: None,
    };
    post(database, token, target, message, NOW).await
}

/// Starts a chat and finishes its first reply.
async fn start_chat_with_reply(
    database: &Database,
    token: TokenHash,
    message: &str,
) -> StoredMessage {
    let stored = start_chat(database, token, message).await;
    finish(database, stored, "a reply").await;
    stored
}

/// Whether the reply was stored in this state.
async fn try_finish(
    database: &Database,
    reply: MessageId,
    state: FinalState,
    content: &str,
) -> bool {
    let finished = finish_message(database, reply, state, content, None).await;
    finished.unwrap().is_stored
}

async fn finish(database: &Database, stored: StoredMessage, content: &str) {
    assert!(try_finish(database, stored.reply, FinalState::Complete, content).await);
}

async fn insight(database: &Database, token: TokenHash) -> InsightId {
    saved_insight(database, token, "For God", at(NOW)).await.id
}

async fn chat_messages(database: &Database, token: TokenHash, chat: ChatId) -> Vec<Message> {
    let messages = get_standalone_chat_messages(database, token, chat).await;
    messages.unwrap()
}

async fn delete_chat(database: &Database, token: TokenHash, chat: ChatId) -> bool {
    let deleted = delete_standalone_chat(database, token, chat).await;
    deleted.unwrap()
}

fn roles_and_texts(messages: &[Message]) -> Vec<(&'static str, &str)> {
    messages
        .iter()
        .map(|message| (message.role.as_str(), message.content.as_str()))
        .collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn chat_messages_are_listed_in_order_without_pending_replies(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let first = start_chat(&database, token, "Who?\n").await;
    let messages = chat_messages(&database, token, first.chat).await;
    assert_eq!(roles_and_texts(&messages), [("user", "Who?\n")]);

    // A second message while the first reply is pending.
    let chat = MessageTarget::Chat(first.chat);
    let second = post(&database, token, chat, "And why?", LATER).await;
    finish(&database, second, "Because.").await;
    finish(&database, first, "Nicodemus.").await;
    let messages = chat_messages(&database, token, first.chat).await;
    let order = [
        ("user", "Who?\n"),
        ("assistant", "Nicodemus."),
        ("user", "And why?"),
        ("assistant", "Because."),
    ];
    assert_eq!(roles_and_texts(&messages), order);
    assert_eq!(messages[0].created_at, at(NOW));
    let ids = (messages[0].id, messages[1].id);
    assert_eq!(ids, (first.message, first.reply));

    let page = Page {
        limit: 1,
        before: None,
    };
    let chats = get_standalone_chats(&database, token, page).await.unwrap();
    assert_eq!(
        (&*chats[0].title, chats[0].updated_at),
        ("Who?\n", at(LATER))
    );
    assert_eq!(chats[0].passage_reference.as_deref(), Some("John 3 (KJV)"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn reply_is_stored_once_with_its_final_state(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    for (state, content, listed) in [
        (FinalState::Complete, "whole", 2),
        (FinalState::Truncated, "cut", 2),
        (FinalState::Interrupted, "bro", 2),
        (FinalState::Interrupted, "", 1),
    ] {
        let stored = start_chat(&database, token, "?").await;
        // The second call repeats the first, as after a lost response of the database.
        for (content, is_stored) in [(content, true), (content, true), ("other", false)] {
            let finished = try_finish(&database, stored.reply, state, content).await;
            assert_eq!(finished, is_stored);
        }
        let question = try_finish(&database, stored.message, state, content).await;
        assert!(!question, "the user's message is not a pending reply");
        let messages = chat_messages(&database, token, stored.chat).await;
        assert_eq!(messages.len(), listed);
        assert!(messages.iter().skip(1).all(|reply| reply.state == state));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_users_with_the_insight_can_post_about_it(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let insight = insight(&database, mine).await;
    let target = MessageTarget::Insight(insight);
    for token in [theirs, stranger()] {
        let refused = try_post(&database, token, target, "?", NOW).await;
        assert!(matches!(refused, Err(Error::NotFound("insight"))));
    }
    let first = post(&database, mine, target, "?", NOW).await;
    finish(&database, first, "!").await;
    let second = post(&database, mine, target, "??", NOW).await;
    assert_eq!(second.chat, first.chat);
    let messages = get_chat_messages(&database, mine, insight).await.unwrap();
    let order = [("user", "?"), ("assistant", "!"), ("user", "??")];
    assert_eq!(roles_and_texts(&messages), order);
    for token in [theirs, stranger()] {
        let messages = get_chat_messages(&database, token, insight).await;
        assert_eq!(messages.unwrap(), []);
        let cleared = clear_chat_messages(&database, token, insight).await;
        assert_eq!(cleared.unwrap(), 0);
    }

    // A conversation about an insight is not a standalone chat.
    let chat = MessageTarget::Chat(first.chat);
    let refused = try_post(&database, mine, chat, "?", NOW).await;
    assert!(matches!(refused, Err(Error::NotFound("chat"))));
    assert_eq!(chat_messages(&database, mine, first.chat).await, []);
    assert!(!delete_chat(&database, mine, first.chat).await);

    for messages in [3, 0] {
        let cleared = clear_chat_messages(&database, mine, insight).await;
        assert_eq!(cleared.unwrap(), messages);
    }
    assert_eq!(count(&database, "messages").await, 0);
    assert_eq!(count(&database, "conversations").await, 0);
    assert!(!try_finish(&database, second.reply, FinalState::Complete, "!").await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn chats_are_listed_page_by_page_with_the_last_used_first(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let mut chats = Vec::new();
    for title in ["a", "b", "c"] {
        chats.push(start_chat_with_reply(&database, mine, title).await.chat);
    }
    let foreign = start_chat_with_reply(&database, theirs, "d").await.chat;
    post(
        &database,
        mine,
        MessageTarget::Chat(chats[0]),
        "again",
        LATER,
    )
    .await;
    let listed = async |token, before: Option<ChatId>| {
        let before = before.map(|chat| chat.0);
        let page = Page { limit: 2, before };
        let chats = get_standalone_chats(&database, token, page).await.unwrap();
        chats.into_iter().map(|chat| chat.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(mine, None).await, [chats[0], chats[2]]);
    assert_eq!(listed(mine, Some(chats[2])).await, [chats[1]]);
    for before in [chats[1], foreign, ChatId(99_999_999_999_999)] {
        assert_eq!(listed(mine, Some(before)).await, []);
    }
    assert_eq!(listed(stranger(), None).await, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn chat_of_another_user_is_treated_as_absent(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let StoredMessage { chat, reply, .. } = start_chat_with_reply(&database, mine, "?").await;
    for token in [theirs, stranger()] {
        assert_eq!(chat_messages(&database, token, chat).await, []);
        let refused = try_post(&database, token, MessageTarget::Chat(chat), "?", NOW).await;
        assert!(matches!(refused, Err(Error::NotFound("chat"))));
        let refused = get_conversation(&database, token, chat).await;
        assert!(matches!(refused, Err(Error::NotFound("chat"))));
        let refused = save_summary(&database, token, chat, reply, "s").await;
        assert!(!refused.unwrap());
        assert!(!delete_chat(&database, token, chat).await);
    }
    let refused = try_post(&database, stranger(), NEW_CHAT, "?", NOW).await;
    assert!(matches!(refused, Err(Error::UnknownCaller)));
    assert_eq!(count(&database, "messages").await, 2);
    assert!(delete_chat(&database, mine, chat).await);
    assert!(!delete_chat(&database, mine, chat).await);
    assert_eq!(count(&database, "messages").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn summary_replaces_messages_with_finished_replies(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let first = start_chat_with_reply(&database, token, "one").await;
    let chat = first.chat;
    let second = post(&database, token, MessageTarget::Chat(chat), "two", LATER).await;
    let save = async |through, text: &str| {
        let saved = save_summary(&database, token, chat, through, text).await;
        saved.unwrap()
    };
    let conversation = async || get_conversation(&database, token, chat).await.unwrap();
    assert!(
        !save(second.reply, "too early").await,
        "the reply is pending"
    );
    assert!(!save(MessageId(second.reply.0 + 1), "no such message").await);
    assert!(save(first.reply, "They spoke of one.").await);
    assert!(!save(first.message, "less").await, "a later summary stays");

    let found = conversation().await;
    assert_eq!(found.summary.as_deref(), Some("They spoke of one."));
    assert_eq!(found.passage_reference.as_deref(), Some("John 3 (KJV)"));
    assert_eq!(roles_and_texts(&found.messages), [("user", "two")]);

    finish(&database, second, "a second reply").await;
    let recent = [("user", "two"), ("assistant", "a second reply")];
    assert_eq!(roles_and_texts(&conversation().await.messages), recent);
    assert!(save(second.reply, "Of one and two.").await);
    let found = conversation().await;
    assert_eq!(found.summary.as_deref(), Some("Of one and two."));
    assert_eq!(found.messages, []);
    let listed = chat_messages(&database, token, chat).await;
    assert_eq!(listed.len(), 4, "the user still sees every message");
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_concurrent_messages_about_an_insight_make_one_conversation(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let target = MessageTarget::Insight(insight(&database, token).await);
    let stored = at_once(50, |_| {
        let database = database.clone();
        async move { post(&database, token, target, "?", NOW).await.chat }
    });
    let chats = stored.await;
    assert!(chats.iter().all(|chat| *chat == chats[0]));
    assert_eq!(count(&database, "conversations").await, 1);
    assert_roles_alternate(&database, 50).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_concurrent_messages_in_a_chat_keep_their_order(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let chat = MessageTarget::Chat(start_chat_with_reply(&database, token, "?").await.chat);
    at_once(50, |_| {
        let database = database.clone();
        async move { post(&database, token, chat, "?", LATER).await }
    })
    .await;
    assert_roles_alternate(&database, 51).await;
}

/// Each message of the user is followed by its reply, so many times.
async fn assert_roles_alternate(database: &Database, turns: usize) {
    let roles = texts(database, "SELECT role FROM messages ORDER BY id").await;
    assert_eq!(roles, ["user", "assistant"].repeat(turns));
}

#[sqlx::test(migrations = "../../migrations")]
async fn ten_of_a_hundred_concurrent_messages_are_stored_and_counted(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let insight = MessageTarget::Insight(insight(&database, token).await);
    let chat = MessageTarget::Chat(start_chat(&database, token, "?").await.chat);
    let outcomes = at_once(99, |n| {
        let (database, target) = (database.clone(), [chat, insight, NEW_CHAT][n % 3]);
        async move { append_message(&database, token, target, "?", limits(10), at(NOW)).await }
    });
    // The message that started the chat is one of the ten.
    let mut stored = 1;
    for outcome in outcomes.await {
        match outcome.unwrap() {
            PostOutcome::Stored(_) => stored += 1,
            PostOutcome::QuotaExhausted(usage) => {
                assert_eq!((usage.is_pro, usage.calls_today), (false, 10));
            }
        }
    }
    assert_eq!((stored, calls(&database).await), (10, 10));
    assert_eq!(count(&database, "messages").await, 20);
    let used_up = crate::reserve_quota(&database, token, 10, at(NOW).date_naive()).await;
    assert!(matches!(used_up, Ok(Reservation::QuotaExhausted(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn refused_message_stores_and_counts_nothing(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let insight = MessageTarget::Insight(insight(&database, token).await);
    for target in [insight, NEW_CHAT] {
        let refused = append_message(&database, token, target, "?", limits(0), at(NOW)).await;
        assert!(matches!(refused, Ok(PostOutcome::QuotaExhausted(_))));
    }
    let absent_chat = MessageTarget::Chat(ChatId(9));
    for absent in [absent_chat, MessageTarget::Insight(InsightId(-1))] {
        let refused = try_post(&database, token, absent, "?", NOW).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    }
    assert_eq!(calls(&database).await, 0);
    assert_eq!(count(&database, "conversations").await, 0);
    run(&database, "UPDATE users SET is_pro = TRUE", &[]).await;
    let posted = append_message(&database, token, NEW_CHAT, "?", limits(0), at(NOW)).await;
    assert!(matches!(posted, Ok(PostOutcome::Stored(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn failed_reply_is_refunded_once(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let first = start_chat(&database, token, "?").await;
    start_chat(&database, token, "?").await;
    // The second call repeats the first, as after a lost response of the database.
    for _ in 0..2 {
        let (state, day) = (FinalState::Interrupted, Some(at(NOW).date_naive()));
        let finished = finish_message(&database, first.reply, state, "Nico", day).await;
        assert!(finished.unwrap().is_stored);
        assert_eq!(calls(&database).await, 1);
    }
    assert!(!try_finish(&database, first.reply, FinalState::Complete, "Nico").await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn progress_is_saved_until_the_reply_is_finished(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let stored = start_chat(&database, token, "?").await;
    let saved = save_progress(&database, stored.reply, "Ni\0co").await;
    assert!(saved.unwrap());
    let pending = "SELECT content FROM messages WHERE state = 'pending'";
    assert_eq!(texts(&database, pending).await, ["Nico"]);
    finish(&database, stored, "Nicodemus").await;
    let saved = save_progress(&database, stored.reply, "Nico").await;
    assert!(!saved.unwrap());
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_a_long_conversation_the_last_four_megabytes_are_read(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let chat = start_chat(&database, token, "first").await.chat;
    let long = "INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
                SELECT conversation_id, user_id, 'user', 'complete', repeat('word ', 20000) || n,
                       timestamptz '2026-01-05' + n * interval '1 second'
                FROM messages, generate_series(1, 60) AS n WHERE content = 'first'";
    run(&database, long, &[]).await;
    let read = get_conversation(&database, token, chat).await.unwrap();
    let bytes: usize = read.messages.iter().map(|m| m.content.len()).sum();
    assert!((4_000_000..4_200_000).contains(&bytes), "{bytes}");
    let last = read.messages.last().unwrap();
    assert!(last.content.ends_with("word 60") && read.messages.is_sorted_by_key(|m| m.created_at));
    assert_eq!(read.passage_reference.as_deref(), Some("John 3 (KJV)"));
}
