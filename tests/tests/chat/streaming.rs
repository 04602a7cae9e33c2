//! An answer as it comes, and what is there when it has come.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use verse_data::FinalState;
use verse_tests::{Client, Dress, Gate, Mode, Proxy, Reader, Script, eventually};

use super::{ABOUT, CHATS, NOW, SAY, SCRIPTED, Stage, about, builder, done, stage, told, wire};

#[tokio::test]
async fn each_way_of_saying_something_is_answered_as_the_model_says_it() {
    let stage = stage().await;
    for (path, body) in stage.ways().await {
        let stream = stage.client.post(path).json(&body).stream().await;
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-cache"),
            ("x-accel-buffering", "no"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(stream.headers[name], value, "{path}");
        }
        let told = told(stream).await;
        assert_eq!(
            (told.text(), told.end),
            (SCRIPTED.to_owned(), done("end_turn"))
        );
        assert!(told.tokens.len() > 1, "{:?}", told.tokens);
        assert_eq!(told.chat.is_some(), path == CHATS);
        let stored = super::last_answer(&stage.database).await;
        assert_eq!(stored, ("complete".to_owned(), SCRIPTED.to_owned()));
    }
    assert_eq!(stage.counted().await, 3);
    assert!(
        stage
            .provider
            .asked()
            .iter()
            .all(|asked| asked.wire == wire() && asked.is_streaming())
    );
}

#[tokio::test]
async fn a_chat_is_begun_and_gone_on_with_in_its_order() {
    let stage = stage().await;
    let long = format!("Who was {}", "Nicodemus, ".repeat(6));
    let begin = json!({
        "message": long, "passage_reference": "John 3 (KJV)", "passage_text": " There was a man ",
    });
    let told_first = told(stage.client.post(CHATS).json(&begin).stream().await).await;
    let chat = told_first.chat.unwrap();
    let again = json!({"chat_id": chat, "message": "And why by night?"});
    told(stage.client.post(SAY).json(&again).stream().await).await;

    let listed = stage.client.get(CHATS).await.json();
    let title: String = long.chars().take(50).collect();
    assert_eq!(listed[0]["id"], chat);
    assert_eq!(listed[0]["title"], format!("{title}..."));
    assert_eq!(listed[0]["passage_text"], "There was a man");
    let messages = stage
        .client
        .get(&format!("{CHATS}/{chat}/messages"))
        .await
        .json();
    let said: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|said| {
            (
                said["role"].as_str().unwrap(),
                said["content"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("user", &*long),
            ("assistant", SCRIPTED),
            ("user", "And why by night?"),
            ("assistant", SCRIPTED),
        ]
    );
    // The model is told what was said, and what the chat began from.
    let asked = stage.provider.last_asked();
    let prompt = asked.prompt();
    assert!(prompt.contains("There was a man") && prompt.contains("John 3 (KJV)"));
    let turns = asked.turns();
    assert!(turns.last().unwrap().1.contains("And why by night?"));
    assert!(
        turns
            .iter()
            .any(|(role, text)| role == "assistant" && text == SCRIPTED)
    );
    assert_eq!(prompt.matches("And why by night?").count(), 1);
}

#[tokio::test]
async fn what_is_said_about_an_insight_is_one_conversation_with_the_insight_before_it() {
    let stage = stage().await;
    for message in ["Who?", "Why?"] {
        let body = about(stage.insight, message);
        told(stage.client.post(ABOUT).json(&body).stream().await).await;
        let asked = stage.provider.last_asked().prompt();
        for text in [
            "For God so loved the world",
            "A night in Jerusalem.",
            "Love that gives.",
            "Believe.",
        ] {
            assert!(asked.contains(text), "{text} is not in {asked}");
        }
    }
    let path = format!("/api/chat/messages/{}", stage.insight.0);
    let messages = stage.client.get(&path).await.json();
    let contents: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["content"].clone())
        .collect();
    assert_eq!(contents, ["Who?", SCRIPTED, "Why?", SCRIPTED]);
}

