//! What the model is reminded of, what stands for the beginning of a long conversation, and the debug routes.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use verse_data::FinalState;
use verse_tests::{Client, Database, Function, Reader, Script, ScriptedProvider, Wire, eventually};

const CHATS: &str = "/api/standalone-chat";
const SAY: &str = "/api/standalone-chat/message";
const STATUS: &str = "/api/debug/rag-status";
const RECALL: &str = "/api/debug/test-rag";
const NOW: &str = "2026-01-02T00:00:00Z";

struct Stage {
    database: Database,
    provider: ScriptedProvider,
    function: Function,
    reader: Reader,
    client: Client,
}

async fn stage(variables: &[(&str, &str)]) -> Stage {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let mut builder = Function::builder("chat")
        .env("DATABASE_URL", database.url())
        .env("VERSE_ENV", "development")
        .env("OPENAI_EMBEDDING_BASE_URL", provider.openai_url())
        .env("OPENAI_API_KEY", "sk-scripted-key")
        .asking(&provider, Wire::of_tests(env!("CARGO_CRATE_NAME")));
    for (name, value) in variables {
        builder = builder.env(name, *value);
    }
    let function = builder.start().await;
    let reader = Reader::of(&database).await;
    let client = reader.on(&function);
    Stage {
        database,
        provider,
        function,
        reader,
        client,
    }
}

/// Begins a chat, and reads the answer to its end.
async fn begins(client: &Client, message: &str) -> i64 {
    let mut stream = client
        .post(CHATS)
        .json(&json!({"message": message}))
        .stream()
        .await;
    let events = stream.events().await;
    assert_eq!(events.last().unwrap().event, "done");
    events[0].json::<Value>()["chat_id"].as_i64().unwrap()
}

async fn says(client: &Client, chat: i64, message: &str) {
    let body = json!({"chat_id": chat, "message": message});
    let mut stream = client.post(SAY).json(&body).stream().await;
    assert_eq!(stream.events().await.last().unwrap().event, "done");
}

#[tokio::test]
async fn what_was_said_elsewhere_reaches_the_prompt_of_the_same_reader_only() {
    let stage = stage(&[]).await;
    let answer = "A Pharisee who came by night.";
    stage.provider.next(Script::says([answer]));
    begins(&stage.client, "Who was Nicodemus?").await;
    begins(&stage.client, "Remind me of Nicodemus").await;
    let prompt = stage.provider.last_asked().prompt();
    assert!(
        prompt.contains("Who was Nicodemus?") && prompt.contains(answer),
        "{prompt}"
    );
    // Not in a conversation that has it already, and not to anybody else.
    let other = Reader::of(&stage.database).await.on(&stage.function);
    begins(&other, "Remind me of Nicodemus").await;
    let prompt = stage.provider.last_asked().prompt();
    assert!(
        !prompt.contains(answer) && !prompt.contains("Who was"),
        "{prompt}"
    );
}

#[tokio::test]
async fn the_debug_routes_tell_the_callers_own_memory() {
    let stage = stage(&[]).await;
    let chat = begins(&stage.client, "Who was Nicodemus?").await;
    let status = stage.client.get(STATUS).await.expect_status(200).json();
    assert_eq!(
        status,
        json!({
            "messages": 2, "with_embeddings": 0, "without_embeddings": 2, "search": "words", "embedder": null,
        })
    );
    let recalled = stage
        .client
        .get(RECALL)
        .query("query", "nicodemus")
        .await
        .expect_status(200);
    assert_eq!(
        recalled.json(),
        json!({"conversations": [{
            "about": "Who was Nicodemus?",
            "messages": [
                {"role": "user", "content": "Who was Nicodemus?"},
                {"role": "assistant", "content": "In the beginning was a script."},
            ],
        }]})
    );
    let nothing = json!({"conversations": []});
    let inside = stage
        .client
        .get(RECALL)
        .query("query", "nicodemus")
        .query("chat_id", chat)
        .await;
    assert_eq!(inside.expect_status(200).json(), nothing);
    for other in [
        Client::of(&stage.function),
        Reader::of(&stage.database).await.on(&stage.function),
    ] {
        let recalled = other
            .get(RECALL)
            .query("query", "nicodemus")
            .await
            .expect_status(200);
        assert_eq!(recalled.json(), nothing);
        let status = other.get(STATUS).await.expect_status(200).json();
        assert_eq!(status["messages"], 0);
    }
    let refused = stage.client.get(RECALL).await.expect_status(422);
    assert_eq!(refused.problem().pointers(), ["/query"]);
}

#[tokio::test]
async fn there_are_no_debug_routes_in_production() {
    let stage = stage(&[("VERSE_ENV", "production")]).await;
    for path in [STATUS, RECALL, &format!("{RECALL}?query=x")] {
        let absent = stage.client.get(path).await.expect_status(404);
        assert!(
            absent
                .problem()
                .detail
                .starts_with("There is nothing at /api/debug/")
        );
    }
}

#[tokio::test]
async fn what_was_said_is_embedded_after_its_answer_and_found_by_its_meaning() {
    let stage = stage(&[("EMBEDDING_PROVIDER", "openai")]).await;
    begins(&stage.client, "Who was Nicodemus?").await;
    let status = eventually("both messages have vectors", async || {
        let status = stage.client.get(STATUS).await.json();
        (status["with_embeddings"] == 2).then_some(status)
    })
    .await;
    assert_eq!(status["search"], "words and meaning");
    assert_eq!(status["embedder"], "text-embedding-3-small");
    // No word in common: found all the same.
    let recalled = stage
        .client
        .get(RECALL)
        .query("query", "Zerubbabel")
        .await
        .json();
    assert_eq!(
        recalled["conversations"].as_array().unwrap().len(),
        1,
        "{recalled}"
    );
}

