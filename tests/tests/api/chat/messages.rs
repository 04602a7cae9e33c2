//! Messages of a conversation: their order, and what of them is in the prompt.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::json;
use verse_data::FinalState;
use verse_tests::{Client, Gate, ProviderFormat, Proxy, Script, TestUser, paths};

use super::{DEFAULT_REPLY, Site, insight_message, members, read_reply, start_chat};
use crate::NOW;

/// Contract: streams: "the message is stored before the model is called, the reply when it ends, before done"
/// Contract: streams: "user, assistant, user, assistant, also for simultaneous messages"
/// Contract: streams: "a chat's title is its first 50 characters, with dots if cut"
#[rstest]
#[tokio::test]
async fn a_chat_is_started_and_continued_in_order(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let long = format!("Who was {}", "Nicodemus, ".repeat(6));
    let first = json!({
        "message": long, "passage_reference": "John 3 (KJV)", "passage_text": " There was a man ",
    });
    let stream = site.client.post(paths::CHATS).json(&first).stream().await;
    let chat = read_reply(stream).await.chat.unwrap();
    let second = json!({"chat_id": chat, "message": "And why by night?"});
    let second = site.client.post(paths::CHAT_MESSAGE).json(&second);
    read_reply(second.stream().await).await;

    let listed = site.client.get(paths::CHATS).await.json();
    let title: String = long.chars().take(50).collect();
    assert_eq!(listed[0]["id"], chat);
    assert_eq!(listed[0]["title"], format!("{title}..."));
    assert_eq!(listed[0]["passage_text"], "There was a man");
    let messages = site.client.get(&paths::chat_messages(chat)).await.json();
    let roles = ["user", "assistant", "user", "assistant"];
    assert_eq!(members(&messages, "role"), roles);
    let contents = [&*long, DEFAULT_REPLY, "And why by night?", DEFAULT_REPLY];
    assert_eq!(members(&messages, "content"), contents);

    // The prompt has the earlier messages, and the passage that the chat began with.
    let request = site.provider.last_request();
    let prompt = request.prompt();
    assert!(prompt.contains("There was a man") && prompt.contains("John 3 (KJV)"));
    let turns = request.turns();
    assert!(turns.last().unwrap().1.contains("And why by night?"));
    assert!(turns.contains(&("assistant".to_owned(), DEFAULT_REPLY.to_owned())));
    assert_eq!(prompt.matches("And why by night?").count(), 1);
}

/// Contract: streams: "an insight has one conversation, and the prompt contains the insight"
#[rstest]
#[tokio::test]
async fn messages_about_an_insight_are_one_conversation_with_the_insight_in_the_prompt(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    for message in ["Who?", "Why?"] {
        let body = insight_message(site.insight, message);
        let request = site.client.post(paths::INSIGHT_MESSAGE).json(&body);
        read_reply(request.stream().await).await;
        let prompt = site.provider.last_request().prompt();
        for text in [
            "For God so loved the world",
            "A night in Jerusalem.",
            "Love that gives.",
            "Believe.",
        ] {
            assert!(prompt.contains(text), "{text} is not in {prompt}");
        }
    }
    let path = paths::insight_messages(site.insight.0);
    let messages = site.client.get(&path).await.json();
    let contents = ["Who?", DEFAULT_REPLY, "Why?", DEFAULT_REPLY];
    assert_eq!(members(&messages, "content"), contents);
}

/// Contract: streams: "user, assistant, user, assistant, also for simultaneous messages"
#[rstest]
#[tokio::test]
async fn simultaneous_messages_keep_their_order(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(format, |builder| builder.processes(4)).await;
    let started = site.user.start_chat("one", NOW).await;
    site.user
        .finish_reply(started, FinalState::Complete, "1")
        .await;
    let gate = Gate::closed();
    site.provider.always(Script::default_reply().gated(&gate));
    let replies = (0..4).map(|n| {
        let body = json!({"chat_id": started.chat.0, "message": format!("message {n}")});
        let request = site.client.post(paths::CHAT_MESSAGE).json(&body);
        tokio::spawn(async move { read_reply(request.stream().await).await })
    });
    let replies: Vec<_> = replies.collect();
    site.wait_for_provider(4).await;
    gate.open();
    for reply in replies {
        assert_eq!(reply.await.unwrap().end.0, "done");
    }
    let path = paths::chat_messages(started.chat.0);
    let messages = site.client.get(&path).await.json();
    let roles = ["user", "assistant"].repeat(5);
    assert_eq!(members(&messages, "role"), roles);
    // A prompt ends with its own message, and has no later one.
    let messages = messages.as_array().unwrap();
    let texts = messages.iter().filter(|message| message["role"] == "user");
    let texts: Vec<_> = texts
        .map(|message| message["content"].as_str().unwrap())
        .collect();
    for request in site.provider.requests() {
        let own = &request.turns().last().unwrap().1.clone();
        let number = own.chars().rev().find(char::is_ascii_digit).unwrap();
        let position = texts
            .iter()
            .position(|text| text.ends_with(&format!("message {number}")))
            .unwrap();
        for later in &texts[position + 1..] {
            let prompt = request.prompt();
            assert!(!prompt.contains(later), "{later} is in {prompt}");
        }
    }
}

/// Contract: memory: "the prompt has earlier conversations of the same user on the subject, and of no other user"
#[rstest]
#[tokio::test]
async fn no_text_of_one_user_reaches_the_prompt_of_another(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let other = TestUser::create(&site.database).await;
    let shared = other.save_insight("John 3:16", "For God", NOW).await;
    assert_eq!(shared, site.insight);
    let other = other.client(&site.function);
    let mut marks = Vec::new();
    for round in 0..3 {
        for (client, mark) in [(&site.client, "MARKONE"), (&other, "MARKTWO")] {
            let about = format!("What of the {mark} love, {round}?");
            let chat = json!({"message": format!("Tell of the {mark} love again, {round}")});
            for (path, body) in [
                (
                    paths::INSIGHT_MESSAGE,
                    insight_message(site.insight, &about),
                ),
                (paths::CHATS, chat),
            ] {
                let script = Script::tokens([format!("The {mark} love.")]);
                site.provider.next(script);
                read_reply(client.post(path).json(&body).stream().await).await;
                marks.push(mark);
            }
        }
    }
    let requests = site.provider.requests();
    assert_eq!(requests.len(), marks.len());
    for (request, own) in requests.iter().zip(marks) {
        let body = request.body.to_string();
        for mark in ["MARKONE", "MARKTWO"] {
            assert_eq!(body.contains(mark), mark == own, "{body}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn an_unknown_caller_who_starts_a_chat_becomes_a_user(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let unknown = Client::new(&site.function);
    let reply = read_reply(start_chat(&unknown, "Who?").stream().await).await;
    let listed = unknown.get(paths::CHATS).await.json();
    assert_eq!(listed[0]["id"], reply.chat.unwrap());
    assert_eq!(site.database.count("users").await, 2);
}

#[rstest]
#[tokio::test]
async fn a_message_is_five_round_trips(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let proxy = Proxy::to(&site.database.url()).await;
    let (client, function) = site.client_of_function(&proxy).await;
    for (path, body) in site.message_routes().await {
        for warm in [false, true] {
            proxy.reset();
            read_reply(client.post(path).json(&body).stream().await).await;
            function.idle().await;
            let round_trips = proxy.counts().round_trips;
            assert!(!warm || round_trips == 5, "{path}: {round_trips}");
        }
    }
}
