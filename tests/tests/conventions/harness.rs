//! The harness itself, on the functions `hello` and `echo`; `echo` returns the request that it got.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Client, Event, EventFormat, Failure, Function, Mode};

/// The functions drop the stage from the path; those of the project do it without a setting.
const IGNORE_STAGE: &str = "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH";

async fn start(name: &str) -> Function {
    let builder = Function::builder(name).env(IGNORE_STAGE, "true");
    builder.start().await
}

async fn streaming_echo() -> Function {
    let settings = [(IGNORE_STAGE, "true"), ("ECHO_STREAMS", "1")];
    Function::builder("echo").envs(settings).start().await
}

/// The id of the process that answers.
async fn pid(client: &Client) -> String {
    let response = client.get("/api/pid").await.expect_status(200);
    response.text().to_owned()
}

#[tokio::test]
async fn hello_answers_every_event_format_that_reaches_its_path() {
    let hello = Client::new(&start("hello").await);
    for event_format in [
        EventFormat::RestV1,
        EventFormat::RestV1CustomDomain,
        EventFormat::HttpV2,
        EventFormat::FunctionUrl,
    ] {
        let request = hello.clone().in_format(event_format).get("/api/hello");
        let response = request.await.expect_status(200);
        assert_eq!(response.text(), "Hello, world!", "{event_format:?}");
        assert_eq!(response.mode, Mode::Buffered);
    }
}