#[tokio::test]
async fn tokens_come_as_they_are_made_and_each_kind_of_event_streams() {
    let stage = stage().await;
    for dress in Dress::ALL {
        let gate = Gate::closed();
        stage
            .provider
            .next(Script::says(["In ", "the ", "beginning"]).gated(&gate));
        let client = stage.client.clone().dressed(dress);
        let mut stream = client
            .post(CHATS)
            .json(&json!({"message": "?"}))
            .stream()
            .await;
        assert_eq!(stream.mode(), Mode::Streaming, "{dress:?}");
        // The chat's id is here before the model has said anything.
        let first = stream.next_event().await.unwrap();
        assert_eq!(first.event, "chat_id");
        for token in ["In ", "the ", "beginning"] {
            gate.let_pass(1);
            let event = stream.next_event().await.unwrap();
            assert_eq!(event.json::<Value>(), json!({"token": token}));
        }
        gate.open();
        let end = stream.next_event().await.unwrap();
        assert_eq!(end.event, "done");
        // Stored before it is told, and nothing follows.
        assert_eq!(super::last_answer(&stage.database).await.0, "complete");
        assert!(stream.next_event().await.is_none());
    }
}

#[tokio::test]
async fn something_leaves_at_once_whatever_the_model_does() {
    let stage = stage().await;
    let gate = Gate::closed();
    for (path, body) in stage.ways().await {
        stage.provider.next(Script::answers().gated(&gate));
        let mut stream = stage.client.post(path).json(&body).stream().await;
        let first = stream.next_event().await.unwrap();
        assert_eq!(first.is_comment(), path != CHATS, "{first:?}");
        gate.let_pass(20);
        told(stream).await;
    }
}

#[tokio::test]
async fn a_silent_model_does_not_let_the_stream_fall_silent() {
    let stage = stage().await;
    let gate = Gate::closed();
    stage.provider.next(Script::answers().gated(&gate));
    let request = stage.client.post(CHATS).json(&json!({"message": "Who?"}));
    let mut stream = request.within(Duration::from_mins(1)).stream().await;
    assert_eq!(stream.next_event().await.unwrap().event, "chat_id");
    let asked = Instant::now();
    for round in 1..=2 {
        let comment = stream.next_event().await.unwrap();
        assert!(comment.is_comment(), "{comment:?}");
        assert!(asked.elapsed() > Duration::from_secs(14) * round);
    }
    gate.open();
    assert_eq!(told(stream).await.end, done("end_turn"));
}

#[tokio::test]
async fn an_answer_that_the_limit_cut_says_so() {
    let stage = stage().await;
    stage
        .provider
        .next(Script::says(["In the ", "begin"]).cut_by_max_tokens());
    let told = told(stage.hears(0).await).await;
    assert_eq!(told.end, done("max_tokens"));
    let stored = super::last_answer(&stage.database).await;
    assert_eq!(stored, ("truncated".to_owned(), "In the begin".to_owned()));
    assert_eq!(stage.counted().await, 1);
}

