//! Tests of conversations.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    Database, InsightContent, InsightId, InsightSubject, NewInsight, Page, Reservation, TokenHash,
    fixture::{at, count, database, reader, stranger},
    save_insight,
};

const NOW: &str = "2026-01-02T00:00:00Z";
const LATER: &str = "2026-01-03T00:00:00Z";

/// More than any test says.
const LIMIT: i32 = 10_000;

/// A chat's first message.
struct NewChat<'c>(&'c str);

fn chat(message: &str) -> NewChat<'_> {
    NewChat(message)
}

async fn start_standalone_chat(
    database: &Database,
    token: TokenHash,
    chat: NewChat<'_>,
    now: DateTime<Utc>,
) -> Result<StoredMessage, Error> {
    let place = MessageTarget::NewChat {
        passage_reference: Some("John 3 (KJV)"),
        passage_text: None,
    };
    stored(append_message(database, token, place, chat.0, LIMIT, now).await)
}

async fn append_to_chat(
    database: &Database,
    token: TokenHash,
    chat: ChatId,
    message: &str,
    now: DateTime<Utc>,
) -> Result<StoredMessage, Error> {
    stored(
        append_message(
            database,
            token,
            MessageTarget::Chat(chat),
            message,
            LIMIT,
            now,
        )
        .await,
    )
}

async fn append_insight_message(
    database: &Database,
    token: TokenHash,
    insight: InsightId,
    message: &str,
    now: DateTime<Utc>,
) -> Result<StoredMessage, Error> {
    let place = MessageTarget::Insight(insight);
    stored(append_message(database, token, place, message, LIMIT, now).await)
}

fn stored(said: Result<PostOutcome, Error>) -> Result<StoredMessage, Error> {
    match said? {
        PostOutcome::Stored(pending) => Ok(pending),
        PostOutcome::QuotaExhausted(usage) => panic!("{usage:?}"),
    }
}

async fn finish_message(
    database: &Database,
    answer: MessageId,
    ending: FinalState,
    content: &str,
) -> Result<bool, Error> {
    super::finish_message(database, answer, ending, content, None)
        .await
        .map(|finished| finished.is_stored)
}

async fn insight(database: &Database, token: TokenHash) -> InsightId {
    let content = InsightContent {
        historical_context: "h".to_owned(),
        theological_significance: "t".to_owned(),
        practical_application: "p".to_owned(),
    };
    let subject = InsightSubject {
        passage_reference: "John 3:16",
        passage_text: "For God",
    };
    let new = NewInsight {
        subject,
        content: &content,
        source: None,
    };
    let saved = save_insight(database, token, new, at(NOW)).await;
    saved.unwrap().id
}

/// Begins a chat whose first message is answered.
async fn answered(database: &Database, token: TokenHash, message: &str) -> StoredMessage {
    let pending = start_standalone_chat(database, token, chat(message), at(NOW))
        .await
        .unwrap();
    finish(database, pending, "an answer").await;
    pending
}

async fn finish(database: &Database, pending: StoredMessage, content: &str) {
    let finished = finish_message(database, pending.answer, FinalState::Complete, content);
    assert!(finished.await.unwrap());
}

