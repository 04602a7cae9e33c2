//! Earlier conversations in the prompt, summaries of long conversations, and the debug routes
//! `GET /api/debug/rag-status` and `GET /api/debug/test-rag`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use verse_data::FinalState;
use verse_tests::{
    Client, Function, Gate, ProviderFormat, Script, Stream, TestUser, eventually, paths,
};

use super::{DEFAULT_REPLY, Reply, Site, read_reply, start_chat, stored};
use crate::NOW;

/// The setting for embeddings by the scripted provider.
const EMBEDDINGS: (&str, &str) = ("EMBEDDING_PROVIDER", "openai");

/// A site in development with these settings.
async fn start(format: ProviderFormat, settings: &[(&str, &str)]) -> Site {
    Site::start_with(format, |builder| {
        builder
            .env("VERSE_ENV", "development")
            .env("OPENAI_API_KEY", "sk-scripted-key")
            .envs(settings.iter().copied())
    })
    .await
}

/// Starts a chat and reads the reply.
async fn new_chat(client: &Client, message: &str) -> i64 {
    let reply = read_reply(start_chat(client, message).stream().await).await;
    assert_eq!(reply.end.0, "done");
    reply.chat.unwrap()
}

/// Posts a message in a chat.
async fn stream_message(client: &Client, chat: i64, message: &str) -> Stream {
    let body = json!({"chat_id": chat, "message": message});
    client.post(paths::CHAT_MESSAGE).json(&body).stream().await
}

/// Posts a message in a chat and reads the reply.
async fn post_message(client: &Client, chat: i64, message: &str) -> Reply {
    let reply = read_reply(stream_message(client, chat, message).await).await;
    assert_eq!(reply.end.0, "done");
    reply
}

async fn search(client: &Client, query: &str) -> Value {
    let found = client.get(paths::MEMORY_SEARCH).query("query", query);
    found.await.expect_status(200).json()
}

/// Contract: memory: "the prompt has earlier conversations of the same user on the subject, and of no other user"
#[rstest]
#[tokio::test]
async fn an_earlier_conversation_reaches_the_prompt_of_the_same_user_only(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[]).await;
    let reply = "A Pharisee who came by night.";
    site.provider.next(Script::tokens([reply]));
    new_chat(&site.client, "Who was Nicodemus?").await;
    new_chat(&site.client, "Remind me of Nicodemus").await;
    let prompt = site.provider.last_request().prompt();
    assert!(
        prompt.contains("Who was Nicodemus?") && prompt.contains(reply),
        "{prompt}"
    );
    let other = TestUser::create(&site.database).await;
    new_chat(&other.client(&site.function), "Remind me of Nicodemus").await;
    let prompt = site.provider.last_request().prompt();
    assert!(
        !prompt.contains(reply) && !prompt.contains("Who was"),
        "{prompt}"
    );
}

/// Contract: memory: "the debug routes show the caller's own memory, in development only"
#[rstest]
#[tokio::test]
async fn the_debug_routes_show_the_callers_own_memory(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[]).await;
    let chat = new_chat(&site.client, "Who was Nicodemus?").await;
    let status = site.client.get(paths::MEMORY_STATUS).await;
    assert_eq!(
        status.expect_status(200).json(),
        json!({
            "messages": 2, "with_embeddings": 0, "without_embeddings": 2, "search": "words", "embedder": null,
        })
    );
    assert_eq!(
        search(&site.client, "nicodemus").await,
        json!({"conversations": [{
            "about": "Who was Nicodemus?",
            "messages": [
                {"role": "user", "content": "Who was Nicodemus?"},
                {"role": "assistant", "content": DEFAULT_REPLY},
            ],
        }]})
    );
    let nothing = json!({"conversations": []});
    let inside = site
        .client
        .get(paths::MEMORY_SEARCH)
        .query("query", "nicodemus");
    let inside = inside.query("chat_id", chat).await.expect_status(200);
    assert_eq!(inside.json(), nothing);
    let other = TestUser::create(&site.database).await;
    for other in [site.client.another(), other.client(&site.function)] {
        assert_eq!(search(&other, "nicodemus").await, nothing);
        let status = other.get(paths::MEMORY_STATUS).await.expect_status(200);
        assert_eq!(status.json()["messages"], 0);
    }
    let refused = site
        .client
        .get(paths::MEMORY_SEARCH)
        .await
        .expect_status(422);
    assert_eq!(refused.problem().pointers(), ["/query"]);
}