#[tokio::test]
async fn an_answer_is_no_longer_than_an_import_takes_back() {
    let stage = stage().await;
    let piece = "é".repeat(100);
    stage.provider.next(Script::says([piece.as_str(); 101]));
    // All of it at once, which the network parts where it likes: in which pieces it came is another test's.
    let events = stage.hears(0).await.events().await;
    let tokens = events.iter().filter(|event| event.event == "token");
    let text: String = tokens
        .map(|event| event.json::<Value>()["token"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(text.chars().count(), 10_000);
    let end = events.last().unwrap();
    assert_eq!((end.event.clone(), end.json()), done("max_tokens"));
    let (state, content) = super::last_answer(&stage.database).await;
    assert_eq!((&*state, content), ("truncated", text));
    assert_eq!(stage.counted().await, 1);
}

#[tokio::test]
async fn two_messages_at_once_keep_their_order() {
    let stage = super::staged(|builder| builder.processes(4)).await;
    let started = stage.reader.starts_chat("one", NOW).await;
    stage
        .reader
        .is_answered(started, Ending::Complete, "1")
        .await;
    let gate = Gate::closed();
    stage.provider.always(Script::answers().gated(&gate));
    let saying: Vec<_> = (0..4)
        .map(|n| {
            let body = json!({"chat_id": started.chat.0, "message": format!("message {n}")});
            let client = stage.client.clone();
            tokio::spawn(async move { told(client.post(SAY).json(&body).stream().await).await })
        })
        .collect();
    eventually("all are asked", async || {
        (stage.provider.count() == 4).then_some(())
    })
    .await;
    gate.open();
    for said in saying {
        assert_eq!(said.await.unwrap().end.0, "done");
    }
    let path = format!("{CHATS}/{}/messages", started.chat.0);
    let messages = stage.client.get(&path).await.json();
    let roles: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["role"].clone())
        .collect();
    assert_eq!(roles, ["user", "assistant"].repeat(5));
    // Each was told what was before it, and was last itself.
    for asked in stage.provider.asked() {
        let turns = asked.turns();
        let own = turns.last().unwrap().1.clone();
        let number = own.chars().rev().find(char::is_ascii_digit).unwrap();
        let place = messages.as_array().unwrap().iter().position(|said| {
            said["content"]
                .as_str()
                .unwrap()
                .ends_with(&format!("message {number}"))
        });
        let later = messages.as_array().unwrap().iter().skip(place.unwrap() + 1);
        for later in later.filter(|said| said["role"] == "user") {
            let later = later["content"].as_str().unwrap();
            assert!(
                !asked.prompt().contains(later),
                "{later} is in {}",
                asked.prompt()
            );
        }
    }
}

#[tokio::test]
async fn nothing_of_one_reader_reaches_anothers_prompt() {
    let stage = stage().await;
    let other = Reader::of(&stage.database).await;
    assert_eq!(
        other.gets_insight("John 3:16", "For God", NOW).await,
        stage.insight
    );
    let theirs = other.on(&stage.function);
    let marks = [
        (&stage.client, "MARKONE", "MARKTWO"),
        (&theirs, "MARKTWO", "MARKONE"),
    ];
    let mut whose = Vec::new();
    for round in 0..3 {
        for (client, own, _) in &marks {
            for (path, body) in [
                (
                    ABOUT,
                    about(stage.insight, &format!("What of the {own} love, {round}?")),
                ),
                (
                    CHATS,
                    json!({"message": format!("Tell of the {own} love again, {round}")}),
                ),
            ] {
                stage
                    .provider
                    .next(Script::says([format!("The {own} love.")]));
                told(client.post(path).json(&body).stream().await).await;
                whose.push(*own);
            }
        }
    }
    let asked = stage.provider.asked();
    assert_eq!(asked.len(), whose.len());
    for (asked, own) in asked.iter().zip(whose) {
        let foreign = if own == "MARKONE" {
            "MARKTWO"
        } else {
            "MARKONE"
        };
        let whole = asked.body.to_string();
        assert!(whole.contains(own) && !whole.contains(foreign), "{whole}");
    }
}

#[tokio::test]
async fn a_stranger_who_begins_a_chat_becomes_a_user() {
    let stage = stage().await;
    let stranger = Client::of(&stage.function);
    let told = told(
        stranger
            .post(CHATS)
            .json(&json!({"message": "Who?"}))
            .stream()
            .await,
    )
    .await;
    let listed = stranger.get(CHATS).await.json();
    assert_eq!(listed[0]["id"], told.chat.unwrap());
    let users: i64 = stage.database.value("SELECT count(*) FROM users").await;
    assert_eq!(users, 2);
}

#[tokio::test]
async fn few_round_trips_are_made() {
    let Stage {
        database,
        provider,
        reader,
        insight,
        ..
    } = stage().await;
    let proxy = Proxy::to(&database.url()).await;
    let function = builder(proxy.url(), &provider).start().await;
    let client = reader.on(&function);
    let chat = reader.starts_chat("?", NOW).await.chat.0;
    for (path, body) in [
        (ABOUT, about(insight, "Who?")),
        (CHATS, json!({"message": "Who?"})),
        (SAY, json!({"chat_id": chat, "message": "Who?"})),
    ] {
        for warm in [false, true] {
            proxy.reset();
            told(client.post(path).json(&body).stream().await).await;
            function.idle().await;
            let made = proxy.counts().round_trips;
            assert!(!warm || made == 5, "{path}: {made}");
        }
    }
}
