//! Tests of what is recalled, by words and by meaning.

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    FinalState, MemoryStatus, MessageId, MessageTarget, PostOutcome, StoredMessage, append_message,
    finish_message,
    fixture::{at, count, database, reader, stranger},
    list_unembedded, memory_status, save_embeddings,
};

fn now() -> DateTime<Utc> {
    at("2026-01-02T00:00:00Z")
}

const NEW: MessageTarget<'_> = MessageTarget::NewChat {
    passage_reference: None,
    passage_text: None,
};

/// Says something, and is answered.
async fn talk(
    database: &Database,
    token: TokenHash,
    place: MessageTarget<'_>,
    message: &str,
    answer: &str,
) -> StoredMessage {
    let said = append_message(database, token, place, message, 1000, now()).await;
    let Ok(PostOutcome::Stored(pending)) = said else {
        panic!("{said:?}")
    };
    let ending = FinalState::Complete;
    finish_message(database, pending.answer, ending, answer, None)
        .await
        .unwrap();
    pending
}

async fn by_words(
    database: &Database,
    token: TokenHash,
    text: &str,
    outside: Option<ChatId>,
) -> Vec<MemoryExcerpt> {
    let wanted = MemoryQuery {
        text,
        meaning: None,
        outside,
    };
    search_memory(database, token, wanted).await.unwrap()
}

/// A vector that points this way.
fn towards(n: usize) -> Vec<f32> {
    let mut vector = vec![0.01; 1024];
    vector[n] = 1.0;
    vector
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_shares_a_word_is_recalled_with_what_stands_around_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let chat = talk(&database, token, NEW, "one", "first").await.chat;
    for (message, answer) in [
        ("two", "second"),
        ("Who was Nicodemus?", "A Pharisee."),
        ("three", "third"),
        ("four", "fourth"),
    ] {
        talk(&database, token, MessageTarget::Chat(chat), message, answer).await;
    }
    talk(&database, token, NEW, "of something else", "yes").await;
    let current = talk(
        &database,
        token,
        NEW,
        "Nicodemus again",
        "He came by night.",
    )
    .await;
    let recalled = by_words(
        &database,
        token,
        "What of NICODEMUS, and the rest?",
        Some(current.chat),
    )
    .await;
    assert_eq!(recalled.len(), 1);
    assert_eq!((recalled[0].chat, &*recalled[0].about), (chat, "one"));
    let said: Vec<_> = recalled[0]
        .said
        .iter()
        .map(|(role, text)| (role.as_str(), &**text))
        .collect();
    assert_eq!(
        said,
        [
            ("user", "two"),
            ("assistant", "second"),
            ("user", "Who was Nicodemus?"),
            ("assistant", "A Pharisee."),
            ("user", "three"),
        ]
    );
    // From nowhere in particular, the conversation itself is found too; and words that say nothing find nothing.
    assert_eq!(by_words(&database, token, "Nicodemus", None).await.len(), 2);
    for nothing in ["", "the of and", "& | ! <-> ' \\ :*", "Zerubbabel"] {
        assert_eq!(
            by_words(&database, token, nothing, None).await,
            [],
            "{nothing}"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn words_are_found_in_another_form_and_with_signs_between_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    talk(
        &database,
        token,
        NEW,
        "A God-fearing man who loved mercy",
        "Yes.",
    )
    .await;
    for text in [
        "love",
        "mercies & truth",
        "God-fearing",
        "'mercy':*",
        "fear <-> not",
    ] {
        assert_eq!(
            by_words(&database, token, text, None).await.len(),
            1,
            "{text}"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_is_reminded_of_what_another_said(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let ((_, mine), (_, theirs)) = (reader(&database).await, reader(&database).await);
    let said = talk(&database, theirs, NEW, "Nicodemus", "He came by night.").await;
    let vectors = [(said.message, towards(1)), (said.answer, towards(1))];
    save_embeddings(&database, mine, "m", &vectors)
        .await
        .unwrap();
    assert_eq!(count(&database, "message_embeddings").await, 0);
    save_embeddings(&database, theirs, "m", &vectors)
        .await
        .unwrap();
    let wanted = MemoryQuery {
        text: "Nicodemus",
        meaning: Some(("m", &towards(1))),
        outside: None,
    };
    for token in [mine, stranger()] {
        assert_eq!(search_memory(&database, token, wanted).await.unwrap(), []);
        assert_eq!(
            list_unembedded(&database, token, "other").await.unwrap(),
            []
        );
    }
    assert_eq!(
        search_memory(&database, theirs, wanted)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn meaning_finds_what_words_do_not_and_both_count(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let mut chats = Vec::new();
    for (n, message) in ["shepherds", "Nicodemus", "nets"].into_iter().enumerate() {
        let said = talk(&database, token, NEW, message, "Yes.").await;
        let vectors = [(said.message, towards(n)), (said.answer, towards(500))];
        save_embeddings(&database, token, "m", &vectors)
            .await
            .unwrap();
        chats.push(said.chat);
    }
    let first = async |text, model, n| {
        let meaning = towards(n);
        let wanted = MemoryQuery {
            text,
            meaning: Some((model, &meaning)),
            outside: None,
        };
        let recalled = search_memory(&database, token, wanted).await.unwrap();
        recalled.first().map(|recalled| recalled.chat)
    };
    assert_eq!(first("Who keeps sheep?", "m", 0).await, Some(chats[0]));
    assert_eq!(first("Nicodemus", "m", 1).await, Some(chats[1]));
    // Vectors of another model say nothing.
    assert_eq!(first("Who keeps sheep?", "another", 0).await, None);
    assert_eq!(first("Nicodemus", "another", 0).await, Some(chats[1]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_has_no_vector_yet_is_listed_newest_first(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let mut said = Vec::new();
    for n in 0..12 {
        let pending = talk(&database, token, NEW, &format!("question {n}"), "answer").await;
        said.extend([pending.message, pending.answer]);
    }
    // One that is pending is not there yet.
    let _ = append_message(&database, token, NEW, "pending", 1000, now())
        .await
        .unwrap();
    let listed = list_unembedded(&database, token, "m").await.unwrap();
    assert_eq!((listed.len(), &*listed[0].1), (20, "pending"));
    let vectors: Vec<(MessageId, _)> = listed.iter().map(|(id, _)| (*id, towards(1))).collect();
    save_embeddings(&database, token, "m", &vectors)
        .await
        .unwrap();
    let left: Vec<_> = list_unembedded(&database, token, "m").await.unwrap();
    let left: Vec<_> = left.into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, said.iter().take(5).rev().copied().collect::<Vec<_>>());
    let status = memory_status(&database, token, "m").await.unwrap();
    assert_eq!(
        status,
        MemoryStatus {
            messages: 25,
            embedded: 20
        }
    );
    // Another model begins anew, and takes the place of the first.
    assert_eq!(
        list_unembedded(&database, token, "n").await.unwrap().len(),
        20
    );
    save_embeddings(&database, token, "n", &vectors)
        .await
        .unwrap();
    assert_eq!(
        memory_status(&database, token, "m").await.unwrap().embedded,
        0
    );
    let short = [(vectors[0].0, vec![1.0])];
    assert!(
        save_embeddings(&database, token, "m", &short)
            .await
            .is_err()
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn long_messages_are_cut(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let long = format!("Nicodemus {}", "é ".repeat(4990));
    talk(&database, token, NEW, &long, "Yes.").await;
    let recalled = by_words(&database, token, &long, None).await;
    assert_eq!(recalled[0].said[0].1.chars().count(), 1000);
    assert_eq!(recalled[0].said[1].1, "Yes.");
}
