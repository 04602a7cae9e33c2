//! The harness itself, on `hello` and on `echo`, which says what reached it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Dress, Event, Failure, Function, Mode};

/// Lets the functions drop the stage from the path, as those of the project do by themselves.
const IGNORE_STAGE: &str = "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH";

async fn echo() -> Function {
    Function::builder("echo")
        .env(IGNORE_STAGE, "true")
        .start()
        .await
}

async fn streaming_echo() -> Function {
    Function::builder("echo")
        .env(IGNORE_STAGE, "true")
        .env("ECHO_STREAMS", "1")
        .start()
        .await
}

#[tokio::test]
async fn hello_answers_in_every_dress_that_reaches_its_path() {
    let hello = Function::builder("hello")
        .env(IGNORE_STAGE, "true")
        .start()
        .await;
    for dress in [
        Dress::RestV1,
        Dress::RestV1CustomDomain,
        Dress::HttpV2,
        Dress::FunctionUrl,
    ] {
        let response = Client::of(&hello)
            .dressed(dress)
            .get("/api/hello")
            .await
            .expect_status(200);
        assert_eq!(response.text(), "Hello, world!", "{dress:?}");
        assert_eq!(response.mode, Mode::Buffered);
    }
}

#[tokio::test]
async fn a_request_reaches_the_function_as_it_was_sent() {
    let echo = echo().await;
    for dress in Dress::ALL {
        let client = Client::of(&echo).dressed(dress).at_address("198.51.100.9");
        client.set_cookie("id", "a b");
        let request = client
            .post("/api/x")
            .query("q", "jn 3:16 & é")
            .header("x-one", "1");
        let said = request
            .json(&json!({"a": "é"}))
            .await
            .expect_status(200)
            .json();
        let path = said["path"].as_str().unwrap_or_default();
        assert!(path.ends_with("/api/x"), "{dress:?}: {path}");
        assert_eq!(said["method"], "POST");
        assert_eq!(said["body"], r#"{"a":"é"}"#);
        assert_eq!(said["headers"]["x-one"], json!(["1"]));
        assert_eq!(said["headers"]["cookie"], json!(["id=a b"]), "{dress:?}");
        assert_eq!(said["headers"]["x-forwarded-for"], json!(["198.51.100.9"]));
        let query = said["query"].as_str().unwrap_or_default();
        assert!(
            query.starts_with("q=jn") && query.contains("%26"),
            "{dress:?}: {query}"
        );
    }
}

#[tokio::test]
async fn both_cookies_of_a_response_are_kept_and_sent_again() {
    for function in [echo().await, streaming_echo().await] {
        for dress in [Dress::RestV1, Dress::HttpV2] {
            let client = Client::of(&function).dressed(dress);
            let first = client.get("/api/x").await;
            assert_eq!(
                first.cookie("echo").and_then(|cookie| cookie.http_only()),
                Some(true)
            );
            let second = client.get("/api/x").await.json();
            assert_eq!(second["headers"]["cookie"], json!(["echo=1; plain=2"]));
            let other = client.another().get("/api/x").await.json();
            assert_eq!(other["headers"].get("cookie"), None);
        }
    }
}

#[tokio::test]
async fn bytes_and_strange_methods_arrive() {
    let client = Client::of(&echo().await);
    let said = client.post("/api/x").body(&b"\xff"[..]).await.json();
    assert_eq!(said["body"], "\u{fffd}");
    let said = client
        .request(Event::new("BREW", "/api/x?a=1"))
        .await
        .json();
    assert_eq!(
        (&said["method"], &said["query"]),
        (&json!("BREW"), &json!("a=1"))
    );
}

#[tokio::test]
async fn events_are_read_one_by_one_as_they_come() {
    let client = Client::of(&streaming_echo().await);
    let mut stream = client.get("/api/events").stream().await.expect_status(200);
    assert_eq!(stream.mode(), Mode::Streaming);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let comment = stream.next_event().await.expect("a comment");
    assert!(comment.is_comment());
    let token = stream.next_event().await.expect("a token");
    assert_eq!(token.json::<Value>()["token"], "1");
    assert!(token.at > comment.at && token.chunks.start() > comment.chunks.end());
    let rest = stream.events().await;
    assert_eq!(rest.last().map(|event| event.event.as_str()), Some("done"));
    assert!(rest.iter().all(verse_tests::SseEvent::came_whole));
}

#[tokio::test]
async fn a_function_goes_on_when_the_reader_of_a_stream_goes_away() {
    let function = streaming_echo().await;
    let client = Client::of(&function);
    let pid = client.get("/api/pid").await.text().to_owned();
    let mut stream = client.get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    stream.hang_up();
    assert_eq!(client.get("/api/pid").await.text(), pid, "the same process");
}

#[tokio::test]
async fn a_broken_connection_ends_a_process_of_lambda_runtime() {
    let function = streaming_echo().await;
    let client = Client::of(&function);
    let pid = client.get("/api/pid").await.text().to_owned();
    let mut stream = client.get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    stream.cut_off();
    assert_ne!(client.get("/api/pid").await.text(), pid, "a new process");
}

#[tokio::test]
async fn a_stream_cut_by_the_end_of_its_process_is_no_good_end() {
    let function = streaming_echo().await;
    let mut stream = Client::of(&function).get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    function.kill().await;
    while let Ok(event) = stream.try_next_event().await {
        assert!(event.is_some(), "a stream without an end ended well");
    }
}

#[tokio::test]
async fn a_function_past_its_deadline_is_ended_and_replaced() {
    let client = Client::of(&echo().await);
    let pid = client.get("/api/pid").await.text().to_owned();
    let limit = Duration::from_millis(200);
    let failure = client
        .get("/api/hang")
        .within(limit)
        .try_send()
        .await
        .unwrap_err();
    assert_eq!(failure, Failure::TimedOut(limit));
    assert_ne!(client.get("/api/pid").await.text(), pid);
}

#[tokio::test]
async fn a_process_that_ends_and_an_answer_that_is_too_large_are_failures() {
    let client = Client::of(&echo().await);
    let failure = client.get("/api/exit").try_send().await.unwrap_err();
    assert_eq!(failure, Failure::Exited("exit status: 3".to_owned()));
    let failure = client.get("/api/large").try_send().await.unwrap_err();
    assert!(matches!(failure, Failure::TooLarge(_)), "{failure}");
    client.get("/api/x").await.expect_status(200);
}

#[tokio::test]
async fn a_large_answer_may_be_streamed() {
    let response = Client::of(&streaming_echo().await)
        .get("/api/large")
        .await
        .expect_status(200);
    assert_eq!(response.body.len(), 7_000_000);
}

#[tokio::test]
async fn a_start_that_fails_says_why() {
    let error = Function::builder("echo")
        .env("ECHO_REFUSES", "1")
        .try_start()
        .await
        .unwrap_err();
    assert!(matches!(error.why, Failure::Exited(_)), "{error}");
    assert!(error.log.contains("told to refuse"), "{error}");
}

#[tokio::test]
async fn requests_at_once_share_the_processes_and_no_process_has_two() {
    let function = Function::builder("echo").processes(3).start().await;
    let client = Client::of(&function);
    let started = Instant::now();
    let answers = join_all((0..6).map(|_| client.get("/api/slow").into_future())).await;
    let mut pids: Vec<_> = answers
        .iter()
        .map(|answer| answer.text().to_owned())
        .collect();
    pids.sort();
    pids.dedup();
    assert_eq!((pids.len(), function.environments().len()), (3, 3));
    // Six of 300 ms in three processes: two rounds, neither one nor six.
    let taken = started.elapsed();
    assert!((600..1500).contains(&taken.as_millis()), "{taken:?}");
}

#[tokio::test]
async fn one_request_after_the_other_needs_one_process() {
    let function = Function::builder("echo").processes(4).start().await;
    let client = Client::of(&function);
    for _ in 0..20 {
        client.get("/api/pid").await.expect_status(200);
    }
    assert_eq!(function.environments().len(), 1);
}

#[tokio::test]
async fn a_frozen_function_answers_when_it_is_thawed() {
    let function = echo().await;
    let client = Client::of(&function);
    function.idle().await;
    function.freeze();
    let answer = tokio::spawn(client.get("/api/pid").into_future());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!answer.is_finished(), "it answered in its sleep");
    function.thaw();
    answer.await.expect("an answer").expect_status(200);
}

#[tokio::test]
async fn a_terminated_function_starts_anew_with_the_next_event() {
    let function = echo().await;
    let client = Client::of(&function);
    let pid = client.get("/api/pid").await.text().to_owned();
    function.terminate().await;
    assert_ne!(client.get("/api/pid").await.text(), pid);
}

#[tokio::test]
async fn a_function_that_is_not_behind_http_may_refuse_its_event() {
    let failure = echo().await.run(&Event::scheduled()).await.unwrap_err();
    assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
}