#[tokio::test]
async fn a_request_reaches_the_function_as_it_was_sent() {
    let echo = Client::new(&start("echo").await).from_address("198.51.100.9");
    for event_format in EventFormat::ALL {
        let client = echo.another().in_format(event_format);
        client.set_cookie("id", "a b");
        let request = client.post("/api/x").query("q", "jn 3:16 & é");
        let request = request.header("x-one", "1").json(&json!({"a": "é"}));
        let echo = request.await.expect_status(200).json();
        let path = echo["path"].as_str().unwrap();
        assert!(path.ends_with("/api/x"), "{event_format:?}: {path}");
        assert_eq!(echo["method"], "POST");
        assert_eq!(echo["body"], r#"{"a":"é"}"#);
        for (name, value) in [
            ("x-one", "1"),
            ("cookie", "id=a b"),
            ("x-forwarded-for", "198.51.100.9"),
        ] {
            assert_eq!(echo["headers"][name], json!([value]), "{event_format:?}");
        }
        let query = echo["query"].as_str().unwrap();
        let is_whole = query.starts_with("q=jn") && query.contains("%26");
        assert!(is_whole, "{event_format:?}: {query}");
    }
}

#[tokio::test]
async fn both_cookies_of_a_response_are_kept_and_sent_again() {
    for function in [start("echo").await, streaming_echo().await] {
        for event_format in [EventFormat::RestV1, EventFormat::HttpV2] {
            let client = Client::new(&function).in_format(event_format);
            let first = client.get("/api/x").await;
            let cookie = first.cookie("echo").expect("a cookie");
            assert_eq!(cookie.http_only(), Some(true));
            let second = client.get("/api/x").await.json();
            assert_eq!(second["headers"]["cookie"], json!(["echo=1; plain=2"]));
            let other = client.another().get("/api/x").await.json();
            assert_eq!(other["headers"].get("cookie"), None);
        }
    }
}

#[tokio::test]
async fn bytes_and_strange_methods_arrive() {
    let client = Client::new(&start("echo").await);
    let echo = client.post("/api/x").body(&b"\xff"[..]).await.json();
    assert_eq!(echo["body"], "\u{fffd}");
    let echo = client
        .request(Event::new("BREW", "/api/x?a=1"))
        .await
        .json();
    assert_eq!(echo["method"], "BREW");
    assert_eq!(echo["query"], "a=1");
}

#[tokio::test]
async fn events_are_read_one_by_one_as_they_come() {
    let client = Client::new(&streaming_echo().await);
    let mut stream = client.get("/api/events").stream().await.expect_status(200);
    assert_eq!(stream.mode(), Mode::Streaming);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let comment = stream.next_event().await.expect("a comment");
    assert!(comment.is_comment());
    let token = stream.next_event().await.expect("a token");
    assert_eq!(token.json::<Value>()["token"], "1");
    assert!(token.at > comment.at && token.chunks.start() > comment.chunks.end());
    let rest = stream.events().await;
    assert_eq!(rest.last().unwrap().event, "done");
    assert!(rest.iter().all(verse_tests::SseEvent::in_one_chunk));
}

#[tokio::test]
async fn a_function_continues_when_the_client_of_a_stream_disconnects() {
    let client = Client::new(&streaming_echo().await);
    let before = pid(&client).await;
    let mut stream = client.get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    stream.stop_reading();
    assert_eq!(pid(&client).await, before);
}

#[tokio::test]
async fn a_broken_connection_ends_the_process() {
    let client = Client::new(&streaming_echo().await);
    let before = pid(&client).await;
    let mut stream = client.get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    stream.break_connection();
    assert_ne!(pid(&client).await, before);
}

#[tokio::test]
async fn a_stream_cut_by_the_end_of_its_process_is_a_failure() {
    let function = streaming_echo().await;
    let mut stream = Client::new(&function).get("/api/forever").stream().await;
    stream.next_event().await.expect("a comment");
    function.kill().await;
    while let Ok(event) = stream.try_next_event().await {
        assert!(event.is_some(), "the stream had a good end");
    }
}

#[tokio::test]
async fn a_function_past_its_deadline_is_ended_and_replaced() {
    let client = Client::new(&start("echo").await);
    let before = pid(&client).await;
    let deadline = Duration::from_millis(200);
    let request = client.get("/api/hang").within(deadline);
    let failure = request.try_send().await.unwrap_err();
    assert_eq!(failure, Failure::TimedOut(deadline));
    assert_ne!(pid(&client).await, before);
}

#[tokio::test]
async fn an_exited_process_and_a_too_large_response_are_failures() {
    let client = Client::new(&start("echo").await);
    let failure = client.get("/api/exit").try_send().await.unwrap_err();
    assert_eq!(failure, Failure::Exited("exit status: 3".to_owned()));
    let failure = client.get("/api/large").try_send().await.unwrap_err();
    assert!(matches!(failure, Failure::TooLarge(_)), "{failure}");
    client.get("/api/x").await.expect_status(200);
}

#[tokio::test]
async fn a_large_response_may_be_streamed() {
    let client = Client::new(&streaming_echo().await);
    let response = client.get("/api/large").await.expect_status(200);
    assert_eq!(response.body.len(), 7_000_000);
}

#[tokio::test]
async fn a_start_that_fails_says_why() {
    let refusing = Function::builder("echo").env("ECHO_REFUSES", "1");
    let error = refusing.try_start().await.unwrap_err();
    assert!(matches!(error.why, Failure::Exited(_)), "{error}");
    assert!(error.log.contains("told to refuse"), "{error}");
}

#[tokio::test]
async fn simultaneous_requests_share_the_processes_one_request_each() {
    let function = Function::builder("echo").processes(3).start().await;
    let client = Client::new(&function);
    let started = Instant::now();
    let requests = (0..6).map(|_| client.get("/api/slow").into_future());
    let mut pids = join_all(requests).await;
    // Each takes 300 ms: two in each process take at least 600 ms, as a process has one at a time.
    assert!(started.elapsed() >= Duration::from_millis(600));
    pids.sort_by(|one, other| one.text().cmp(other.text()));
    pids.dedup_by(|one, other| one.text() == other.text());
    assert_eq!((pids.len(), function.processes().len()), (3, 3));
}

#[tokio::test]
async fn sequential_requests_need_one_process() {
    let function = Function::builder("echo").processes(4).start().await;
    let client = Client::new(&function);
    for _ in 0..20 {
        pid(&client).await;
    }
    assert_eq!(function.processes().len(), 1);
}

#[tokio::test]
async fn a_frozen_function_answers_when_it_is_thawed() {
    let function = start("echo").await;
    let client = Client::new(&function);
    function.idle().await;
    function.freeze();
    let answer = tokio::spawn(client.get("/api/pid").into_future());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!answer.is_finished(), "a frozen process answered");
    function.thaw();
    answer.await.expect("an answer").expect_status(200);
}

#[tokio::test]
async fn a_terminated_function_starts_anew_with_the_next_event() {
    let function = start("echo").await;
    let client = Client::new(&function);
    let before = pid(&client).await;
    function.terminate().await;
    assert_ne!(pid(&client).await, before);
}

#[tokio::test]
async fn a_function_without_http_may_refuse_its_event() {
    let echo = start("echo").await;
    let failure = echo.run(&Event::scheduled()).await.unwrap_err();
    assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
}