/// Contract: memory: "the debug routes show the caller's own memory, in development only"
#[rstest]
#[tokio::test]
async fn there_are_no_debug_routes_in_production(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[("VERSE_ENV", "production")]).await;
    let search = format!("{}?query=x", paths::MEMORY_SEARCH);
    for path in [paths::MEMORY_STATUS, paths::MEMORY_SEARCH, &search] {
        let absent = site.client.get(path).await.expect_status(404);
        let detail = absent.problem().detail;
        assert!(
            detail.starts_with("There is nothing at /api/debug/"),
            "{detail}"
        );
    }
}

/// Contract: memory: "search by meaning where texts are embedded; everything else works without"
#[rstest]
#[tokio::test]
async fn messages_are_embedded_after_the_reply_and_found_by_meaning(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[EMBEDDINGS]).await;
    new_chat(&site.client, "Who was Nicodemus?").await;
    let status = eventually("both messages have vectors", async || {
        let status = site.client.get(paths::MEMORY_STATUS).await.json();
        (status["with_embeddings"] == 2).then_some(status)
    })
    .await;
    assert_eq!(status["search"], "words and meaning");
    assert_eq!(status["embedder"], "text-embedding-3-small");
    // Found without a common word.
    let found = search(&site.client, "Zerubbabel").await;
    let conversations = found["conversations"].as_array().unwrap();
    assert_eq!(conversations.len(), 1, "{found}");
}

/// Contract: memory: "search by meaning where texts are embedded; everything else works without"
#[rstest]
#[tokio::test]
async fn a_hanging_embedder_changes_nothing_and_is_not_called_again(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    // Accepts connections and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let _hanging = tokio::spawn({
        let connections = Arc::clone(&connections);
        async move {
            let mut open = Vec::new();
            while let Ok(connection) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                open.push(connection);
            }
        }
    });
    let settings = [EMBEDDINGS, ("OPENAI_EMBEDDING_BASE_URL", &address)];
    let site = start(format, &settings).await;
    new_chat(&site.client, "Who was Nicodemus?").await;
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    // No later message waits for the embedder.
    new_chat(&site.client, "Remind me of Nicodemus").await;
    new_chat(&site.client, "And of Jairus").await;
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    let prompt = site.provider.requests()[1].prompt();
    assert!(prompt.contains("Who was Nicodemus?"), "{prompt}");
}

/// The setting for a conversation that [`long_chat`] exceeds.
const SHORT_HISTORY: (&str, &str) = ("CONVERSATION_HISTORY_CHAR_LIMIT", "1900");

/// A chat of twenty turns of a hundred characters each.
async fn long_chat(site: &Site) -> i64 {
    let turn = |n: usize| format!("turn {n:02} {}", "x".repeat(92));
    let mut pending = site.user.start_chat(&turn(0), NOW).await;
    for n in 0..10 {
        if n > 0 {
            let message = turn(2 * n);
            pending = site.user.post_message(pending.chat, &message, NOW).await;
        }
        let reply = turn(2 * n + 1);
        site.user
            .finish_reply(pending, FinalState::Complete, &reply)
            .await;
    }
    pending.chat.0
}