fn told(messages: &[Message]) -> Vec<(&'static str, &str)> {
    messages
        .iter()
        .map(|message| (message.role.as_str(), message.content.as_str()))
        .collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_chat_is_told_in_its_order_and_without_what_is_pending(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let first = start_standalone_chat(&database, token, chat("Who?\n"), at(NOW))
        .await
        .unwrap();
    let messages = get_standalone_chat_messages(&database, token, first.chat)
        .await
        .unwrap();
    assert_eq!(told(&messages), [("user", "Who?\n")]);

    // A second message while the first is being answered.
    let second = append_to_chat(&database, token, first.chat, "And why?", at(LATER))
        .await
        .unwrap();
    finish(&database, second, "Because.").await;
    finish(&database, first, "Nicodemus.").await;
    let messages = get_standalone_chat_messages(&database, token, first.chat)
        .await
        .unwrap();
    let order = [
        ("user", "Who?\n"),
        ("assistant", "Nicodemus."),
        ("user", "And why?"),
        ("assistant", "Because."),
    ];
    assert_eq!(told(&messages), order);
    assert_eq!(messages[0].created_at, at(NOW));
    assert_eq!(
        (messages[0].id, messages[1].id),
        (first.message, first.answer)
    );

    let page = Page {
        limit: 1,
        before: None,
    };
    let chats = get_standalone_chats(&database, token, page).await.unwrap();
    assert_eq!(
        (chats[0].title.as_str(), chats[0].updated_at),
        ("Who?\n", at(LATER))
    );
    assert_eq!(chats[0].passage_reference.as_deref(), Some("John 3 (KJV)"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_answer_is_stored_once_as_it_ended(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    for (ending, content, listed) in [
        (FinalState::Complete, "whole", 2),
        (FinalState::Truncated, "cut", 2),
        (FinalState::Interrupted, "bro", 2),
        (FinalState::Interrupted, "", 1),
    ] {
        let pending = start_standalone_chat(&database, token, chat("?"), at(NOW))
            .await
            .unwrap();
        for (content, stored) in [
            (content, true),
            // As after an answer of the database that was lost.
            (content, true),
            ("other", false),
        ] {
            let finished = finish_message(&database, pending.answer, ending, content);
            assert_eq!(finished.await.unwrap(), stored);
        }
        let question = finish_message(&database, pending.message, ending, content);
        assert!(
            !question.await.unwrap(),
            "a question is no place for an answer"
        );
        let messages = get_standalone_chat_messages(&database, token, pending.chat)
            .await
            .unwrap();
        assert_eq!(messages.len(), listed);
        assert!(
            messages
                .iter()
                .skip(1)
                .all(|answer| answer.ending == ending)
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_insight_is_talked_about_by_who_has_it(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let insight = insight(&database, mine).await;
    for token in [theirs, stranger()] {
        let refused = append_insight_message(&database, token, insight, "?", at(NOW)).await;
        assert!(matches!(refused, Err(Error::NotFound("insight"))));
    }
    let first = append_insight_message(&database, mine, insight, "?", at(NOW))
        .await
        .unwrap();
    finish(&database, first, "!").await;
    let second = append_insight_message(&database, mine, insight, "??", at(NOW))
        .await
        .unwrap();
    assert_eq!(second.chat, first.chat);
    let messages = get_chat_messages(&database, mine, insight).await.unwrap();
    assert_eq!(
        told(&messages),
        [("user", "?"), ("assistant", "!"), ("user", "??")]
    );
    for token in [theirs, stranger()] {
        assert_eq!(
            get_chat_messages(&database, token, insight).await.unwrap(),
            []
        );
        assert_eq!(
            clear_chat_messages(&database, token, insight)
                .await
                .unwrap(),
            0
        );
    }

    // A conversation about an insight is no standalone chat.
    let refused = append_to_chat(&database, mine, first.chat, "?", at(NOW)).await;
    assert!(matches!(refused, Err(Error::NotFound("chat"))));
    let messages = get_standalone_chat_messages(&database, mine, first.chat).await;
    assert_eq!(messages.unwrap(), []);
    let deleted = delete_standalone_chat(&database, mine, first.chat).await;
    assert!(!deleted.unwrap());

    assert_eq!(
        clear_chat_messages(&database, mine, insight).await.unwrap(),
        3
    );
    assert_eq!(
        clear_chat_messages(&database, mine, insight).await.unwrap(),
        0
    );
    assert_eq!(count(&database, "messages").await, 0);
    assert_eq!(count(&database, "conversations").await, 0);
    let late = finish_message(&database, second.answer, FinalState::Complete, "!").await;
    assert!(!late.unwrap());
}

#[sqlx::test(migrations = "../../migrations")]
async fn chats_are_the_most_recently_used_first_page_by_page(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let mut chats = Vec::new();
    for title in ["a", "b", "c"] {
        chats.push(answered(&database, mine, title).await.chat);
    }
    let foreign = answered(&database, theirs, "d").await.chat;
    append_to_chat(&database, mine, chats[0], "again", at(LATER))
        .await
        .unwrap();
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
async fn a_foreign_chat_is_like_one_that_is_not_there(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let chat = answered(&database, mine, "?").await;
    for token in [theirs, stranger()] {
        let messages = get_standalone_chat_messages(&database, token, chat.chat).await;
        assert_eq!(messages.unwrap(), []);
        let refused = append_to_chat(&database, token, chat.chat, "?", at(NOW)).await;
        assert!(matches!(refused, Err(Error::NotFound("chat"))));
        let refused = get_conversation(&database, token, chat.chat).await;
        assert!(matches!(refused, Err(Error::NotFound("chat"))));
        let refused = save_summary(&database, token, chat.chat, chat.answer, "s").await;
        assert!(!refused.unwrap());
        assert!(
            !delete_standalone_chat(&database, token, chat.chat)
                .await
                .unwrap()
        );
    }
    let refused = start_standalone_chat(&database, stranger(), NewChat("?"), at(NOW));
    assert!(matches!(refused.await, Err(Error::UnknownCaller)));
    assert_eq!(count(&database, "messages").await, 2);
    assert!(
        delete_standalone_chat(&database, mine, chat.chat)
            .await
            .unwrap()
    );
    assert!(
        !delete_standalone_chat(&database, mine, chat.chat)
            .await
            .unwrap()
    );
    assert_eq!(count(&database, "messages").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_summary_takes_the_place_of_what_was_answered(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let first = answered(&database, token, "one").await;
    let chat = first.chat;
    let second = append_to_chat(&database, token, chat, "two", at(LATER))
        .await
        .unwrap();
    let save = async |through, text: &str| {
        save_summary(&database, token, chat, through, text)
            .await
            .unwrap()
    };
    assert!(
        !save(second.answer, "too early").await,
        "it is still being answered"
    );
    assert!(!save(MessageId(second.answer.0 + 1), "no such message").await);
    assert!(save(first.answer, "They spoke of one.").await);
    assert!(!save(first.message, "less").await, "a later summary stays");

    let conversation = get_conversation(&database, token, chat).await.unwrap();
    assert_eq!(conversation.summary.as_deref(), Some("They spoke of one."));
    assert_eq!(
        conversation.passage_reference.as_deref(),
        Some("John 3 (KJV)")
    );
    assert_eq!(told(&conversation.messages), [("user", "two")]);

    finish(&database, second, "a second answer").await;
    let conversation = get_conversation(&database, token, chat).await.unwrap();
    assert_eq!(
        told(&conversation.messages),
        [("user", "two"), ("assistant", "a second answer")]
    );
    assert!(save(second.answer, "Of one and two.").await);
    let conversation = get_conversation(&database, token, chat).await.unwrap();
    assert_eq!(conversation.summary.as_deref(), Some("Of one and two."));
    assert_eq!(conversation.messages, []);
    let messages = get_standalone_chat_messages(&database, token, chat).await;
    assert_eq!(
        messages.unwrap().len(),
        4,
        "the reader still sees all of it"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_first_messages_about_an_insight_are_one_conversation_in_order(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let insight = insight(&database, token).await;
    let calls = (0..50).map(|_| {
        let database = database.clone();
        tokio::spawn(async move {
            append_insight_message(&database, token, insight, "?", at(NOW))
                .await
                .unwrap()
        })
    });
    let mut pending = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        pending.push(call.await.unwrap());
    }
    assert!(pending.iter().all(|answer| answer.chat == pending[0].chat));
    assert_eq!(count(&database, "conversations").await, 1);
    assert_in_turn(&database, 50).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_messages_in_a_chat_at_once_keep_their_order(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let chat = answered(&database, token, "?").await.chat;
    let calls = (0..50).map(|_| {
        let database = database.clone();
        tokio::spawn(async move {
            append_to_chat(&database, token, chat, "?", at(LATER))
                .await
                .unwrap();
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_in_turn(&database, 51).await;
}

/// User, assistant, user, assistant: so many turns.
async fn assert_in_turn(database: &Database, turns: usize) {
    let roles: Vec<String> = sqlx::query_scalar("SELECT role FROM messages ORDER BY id")
        .fetch_all(database.once())
        .await
        .unwrap();
    assert_eq!(roles, ["user", "assistant"].repeat(turns));
}

async fn calls(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage")
        .fetch_one(database.once())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_a_hundred_messages_at_once_ten_are_stored_and_counted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let insight = insight(&database, token).await;
    let started = start_standalone_chat(&database, token, chat("?"), at(NOW));
    let chat = started.await.unwrap().chat;
    // The first is one of the ten.
    let saying = (0..99).map(|n| {
        let database = database.clone();
        let new = MessageTarget::NewChat {
            passage_reference: None,
            passage_text: None,
        };
        let place = [
            MessageTarget::Chat(chat),
            MessageTarget::Insight(insight),
            new,
        ][n % 3];
        tokio::spawn(async move { append_message(&database, token, place, "?", 10, at(NOW)).await })
    });
    let mut said = 1;
    for one in saying.collect::<Vec<_>>() {
        match one.await.unwrap().unwrap() {
            PostOutcome::Stored(_) => said += 1,
            PostOutcome::QuotaExhausted(usage) => {
                assert_eq!((usage.is_pro, usage.calls_today), (false, 10))
            }
        }
    }
    assert_eq!((said, calls(&database).await), (10, 10));
    assert_eq!(count(&database, "messages").await, 20);
    let used_up = crate::reserve_quota(&database, token, 10, at(NOW).date_naive()).await;
    assert!(matches!(used_up, Ok(Reservation::QuotaExhausted(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refused_message_leaves_nothing_behind(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let insight = insight(&database, token).await;
    let new = MessageTarget::NewChat {
        passage_reference: None,
        passage_text: None,
    };
    for place in [MessageTarget::Insight(insight), new] {
        let refused = append_message(&database, token, place, "?", 0, at(NOW)).await;
        assert!(matches!(refused, Ok(PostOutcome::QuotaExhausted(_))));
    }
    for absent in [
        MessageTarget::Chat(ChatId(9)),
        MessageTarget::Insight(InsightId(-1)),
    ] {
        let refused = append_message(&database, token, absent, "?", LIMIT, at(NOW)).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    }
    assert_eq!(calls(&database).await, 0);
    assert_eq!(count(&database, "conversations").await, 0);
    sqlx::query("UPDATE users SET is_pro = TRUE")
        .execute(database.once())
        .await
        .unwrap();
    let said = append_message(&database, token, new, "?", 0, at(NOW)).await;
    assert!(matches!(said, Ok(PostOutcome::Stored(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_failed_answer_is_given_back_once(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let today = at(NOW).date_naive();
    let (first, _) = (
        start_standalone_chat(&database, token, chat("?"), at(NOW))
            .await
            .unwrap(),
        start_standalone_chat(&database, token, chat("?"), at(NOW))
            .await
            .unwrap(),
    );
    // The second time as after an answer of the database that was lost.
    for _ in 0..2 {
        let ending = FinalState::Interrupted;
        let given_back = Some(today);
        let is_stored = super::finish_message(&database, first.answer, ending, "Nico", given_back);
        assert!(is_stored.await.unwrap().is_stored);
        assert_eq!(calls(&database).await, 1);
    }
    let other = finish_message(&database, first.answer, FinalState::Complete, "Nico").await;
    assert!(!other.unwrap());
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_there_is_of_an_answer_is_kept_until_it_ends(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let started = start_standalone_chat(&database, token, chat("?"), at(NOW));
    let pending = started.await.unwrap();
    assert!(
        save_progress(&database, pending.answer, "Ni\0co")
            .await
            .unwrap()
    );
    let sql = "SELECT content FROM messages WHERE state = 'pending'";
    let kept: String = sqlx::query_scalar(sql)
        .fetch_one(database.once())
        .await
        .unwrap();
    assert_eq!(kept, "Nico");
    finish(&database, pending, "Nicodemus").await;
    assert!(
        !save_progress(&database, pending.answer, "Nico")
            .await
            .unwrap()
    );
}
