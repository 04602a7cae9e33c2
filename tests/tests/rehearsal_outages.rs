//! Rehearsed: what happens to a database, and what callers notice of it. Lost is what was answered `200` and is not there.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use verse_tests::{Client, Load, Secured, Tally, eventually, figure};

const READY: &str = "/api/health/ready";
const SESSION: &str = "/api/user/session";
const IMPORT: &str = "/api/user/import";
/// How many insights an import has: all of them are kept, or none.
const INSIGHTS: i64 = 3;
/// Imports that meet with a fault: at each statement of one, and behind its last.
const ROUNDS: u64 = 16;
/// A request waits for a connection for three seconds; this machine may be busy.
const WAIT: Duration = Duration::from_millis(2500);

/// Prints and judges: nothing is lost; nothing fails while the outage is shorter than a request waits.
fn report(what: &str, outage: Duration, in_flight: usize, tally: &Tally, lost: usize) {
    figure!("{what} in {outage:?}: in flight {in_flight}; {tally}, lost {lost}");
    assert!(in_flight > 0, "{what}");
    assert_eq!(lost, 0, "{what}");
    let failed = &tally.failed;
    assert!(
        failed.iter().all(|failed| failed.starts_with("503")),
        "{what}: {failed:?}"
    );
    assert!(failed.is_empty() || outage > WAIT, "{what}: {failed:?}");
}

fn upload(mark: &str) -> Value {
    let now = "2026-01-01T00:00:00Z";
    let insight = |n: i64| {
        json!({
            "passage_reference": format!("John 3:{n}"), "passage_text": format!("{mark} {n}"),
            "historical_context": mark, "theological_significance": mark, "practical_application": mark,
            "created_at": now, "chat_messages": [],
        })
    };
    let insights = (1..=INSIGHTS).map(insight).collect::<Vec<_>>();
    let user = json!({"anonymous_id": "00000000-0000-4000-8000-000000000000", "created_at": now});
    json!({"data": {"user": user, "insights": insights, "definitions": [], "standalone_chats": []}})
}

async fn kept(site: &Secured, mark: &str) -> i64 {
    let kept =
        sqlx::query_scalar("SELECT count(*) FROM insights WHERE passage_text LIKE $1 || ' %'");
    kept.bind(mark)
        .fetch_one(site.admin())
        .await
        .expect("the test's query runs")
}

#[tokio::test]
async fn the_server_is_restarted_under_load_and_no_request_fails() {
    let mut site = Secured::start().await;
    let function = site.function("user").processes(3).start().await;
    let load = Load::start(&Client::of(&function), 3);
    load.answers(20).await;
    let (in_flight, began) = (load.under_way().await, Instant::now());
    site.server.restart().await;
    let outage = began.elapsed();
    load.answers(20).await;
    let tally = load.stop().await;
    let lost = tally.lost(site.admin()).await;
    report("restarted", outage, in_flight, &tally, lost);
}

#[tokio::test]
async fn a_stopped_server_is_a_503_and_its_return_is_noticed() {
    let mut site = Secured::start().await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    site.server.stop().await;
    let down = client
        .get(READY)
        .await
        .expect_status(503)
        .expect_header("retry-after", "2");
    figure!("stopped: 503 after {:?}", down.duration);
    assert!(down.duration < Duration::from_secs(4));
    site.server.restart().await;
    client.get(SESSION).await.expect_status(200);
}