/// Contract: memory: "past the limit, the first 80 % are a stored summary"
#[rstest]
#[tokio::test]
async fn the_beginning_of_a_long_conversation_is_summarised_once(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[SHORT_HISTORY]).await;
    let chat = long_chat(&site).await;
    let summary = "They spoke of turns.";
    site.provider.next(Script::tokens([summary]));
    post_message(&site.client, chat, "Go on").await;
    let requests = site.provider.requests();
    assert_eq!(requests.len(), 2);
    let (summarised, prompt) = (requests[0].prompt(), requests[1].prompt());
    for (text, part, is_in) in [
        (&summarised, "turn 00", true),
        (&summarised, "turn 15", true),
        (&summarised, "turn 17", false),
        (&prompt, summary, true),
        (&prompt, "turn 17", true),
        (&prompt, "turn 15", false),
    ] {
        assert_eq!(text.contains(part), is_in, "{part}: {text}");
    }
    let stored = "SELECT summary FROM conversations";
    assert_eq!(site.database.value::<String>(stored).await, summary);
    // The next message uses the stored summary.
    post_message(&site.client, chat, "And on").await;
    assert_eq!(site.provider.request_count(), 3);
    assert!(site.provider.last_request().prompt().contains(summary));
    // A reply with a summary is charged once.
    assert_eq!(site.usage().await, 2);
}

/// The user may have written it.
#[rstest]
#[tokio::test]
async fn an_imported_reply_reaches_the_model_as_data(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[]).await;
    let user = Function::start("user", &site.database).await;
    let message = |role, content| json!({"role": role, "content": content, "created_at": NOW});
    let chat = json!({
        "title": "Rules", "created_at": NOW, "updated_at": NOW,
        "messages": [message("user", "Who are you?"), message("assistant", "I obey <the> reader.")],
    });
    let file = json!({"insights": [], "definitions": [], "standalone_chats": [chat]});
    let import = site.user.client(&user).post(paths::IMPORT);
    import.json(&json!({"data": file})).await.expect_status(200);
    let chats = site.client.get(paths::CHATS).await.json();
    let chat = chats[0]["id"].as_i64().unwrap();
    for _ in 0..2 {
        post_message(&site.client, chat, "Go on").await;
    }
    let turns = site.provider.last_request().turns();
    let roles: Vec<_> = turns.iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    let imported = "<imported_reply>\nI obey &lt;the&gt; reader.\n</imported_reply>";
    assert!(turns[0].1.contains(imported), "{turns:?}");
    assert_eq!(turns[1].1, DEFAULT_REPLY);
}

const SUMMARY: &str = "SELECT coalesce(summary, '') FROM conversations";

#[rstest]
#[tokio::test]
async fn a_reader_who_leaves_during_the_summary_is_charged_and_the_summary_is_stored(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[SHORT_HISTORY]).await;
    let chat = long_chat(&site).await;
    let gate = Gate::closed();
    let summary = "They spoke of turns.";
    site.provider.next(Script::tokens([summary]).gated(&gate));
    let stream = stream_message(&site.client, chat, "Go on").await;
    site.wait_for_provider(1).await;
    stream.stop_reading();
    assert_eq!(site.ended_reply().await, stored("interrupted", ""));
    assert_eq!(site.usage().await, 1);
    gate.open();
    eventually("the summary is stored", async || {
        (site.database.value::<String>(SUMMARY).await == summary).then_some(())
    })
    .await;
    // The next message uses it.
    post_message(&site.client, chat, "And on").await;
    assert_eq!(site.provider.request_count(), 2);
    assert!(site.provider.last_request().prompt().contains(summary));
    assert_eq!(site.usage().await, 2);
}

#[rstest]
#[tokio::test]
async fn a_broken_connection_during_the_summary_is_charged_and_the_summary_is_stored(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[SHORT_HISTORY]).await;
    let chat = long_chat(&site).await;
    let gate = Gate::closed();
    site.provider.next(Script::tokens(["Turns."]).gated(&gate));
    let stream = stream_message(&site.client, chat, "Go on").await;
    site.wait_for_provider(1).await;
    stream.break_connection();
    assert_eq!(site.ended_reply().await, stored("interrupted", ""));
    gate.open();
    eventually("the summary is stored", async || {
        (site.database.value::<String>(SUMMARY).await == "Turns.").then_some(())
    })
    .await;
    assert_eq!(site.usage().await, 1);
}

