//! Tests of memory search, by words and by vectors.

use sqlx::PgPool;

use super::*;
use crate::{
    FinalState, MemoryStatus, MessageId, MessageTarget, PostOutcome, StoredMessage, append_message,
    finish_message,
    fixture::{at, connect, count, limits, reader, stranger},
    list_unembedded, memory_status, save_embeddings,
};

const NOW: &str = "2026-01-02T00:00:00Z";

const NEW_CHAT: MessageTarget<'_> = MessageTarget::NewChat {
    passage_reference: None,
    passage_text: None,
};

/// Stores a message and its finished reply.
async fn talk(
    database: &Database,
    token: TokenHash,
    target: MessageTarget<'_>,
    message: &str,
    reply: &str,
) -> StoredMessage {
    let posted = append_message(database, token, target, message, limits(1000), at(NOW)).await;
    let Ok(PostOutcome::Stored(stored)) = posted else {
        panic!("{posted:?}")
    };
    let state = FinalState::Complete;
    let finished = finish_message(database, stored.reply, state, reply, None).await;
    finished.unwrap();
    stored
}

async fn search_words(
    database: &Database,
    token: TokenHash,
    text: &str,
    excluded_chat: Option<ChatId>,
) -> Vec<MemoryExcerpt> {
    let query = MemoryQuery {
        text,
        vector: None,
        excluded_chat,
    };
    search_memory(database, token, query).await.unwrap()
}

async fn embed(
    database: &Database,
    token: TokenHash,
    model: &str,
    vectors: &[(MessageId, Vec<f32>)],
) {
    let saved = save_embeddings(database, token, model, vectors).await;
    saved.unwrap();
}

async fn unembedded(
    database: &Database,
    token: TokenHash,
    model: &str,
) -> Vec<(MessageId, String)> {
    list_unembedded(database, token, model).await.unwrap()
}

/// A vector that points along the `n`th axis.
fn axis(n: usize) -> Vec<f32> {
    let mut vector = vec![0.01; 1024];
    vector[n] = 1.0;
    vector
}

#[sqlx::test(migrations = "../../migrations")]
async fn message_with_a_shared_word_is_found_with_its_neighbours(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let chat = talk(&database, token, NEW_CHAT, "one", "first").await.chat;
    for (message, reply) in [
        ("two", "second"),
        ("Who was Nicodemus?", "A Pharisee."),
        ("three", "third"),
        ("four", "fourth"),
    ] {
        talk(&database, token, MessageTarget::Chat(chat), message, reply).await;
    }
    talk(&database, token, NEW_CHAT, "of something else", "yes").await;
    let (message, reply) = ("Nicodemus again", "He came by night.");
    let current = talk(&database, token, NEW_CHAT, message, reply).await.chat;
    let query = "What of NICODEMUS, and the rest?";
    let found = search_words(&database, token, query, Some(current)).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].chat, &*found[0].title), (chat, "one"));
    let messages = found[0].messages.iter();
    let messages: Vec<_> = messages
        .map(|(role, text)| (role.as_str(), &**text))
        .collect();
    assert_eq!(
        messages,
        [
            ("user", "two"),
            ("assistant", "second"),
            ("user", "Who was Nicodemus?"),
            ("assistant", "A Pharisee."),
            ("user", "three"),
        ]
    );
    // Without an excluded chat, the current one is found too. Stop words and signs find nothing.
    let found = search_words(&database, token, "Nicodemus", None).await;
    assert_eq!(found.len(), 2);
    for text in ["", "the of and", "& | ! <-> ' \\ :*", "Zerubbabel"] {
        let found = search_words(&database, token, text, None).await;
        assert_eq!(found, [], "{text}");
    }
}

