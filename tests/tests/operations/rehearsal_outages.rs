//! Rehearsal of database outages: what clients see of them. A write is lost when its response was `200` and its row is
//! missing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;
use verse_tests::{
    BackgroundLoad, Client, Function, LoadReport, RdsDatabase, eventually, figure, paths,
};

/// The insights of an import: all are stored, or none.
const INSIGHTS: i64 = 3;
/// Imports whose connection is cut: at each statement of the transaction, and after its last.
const ROUNDS: u64 = 16;
/// A request waits for a connection for three seconds; a busy machine takes part of them.
const WAIT: Duration = Duration::from_millis(2500);

/// A load of three clients on the function `user`.
async fn start_load(site: &RdsDatabase) -> BackgroundLoad {
    let function = site.function("user").processes(3).start().await;
    let load = BackgroundLoad::start(&Client::new(&function), 3);
    load.wait_for_responses(20).await;
    load
}

/// Checks a load that continued through an outage: nothing is lost, and no request fails if the outage is shorter than a
/// request waits.
async fn check_load(what: &str, load: BackgroundLoad, outage: Duration, database: &PgPool) {
    load.wait_for_responses(20).await;
    let report = load.stop().await;
    let lost = report.missing_users(database).await;
    figure!("{what} in {outage:?}: {report}, lost {lost}");
    assert_eq!(lost, 0, "{what}");
    expect_only_503(&report);
    let failed = &report.failed;
    assert!(failed.is_empty() || outage > WAIT, "{what}: {failed:?}");
}

fn expect_only_503(report: &LoadReport) {
    let mut failed = report.failed.iter();
    assert!(failed.all(|failed| failed.starts_with("503")), "{report:?}");
}

/// Imports insights whose texts start with `mark`.
async fn import(client: &Client, mark: &str) -> u16 {
    let now = "2026-01-01T00:00:00Z";
    let insight = |n: i64| {
        json!({
            "passage_reference": format!("John 3:{n}"), "passage_text": format!("{mark} {n}"),
            "historical_context": mark, "theological_significance": mark, "practical_application": mark,
            "created_at": now, "chat_messages": [],
        })
    };
    let insights: Vec<Value> = (1..=INSIGHTS).map(insight).collect();
    let user = json!({"anonymous_id": "00000000-0000-4000-8000-000000000000", "created_at": now});
    let data =
        json!({"user": user, "insights": insights, "definitions": [], "standalone_chats": []});
    let body = json!({"data": data});
    let response = client.post(paths::IMPORT).json(&body).await;
    response.status.as_u16()
}

/// How many of the insights with this mark are stored.
async fn stored(site: &RdsDatabase, mark: &str) -> i64 {
    let sql = "SELECT count(*) FROM insights WHERE passage_text LIKE $1 || ' %'";
    let count = sqlx::query_scalar(sql).bind(mark);
    count.fetch_one(site.admin()).await.expect("a count")
}

/// The function `user`, and a client that is a user of it.
async fn user(site: &RdsDatabase) -> (Function, Client) {
    let function = site.function("user").start().await;
    let client = Client::new(&function);
    client.get(paths::SESSION).await.expect_status(200);
    (function, client)
}

#[tokio::test]
async fn the_server_is_restarted_under_load_and_no_request_fails() {
    let mut site = RdsDatabase::start().await;
    let load = start_load(&site).await;
    load.wait_for_request().await;
    let started = Instant::now();
    site.server.restart().await;
    check_load("restarted", load, started.elapsed(), site.admin()).await;
}