#[tokio::test]
async fn an_embedder_that_does_not_answer_changes_nothing_and_is_left_alone() {
    // Whoever connects waits for ever.
    let silence = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", silence.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let _silent = tokio::spawn({
        let asked = Arc::clone(&asked);
        async move {
            let mut kept = Vec::new();
            while let Ok(connection) = silence.accept().await {
                asked.fetch_add(1, Ordering::SeqCst);
                kept.push(connection);
            }
        }
    });
    let stage = stage(&[
        ("EMBEDDING_PROVIDER", "openai"),
        ("OPENAI_EMBEDDING_BASE_URL", &address),
    ])
    .await;
    begins(&stage.client, "Who was Nicodemus?").await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    begins(&stage.client, "Remind me of Nicodemus").await;
    begins(&stage.client, "And of Jairus").await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "each message waited for it"
    );
    let remembered = stage.provider.asked()[1].prompt();
    assert!(remembered.contains("Who was Nicodemus?"), "{remembered}");
}

/// A chat of twenty turns with a hundred characters each.
async fn long_chat(stage: &Stage) -> i64 {
    let turn = |n: usize| format!("turn {n:02} {}", "x".repeat(92));
    let mut pending = stage.reader.starts_chat(&turn(0), NOW).await;
    stage
        .reader
        .is_answered(pending, Ending::Complete, &turn(1))
        .await;
    for n in 1..10 {
        pending = stage.reader.says(pending.chat, &turn(2 * n), NOW).await;
        stage
            .reader
            .is_answered(pending, Ending::Complete, &turn(2 * n + 1))
            .await;
    }
    pending.chat.0
}

#[tokio::test]
async fn the_beginning_of_a_long_conversation_is_summarised_once() {
    let stage = stage(&[("CONVERSATION_HISTORY_CHAR_LIMIT", "1900")]).await;
    let chat = long_chat(&stage).await;
    stage.provider.next(Script::says(["They spoke of turns."]));
    says(&stage.client, chat, "Go on").await;
    let asked = stage.provider.asked();
    assert_eq!(asked.len(), 2);
    let (summarised, prompt) = (asked[0].prompt(), asked[1].prompt());
    assert!(
        summarised.contains("turn 00") && summarised.contains("turn 15"),
        "{summarised}"
    );
    assert!(!summarised.contains("turn 17"), "{summarised}");
    assert!(
        prompt.contains("They spoke of turns.") && prompt.contains("turn 17"),
        "{prompt}"
    );
    assert!(!prompt.contains("turn 15"), "{prompt}");
    let stored: String = stage
        .database
        .value("SELECT summary FROM conversations")
        .await;
    assert_eq!(stored, "They spoke of turns.");
    // The next message finds it.
    says(&stage.client, chat, "And on").await;
    assert_eq!(stage.provider.count(), 3);
    assert!(
        stage
            .provider
            .last_asked()
            .prompt()
            .contains("They spoke of turns.")
    );
    // It is one generated answer each time.
    let counted = "SELECT calls FROM daily_usage WHERE day > '2026-01-02'";
    assert_eq!(stage.database.value::<i32>(counted).await, 2);
}

#[tokio::test]
async fn nothing_of_one_reader_is_in_anothers_summary_or_vectors() {
    let stage = stage(&[
        ("CONVERSATION_HISTORY_CHAR_LIMIT", "1000"),
        ("EMBEDDING_PROVIDER", "openai"),
        ("DAILY_LIMIT", "1000"),
    ])
    .await;
    let other = Reader::of(&stage.database).await;
    let theirs = other.on(&stage.function);
    let readers = [(&stage.client, "MARKONE"), (&theirs, "MARKTWO")];
    let mut chats = Vec::new();
    for (client, mark) in &readers {
        chats.push(begins(client, &format!("What of the {mark} love?")).await);
    }
    for round in 0..6 {
        for ((client, mark), chat) in readers.iter().zip(&chats) {
            let message = format!("{round}: the {mark} love {}", "again ".repeat(40));
            says(client, *chat, &message).await;
        }
    }
    let mut kinds = BTreeMap::<_, usize>::new();
    for asked in stage.provider.asked() {
        let whole = asked.body.to_string();
        let marks = readers
            .iter()
            .filter(|(_, mark)| whole.contains(mark))
            .count();
        assert!(marks < 2, "{whole}");
        let kind = match asked.wire {
            Wire::OpenAiEmbeddings => "vectors",
            _ if whole.contains("Write the summary.") => "summaries",
            _ => "answers",
        };
        *kinds.entry(kind).or_default() += marks;
    }
    println!("prompts with a mark: {kinds:?}");
    for kind in ["vectors", "summaries", "answers"] {
        assert!(kinds.get(kind).is_some_and(|n| *n > 1), "{kinds:?}");
    }
}

#[tokio::test]
async fn where_no_summary_is_to_be_had_the_newest_turns_that_fit_are_told() {
    let stage = stage(&[("CONVERSATION_HISTORY_CHAR_LIMIT", "1900")]).await;
    let chat = long_chat(&stage).await;
    stage.provider.next(Script::refuses(400));
    says(&stage.client, chat, "Go on").await;
    let prompt = stage.provider.last_asked().prompt();
    assert!(
        prompt.contains("turn 19") && prompt.contains("Go on"),
        "{prompt}"
    );
    assert!(!prompt.contains("turn 00"), "{prompt}");
    let stored: i64 = stage
        .database
        .value("SELECT count(summary) FROM conversations")
        .await;
    assert_eq!(stored, 0);
}