/// Postgres' parser of texts looks for an address or a path from each place of such a text.
#[sqlx::test(migrations = "../../migrations")]
async fn a_text_of_addresses_and_paths_is_stored_and_searched_at_once(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    talk(&database, token, NEW_CHAT, "mercy", "Yes.").await;
    let signs = ('!'..='~').filter(char::is_ascii_punctuation);
    let signs = signs.flat_map(|sign| [format!("a{sign}"), format!("1{sign}"), format!("~{sign}")]);
    let others = ["a-b.", "http://a/", "1.2e-", "a@b.c ", "1e", "a1", "é", "—"];
    for part in signs.chain(others.map(str::to_owned)) {
        let text: String = part.repeat(10_000).chars().take(10_000).collect();
        let began = std::time::Instant::now();
        talk(&database, token, NEW_CHAT, &text, "Yes.").await;
        search_words(&database, token, &text, None).await;
        let took = began.elapsed();
        assert!(
            took < std::time::Duration::from_millis(500),
            "{part}: {took:?}"
        );
    }
    let found = search_words(&database, token, "~/mercy/", None).await;
    assert_eq!(found.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn words_are_found_in_other_forms_and_with_signs_between_them(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let message = "A God-fearing man who loved mercy";
    talk(&database, token, NEW_CHAT, message, "Yes.").await;
    for text in [
        "love",
        "mercies & truth",
        "God-fearing",
        "'mercy':*",
        "fear <-> not",
    ] {
        let found = search_words(&database, token, text, None).await;
        assert_eq!(found.len(), 1, "{text}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn messages_of_another_user_are_never_found(pool: PgPool) {
    let database = connect(&pool);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let (message, reply) = ("Nicodemus", "He came by night.");
    let stored = talk(&database, theirs, NEW_CHAT, message, reply).await;
    let vectors = [(stored.message, axis(1)), (stored.reply, axis(1))];
    embed(&database, mine, "m", &vectors).await;
    assert_eq!(count(&database, "message_embeddings").await, 0);
    embed(&database, theirs, "m", &vectors).await;
    let query = MemoryQuery {
        text: "Nicodemus",
        vector: Some(("m", &axis(1))),
        excluded_chat: None,
    };
    for token in [mine, stranger()] {
        assert_eq!(search_memory(&database, token, query).await.unwrap(), []);
        assert_eq!(unembedded(&database, token, "other").await, []);
    }
    let found = search_memory(&database, theirs, query).await;
    assert_eq!(found.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn vectors_find_messages_that_words_do_not_and_both_count(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let mut chats = Vec::new();
    for (n, message) in ["shepherds", "Nicodemus", "nets"].into_iter().enumerate() {
        let stored = talk(&database, token, NEW_CHAT, message, "Yes.").await;
        let vectors = [(stored.message, axis(n)), (stored.reply, axis(500))];
        embed(&database, token, "m", &vectors).await;
        chats.push(stored.chat);
    }
    let best = async |text, model, n| {
        let query = MemoryQuery {
            text,
            vector: Some((model, &axis(n))),
            excluded_chat: None,
        };
        let found = search_memory(&database, token, query).await.unwrap();
        found.first().map(|excerpt| excerpt.chat)
    };
    assert_eq!(best("Who keeps sheep?", "m", 0).await, Some(chats[0]));
    assert_eq!(best("Nicodemus", "m", 1).await, Some(chats[1]));
    // Vectors of another model do not count.
    assert_eq!(best("Who keeps sheep?", "another", 0).await, None);
    assert_eq!(best("Nicodemus", "another", 0).await, Some(chats[1]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn messages_without_a_vector_are_listed_newest_first(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let mut ids = Vec::new();
    for n in 0..12 {
        let message = format!("question {n}");
        let stored = talk(&database, token, NEW_CHAT, &message, "answer").await;
        ids.extend([stored.message, stored.reply]);
    }
    // A message whose reply is pending: the reply is not listed.
    let posted = append_message(&database, token, NEW_CHAT, "pending", limits(1000), at(NOW)).await;
    assert!(matches!(posted, Ok(PostOutcome::Stored(_))));
    let listed = unembedded(&database, token, "m").await;
    assert_eq!((listed.len(), &*listed[0].1), (20, "pending"));
    let vectors: Vec<(MessageId, _)> = listed.iter().map(|(id, _)| (*id, axis(1))).collect();
    embed(&database, token, "m", &vectors).await;
    let left = unembedded(&database, token, "m").await;
    let left: Vec<_> = left.into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, ids.iter().take(5).rev().copied().collect::<Vec<_>>());
    let status = async || memory_status(&database, token, "m").await.unwrap();
    let expected = MemoryStatus {
        messages: 25,
        embedded: 20,
    };
    assert_eq!(status().await, expected);
    // Another model has no vectors yet, and its vectors replace the first model's.
    assert_eq!(unembedded(&database, token, "n").await.len(), 20);
    embed(&database, token, "n", &vectors).await;
    assert_eq!(status().await.embedded, 0);
    let short = [(vectors[0].0, vec![1.0])];
    let refused = save_embeddings(&database, token, "m", &short).await;
    assert!(matches!(refused, Err(Error::Driver(_))), "{refused:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn long_messages_are_cut(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let long = format!("Nicodemus {}", "é ".repeat(4990));
    talk(&database, token, NEW_CHAT, &long, "Yes.").await;
    let found = search_words(&database, token, &long, None).await;
    assert_eq!(found[0].messages[0].1.chars().count(), 1000);
    assert_eq!(found[0].messages[1].1, "Yes.");
}