#[tokio::test]
async fn a_stopped_server_is_a_503_until_it_returns() {
    let mut site = RdsDatabase::start().await;
    let (_function, client) = user(&site).await;
    site.server.stop().await;
    let down = client
        .get(paths::READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    figure!("stopped: 503 after {:?}", down.duration);
    assert!(down.duration < Duration::from_secs(4));
    site.server.restart().await;
    client.get(paths::SESSION).await.expect_status(200);
}

#[tokio::test]
async fn another_server_takes_over_under_load_and_no_request_fails() {
    let mut site = RdsDatabase::start().await;
    let standby = site.server.standby().await;
    let load = start_load(&site).await;
    load.wait_for_request().await;
    let started = Instant::now();
    site.server.stop().await;
    standby.promote().await;
    // The same host name now leads to the other server.
    site.proxy.set_upstream(&standby.url());
    check_load("failed over", load, started.elapsed(), &standby.pool()).await;
}

#[tokio::test]
async fn a_server_that_became_read_only_is_left_until_writes_succeed() {
    let site = RdsDatabase::start().await;
    let function = site.function("user").processes(4).start().await;
    let client = Client::new(&function);
    let load = BackgroundLoad::start(&client, 3);
    load.wait_for_responses(20).await;
    let in_flight = load.wait_for_request().await;
    // The sessions stay open, and become read-only until the setting is reset.
    site.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        .await;
    site.execute("SELECT pg_reload_conf()").await;
    eventually("the server is read-only", async || {
        let read_only = sqlx::query_scalar::<_, String>("SHOW default_transaction_read_only");
        (read_only.fetch_one(site.admin()).await.ok()? == "on").then_some(())
    })
    .await;
    let refused = client.get(paths::SESSION).await;
    site.execute("ALTER SYSTEM RESET default_transaction_read_only")
        .await;
    site.execute("SELECT pg_reload_conf()").await;
    refused.expect_status(503);
    eventually("writes succeed again", async || {
        (client.get(paths::SESSION).await.status == 200).then_some(())
    })
    .await;
    let report = load.stop().await;
    let lost = report.missing_users(site.admin()).await;
    figure!("read-only for a moment: in flight {in_flight}; {report}, lost {lost}");
    assert_eq!(lost, 0);
    expect_only_503(&report);
}

#[tokio::test]
async fn reads_survive_a_connection_cut_in_a_statement_or_a_result() {
    let site = RdsDatabase::start().await;
    let (_function, client) = user(&site).await;
    for _ in 0..10 {
        site.proxy.drop_next_response();
        client.get(paths::READY).await.expect_status(200);
        site.proxy.truncate_statement(0);
        client.get(paths::READY).await.expect_status(200);
        site.proxy.drop_next_response();
        client.get(paths::SESSION).await.expect_status(200);
        site.proxy.close_connections().await;
        client.get(paths::SESSION).await.expect_status(200);
    }
    figure!("reads, each with its connection cut: 40, failed 0, lost 0");
}

#[tokio::test]
async fn a_write_is_complete_or_absent_wherever_its_connection_is_cut() {
    let site = RdsDatabase::start().await;
    let (_function, client) = user(&site).await;
    let (mut failed, mut lost, mut complete) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mark = format!("round-{round}");
        // Each statement of the transaction in turn, `BEGIN` and `COMMIT` included.
        let statement = round / 2;
        if round % 2 == 0 {
            site.proxy.drop_response(statement);
        } else {
            site.proxy.truncate_statement(statement);
        }
        let status = import(&client, &mark).await;
        site.proxy.restore().await;
        let stored = stored(&site, &mark).await;
        assert!(stored == 0 || stored == INSIGHTS, "{stored} of {INSIGHTS}");
        complete += usize::from(stored == INSIGHTS);
        if status == 200 {
            lost += usize::from(stored != INSIGHTS);
        } else {
            assert_eq!(status, 503);
            failed += 1;
        }
        // The client repeats the import, and it succeeds.
        assert_eq!(import(&client, &mark).await, 200);
    }
    figure!(
        "imports, each with its connection cut: {ROUNDS}, complete {complete}, failed {failed}, lost {lost}"
    );
    assert_eq!(lost, 0);
}

#[tokio::test]
async fn a_process_frozen_past_the_idle_timeout_continues() {
    let site = RdsDatabase::start().await;
    site.execute("ALTER ROLE verse_app SET idle_session_timeout = '100ms'")
        .await;
    let (function, client) = user(&site).await;
    let freeze = async || {
        function.freeze();
        eventually("the server has closed the session", async || {
            (site.sessions().await == 0).then_some(())
        })
        .await;
        function.thaw();
    };
    for round in 0..5 {
        for path in [paths::READY, paths::SESSION] {
            freeze().await;
            client.get(path).await.expect_status(200);
        }
        freeze().await;
        let mark = format!("thawed-{round}");
        assert_eq!(import(&client, &mark).await, 200);
        assert_eq!(stored(&site, &mark).await, INSIGHTS);
    }
    figure!("requests after a thaw: 10 reads and 5 writes, failed 0, lost 0");
}
