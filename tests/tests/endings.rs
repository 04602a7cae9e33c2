//! Endings: of a process that Lambda ends, and of a request that has no more time.

use std::time::Duration;

use serde_json::json;
use verse_tests::{Client, Database, Failure, Function, Mode, Proxy, Secured, eventually};

const READY: &str = "/api/health/ready";

#[tokio::test]
async fn a_process_that_is_told_to_end_takes_leave_of_the_database() {
    let site = Secured::start().await;
    for (name, event) in [
        ("user", None),
        ("migrate", Some(json!({"subscription": {"list": {}}}))),
        ("cleanup", Some(json!({}))),
    ] {
        let function = site
            .function(name)
            .deadline(Duration::from_secs(30))
            .start()
            .await;
        match &event {
            None => drop(Client::of(&function).get(READY).await.expect_status(200)),
            Some(event) => drop(function.run(event).await.expect("a report")),
        }
        let environments = function.environments();
        assert!(site.sessions().await > 0, "{name} keeps its connection");
        function.terminate().await;
        for environment in environments {
            let ended = environment.ended().await;
            assert_eq!(
                ended,
                Failure::Exited("exit status: 0".to_owned()),
                "{name}"
            );
        }
        eventually("the sessions have ended", async || {
            (site.sessions().await == 0).then_some(())
        })
        .await;
        let farewells = site.proxy.farewells();
        println!("{name}: ended by SIGTERM with exit status 0, farewells {farewells}");
        assert_eq!(farewells, 1, "{name}");
    }
}

#[tokio::test]
async fn a_request_is_answered_before_the_functions_time_is_up() {
    let database = Database::fresh().await;
    let message = json!({"chat_id": 1, "message": "What is light?"});
    for (name, path, body, mode, then) in [
        ("user", "/api/user/session", None, Mode::Buffered, 200),
        ("user", "/api/user/export", None, Mode::Streaming, 200),
        (
            "insight",
            "/api/insights/history",
            None,
            Mode::Buffered,
            200,
        ),
        (
            "definition",
            "/api/definitions/history",
            None,
            Mode::Buffered,
            200,
        ),
        ("chat", "/api/standalone-chat", None, Mode::Buffered, 200),
        (
            "chat",
            "/api/standalone-chat/message",
            Some(message),
            Mode::Streaming,
            404,
        ),
        (
            "device-link",
            "/api/user/devices",
            None,
            Mode::Buffered,
            200,
        ),
        (
            "bible",
            "/api/passage?book=John&chapter=3&verse_start=16&save=true",
            None,
            Mode::Buffered,
            200,
        ),
    ] {
        let ask = |client: &Client| match &body {
            Some(body) => client.post(path).json(body),
            None => client.get(path),
        };
        let proxy = Proxy::to(&database.url()).await;
        let function = Function::builder(name)
            .env("DATABASE_URL", proxy.url())
            .start()
            .await;
        let client = Client::of(&function);
        client.set_cookie("verse_user_id", &"A".repeat(43));
        proxy.hang();
        let time = Duration::from_millis(1500);
        let late = ask(&client).within(time).await;
        println!(
            "{path}: {} after {:?} of {time:?}",
            late.status, late.duration
        );
        assert_eq!(late.mode, mode, "{path}: what the gateway waits for");
        let late = late.expect_status(503).expect_header("retry-after", "2");
        assert_eq!(late.problem().status, 503);
        let line = function.log().record(|line| line["status"] == 503).await;
        assert!(
            line["cause"]
                .as_str()
                .unwrap_or_default()
                .contains("time was up"),
            "{line}"
        );
        // The same process serves the next.
        proxy.restore().await;
        let next = ask(&client).await;
        assert_eq!(next.status, then, "{path}");
    }
}

#[tokio::test]
async fn a_job_fails_before_the_functions_time_is_up() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let migrate = Function::builder("migrate")
        .env("DATABASE_URL", proxy.url())
        .start()
        .await;
    proxy.hang();
    let time = Duration::from_millis(1500);
    let failure = migrate
        .invoke_within(&json!({}), time)
        .await
        .expect_err("a failure");
    assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
}