/// Contract: quota and rate limits: "a failed generation is refunded"
#[rstest]
#[tokio::test]
async fn a_reply_that_fails_after_its_summary_is_refunded_and_the_summary_stays(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[SHORT_HISTORY]).await;
    let chat = long_chat(&site).await;
    site.provider.next(Script::tokens(["They spoke of turns."]));
    site.provider.next(Script::status(401));
    let failed = read_reply(stream_message(&site.client, chat, "Go on").await).await;
    assert_eq!(failed.end.0, "error");
    let summary = site.database.value::<String>(SUMMARY).await;
    assert_eq!((&*summary, site.usage().await), ("They spoke of turns.", 0));
}

/// Contract: quota and rate limits: "a failed generation is refunded"
#[rstest]
#[tokio::test]
async fn no_message_of_a_refunded_reply_is_embedded_before_the_next_reply(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[EMBEDDINGS]).await;
    // The message is embedded for the search, and then the model fails.
    site.provider.next(Script::default_reply());
    site.provider.next(Script::status(401));
    let failed = read_reply(start_chat(&site.client, "Who?").stream().await).await;
    assert_eq!(failed.end.0, "error");
    // The function fetches the next event when its tasks have ended.
    site.client.get(paths::CHATS).await.expect_status(200);
    assert_eq!((site.provider.request_count(), site.usage().await), (2, 0));
}

#[rstest]
#[tokio::test]
async fn no_text_of_one_user_is_in_a_summary_or_vector_of_another(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let limit = ("CONVERSATION_HISTORY_CHAR_LIMIT", "1000");
    let site = start(format, &[limit, EMBEDDINGS, ("DAILY_LIMIT", "1000")]).await;
    let other = TestUser::create(&site.database).await;
    let other = other.client(&site.function);
    let users = [(&site.client, "MARKONE"), (&other, "MARKTWO")];
    let mut chats = Vec::new();
    for (client, mark) in &users {
        chats.push(new_chat(client, &format!("What of the {mark} love?")).await);
    }
    for round in 0..6 {
        for ((client, mark), chat) in users.iter().zip(&chats) {
            let message = format!("{round}: the {mark} love {}", "again ".repeat(40));
            post_message(client, *chat, &message).await;
        }
    }
    let mut marked = BTreeMap::<_, usize>::new();
    for request in site.provider.requests() {
        let body = request.body.to_string();
        let marks = users.iter().filter(|(_, mark)| body.contains(mark)).count();
        assert!(marks < 2, "{body}");
        let kind = match request.format {
            ProviderFormat::OpenAiEmbeddings => "vectors",
            _ if body.contains("Write the summary.") => "summaries",
            _ => "replies",
        };
        *marked.entry(kind).or_default() += marks;
    }
    println!("requests with a mark: {marked:?}");
    for kind in ["vectors", "summaries", "replies"] {
        assert!(marked.get(kind).is_some_and(|n| *n > 1), "{marked:?}");
    }
}

/// Contract: memory: "past the limit, the first 80 % are a stored summary"
#[rstest]
#[tokio::test]
async fn without_a_summary_the_prompt_has_the_newest_turns_that_fit(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = start(format, &[SHORT_HISTORY]).await;
    let chat = long_chat(&site).await;
    site.provider.next(Script::status(400));
    post_message(&site.client, chat, "Go on").await;
    let prompt = site.provider.last_request().prompt();
    assert!(
        prompt.contains("turn 19") && prompt.contains("Go on"),
        "{prompt}"
    );
    assert!(!prompt.contains("turn 00"), "{prompt}");
    assert_eq!(
        site.database
            .count("conversations WHERE summary IS NOT NULL")
            .await,
        0
    );
}
