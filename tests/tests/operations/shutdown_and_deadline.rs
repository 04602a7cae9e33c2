//! The end of a process by Lambda, and of a request at the deadline of its function.

use std::time::Duration;

use serde_json::json;
use verse_tests::{
    Client, Database, Failure, Function, Mode, Proxy, RdsDatabase, eventually, paths,
};

/// A function answers 150 ms before its deadline, and a busy machine may delay the answer by more: such an attempt is
/// repeated. A function that does not keep to its deadline misses it each time.
const ATTEMPTS: usize = 5;

/// The first answer that arrives before the deadline.
async fn in_time<T>(
    mut attempt: impl AsyncFnMut(Duration) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let deadline = Duration::from_millis(1500);
    for _ in 1..ATTEMPTS {
        match attempt(deadline).await {
            Err(Failure::TimedOut(_)) => {}
            answer => return answer,
        }
    }
    attempt(deadline).await
}

#[tokio::test]
async fn a_terminated_process_closes_its_database_sessions() {
    let site = RdsDatabase::start().await;
    for (name, event) in [
        ("user", None),
        ("migrate", Some(json!({"subscription": {"list": {}}}))),
        ("cleanup", Some(json!({}))),
    ] {
        let builder = site.function(name).deadline(Duration::from_secs(30));
        let function = builder.start().await;
        if let Some(event) = &event {
            function.run(event).await.expect("a report");
        } else {
            let ready = Client::new(&function).get(paths::READY).await;
            ready.expect_status(200);
        }
        let processes = function.processes();
        assert!(site.sessions().await > 0, "{name} has no session");
        function.terminate().await;
        for process in processes {
            let success = Failure::Exited("exit status: 0".to_owned());
            assert_eq!(process.ended().await, success, "{name}");
        }
        eventually("the sessions have ended", async || {
            (site.sessions().await == 0).then_some(())
        })
        .await;
        assert_eq!(site.proxy.take_terminate_messages(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_request_is_answered_before_the_deadline_of_the_function() {
    let database = Database::fresh().await;
    let message = json!({"chat_id": 1, "message": "What is light?"});
    let passage = "/api/passage?book=John&chapter=3&verse_start=16&save=true";
    for (name, path, body, mode, status) in [
        ("user", paths::SESSION, None, Mode::Buffered, 200),
        ("user", paths::EXPORT, None, Mode::Streaming, 200),
        ("insight", paths::INSIGHT_HISTORY, None, Mode::Buffered, 200),
        (
            "definition",
            paths::DEFINITION_HISTORY,
            None,
            Mode::Buffered,
            200,
        ),
        ("chat", paths::CHATS, None, Mode::Buffered, 200),
        (
            "chat",
            paths::CHAT_MESSAGE,
            Some(message),
            Mode::Streaming,
            404,
        ),
        ("device-link", paths::DEVICES, None, Mode::Buffered, 200),
        ("bible", passage, None, Mode::Buffered, 200),
    ] {
        let proxy = Proxy::to(&database.url()).await;
        let function = Function::start(name, &proxy).await;
        let client = Client::new(&function);
        client.set_unknown_session_cookie();
        let request = || match &body {
            Some(body) => client.post(path).json(body),
            None => client.get(path),
        };
        proxy.hang();
        let late = in_time(async |deadline| request().within(deadline).try_send().await);
        let late = late.await.expect("an answer before the deadline");
        println!("{path}: {} after {:?}", late.status, late.duration);
        assert_eq!(late.mode, mode, "{path}");
        let late = late.expect_status(503).expect_header("retry-after", "2");
        assert_eq!(late.problem().status, 503);
        let line = function.log().wait_for_record(|line| line["status"] == 503);
        let cause = line.await["cause"].to_string();
        assert!(cause.contains("time was up"), "{path}: {cause}");
        // The same process answers the next request.
        proxy.restore().await;
        assert_eq!(request().await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_job_fails_before_the_deadline_of_the_function() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let migrate = Function::start("migrate", &proxy).await;
    proxy.hang();
    let event = json!({});
    let answer = in_time(async |deadline| migrate.invoke_within(&event, deadline).await).await;
    let failure = answer.expect_err("a failure");
    assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
}