#[tokio::test]
async fn another_server_takes_over_under_load_and_no_request_fails() {
    let mut site = Secured::start().await;
    let standby = site.server.standby().await;
    let function = site.function("user").processes(3).start().await;
    let load = Load::start(&Client::of(&function), 3);
    load.answers(20).await;
    let (in_flight, began) = (load.under_way().await, Instant::now());
    site.server.stop().await;
    standby.promote().await;
    // The same name leads elsewhere from now on.
    site.proxy.lead_to(&standby.url());
    let outage = began.elapsed();
    load.answers(20).await;
    let tally = load.stop().await;
    let lost = tally.lost(&standby.pool()).await;
    report("failed over", outage, in_flight, &tally, lost);
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left_for_the_one_to_write_to() {
    let site = Secured::start().await;
    let function = site.function("user").processes(4).start().await;
    let load = Load::start(&Client::of(&function), 3);
    load.answers(20).await;
    let in_flight = load.under_way().await;
    // Sessions stay, and may write no more; the next ones may.
    site.execute("ALTER SYSTEM SET default_transaction_read_only = on; ")
        .await;
    site.execute("SELECT pg_reload_conf()").await;
    eventually("the server is read-only", async || {
        let read_only = sqlx::query_scalar::<_, String>("SHOW default_transaction_read_only");
        (read_only.fetch_one(site.admin()).await.ok()? == "on").then_some(())
    })
    .await;
    let client = Client::of(&function);
    let refused = client.get(SESSION).await;
    site.execute("ALTER SYSTEM RESET default_transaction_read_only")
        .await;
    site.execute("SELECT pg_reload_conf()").await;
    assert_eq!(
        refused.status, 503,
        "a write is refused for as long as nobody takes it"
    );
    eventually("writes are taken again", async || {
        (client.get(SESSION).await.status == 200).then_some(())
    })
    .await;
    let tally = load.stop().await;
    let lost = tally.lost(site.admin()).await;
    figure!("read-only for a moment: in flight {in_flight}; {tally}, lost {lost}");
    assert_eq!(lost, 0);
    assert!(
        tally.failed.iter().all(|failed| failed.starts_with("503")),
        "{:?}",
        tally.failed
    );
}

#[tokio::test]
async fn reads_survive_a_connection_cut_in_mid_statement_or_mid_answer() {
    let site = Secured::start().await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    for _ in 0..10 {
        site.proxy.lose_the_next_answer();
        client.get(READY).await.expect_status(200);
        site.proxy.break_off_statement(0);
        client.get(READY).await.expect_status(200);
        site.proxy.lose_the_next_answer();
        client.get(SESSION).await.expect_status(200);
        site.proxy.cut().await;
        client.get(SESSION).await.expect_status(200);
    }
    figure!("reads, each with its connection cut in the middle: 40, failed 0, lost 0");
}

#[tokio::test]
async fn a_write_is_done_wholly_or_not_at_all_wherever_its_connection_is_cut() {
    let site = Secured::start().await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    let (mut failed, mut lost, mut whole) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mark = format!("round-{round}");
        // At each statement of the transaction, its beginning and its end among them.
        let statement = round / 2;
        if round % 2 == 0 {
            site.proxy.lose_answer(statement);
        } else {
            site.proxy.break_off_statement(statement);
        }
        let answer = client.post(IMPORT).json(&upload(&mark)).await;
        site.proxy.restore().await;
        let kept = kept(&site, &mark).await;
        assert!(
            kept == 0 || kept == INSIGHTS,
            "{kept} of {INSIGHTS} are there"
        );
        whole += usize::from(kept == INSIGHTS);
        if answer.status == 200 {
            lost += usize::from(kept != INSIGHTS);
        } else {
            answer.expect_status(503);
            failed += 1;
        }
        // Told to try again, a caller does, and is served.
        client
            .post(IMPORT)
            .json(&upload(&mark))
            .await
            .expect_status(200);
    }
    figure!(
        "imports, each with its connection cut in the middle: {ROUNDS}, whole {whole}, failed {failed}, lost {lost}"
    );
    assert_eq!(lost, 0);
}

#[tokio::test]
async fn a_process_frozen_for_longer_than_the_server_waits_goes_on() {
    let site = Secured::start().await;
    site.execute("ALTER ROLE verse_app SET idle_session_timeout = '100ms'")
        .await;
    let function = site.function("user").start().await;
    let client = Client::of(&function);
    client.get(SESSION).await.expect_status(200);
    let freeze = async || {
        function.freeze();
        eventually("the server has closed the session", async || {
            (site.sessions().await == 0).then_some(())
        })
        .await;
        function.thaw();
    };
    for round in 0..5 {
        freeze().await;
        client.get(READY).await.expect_status(200);
        freeze().await;
        client.get(SESSION).await.expect_status(200);
        freeze().await;
        let mark = format!("thawed-{round}");
        client
            .post(IMPORT)
            .json(&upload(&mark))
            .await
            .expect_status(200);
        assert_eq!(kept(&site, &mark).await, INSIGHTS);
    }
    figure!("asked after a thaw: 10 reads and 5 writes, failed 0, lost 0");
}
