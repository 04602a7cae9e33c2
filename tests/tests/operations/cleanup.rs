//! The function `cleanup`: one event runs every job of the retention table.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use verse_tests::{Database, DatabaseUrl, Event, Function, Proxy};

const OPERATIONS: &str = include_str!("../../../docs/operations.md");

/// One row that is due for every job, and rows that the job must leave.
const DUE: &str = "
    INSERT INTO users (anonymous_id, created_at)
    SELECT gen_random_uuid(), now() - interval '500 days' FROM generate_series(1, 3);
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at)
    VALUES (1, sha256('1'), 'mobile', now(), now(), now()),
           (2, sha256('2'), 'mobile', now(), now() - interval '399 days', now());
    INSERT INTO users (anonymous_id, created_at) VALUES (gen_random_uuid(), now() - interval '25 hours');
    INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active, cookie_sent_at, returned)
    SELECT id, sha256('4'), 'mobile', created_at, created_at, created_at, FALSE FROM users WHERE id = 4;
    INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
    VALUES (1, sha256('1'), 'pending', 1, now(), now() - interval '1 second'),
           (1, sha256('2'), 'used', 1, now(), now() - interval '25 hours'),
           (1, sha256('3'), 'pending', 2, now(), now() + interval '5 minutes');
    INSERT INTO rate_buckets (bucket, user_id, window_start, taken)
    VALUES ('chat', 1, now() - interval '25 hours', 1), ('generate', 1, now(), 1);
    INSERT INTO daily_usage VALUES (1, current_date - 402, 1), (1, current_date, 1);
    INSERT INTO generations VALUES ('insight', sha256('1'), gen_random_uuid(), now() - interval '61 minutes'),
                                   ('insight', sha256('2'), gen_random_uuid(), now() - interval '59 minutes');
    INSERT INTO saved_passages (translation, reference, text, created_at)
    VALUES ('WEB', 'John 3:16', 'For God', now() - interval '401 days'), ('KJV', 'John 3:16', 'For God', now());
    INSERT INTO conversations (user_id, title, created_at, updated_at) VALUES (1, 'Light', now(), now());
    INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
    VALUES (1, 1, 'assistant', 'pending', 'a', now() - interval '16 minutes'),
           (1, 1, 'assistant', 'pending', 'a', now() - interval '14 minutes')";

async fn cleanup(database: &impl DatabaseUrl, deadline: Duration) -> Function {
    let builder = Function::with_database("cleanup", database);
    builder.deadline(deadline).processes(2).start().await
}

async fn run(cleanup: &Function) -> Value {
    cleanup.run(&Event::scheduled()).await.expect("a report")
}

const LONG: Duration = Duration::from_mins(1);

/// One member of each job in the report.
fn each(report: &Value, member: &str) -> Vec<Value> {
    let jobs = report["jobs"].as_array().unwrap();
    jobs.iter().map(|job| job[member].clone()).collect()
}

fn total(report: &Value) -> u64 {
    let changed = each(report, "changed");
    changed.iter().filter_map(Value::as_u64).sum()
}

#[tokio::test]
async fn one_event_runs_reports_and_measures_every_job() {
    let database = Database::fresh().await;
    database.run_script(DUE).await;
    let cleanup = cleanup(&database, LONG).await;

    let report = run(&cleanup).await;
    let line =
        |job| json!({"job": job, "changed": 1, "batches": 1, "finished": true, "error": null});
    let expected = [
        "expire_link_codes",
        "delete_link_codes",
        "delete_rate_buckets",
        "delete_usage",
        "delete_generations",
        "interrupt_messages",
        "delete_empty_users",
        "delete_unreturned_users",
        "delete_passages",
    ];
    assert_eq!(report, json!({"jobs": expected.map(line)}));
    for job in expected {
        let metric = cleanup
            .log()
            .wait_for_record(|line| line["Job"] == job)
            .await;
        let described = &metric["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(described["Namespace"], "Verse");
        assert_eq!(described["Dimensions"], json!([["Job"]]));
        let values = (&metric["Changed"], &metric["Failed"], &metric["Unfinished"]);
        assert_eq!(values, (&json!(1), &json!(0), &json!(0)), "{metric}");
    }

    let again = run(&cleanup).await;
    assert_eq!(total(&again), 0, "{again}");
    assert_eq!(database.count("users").await, 2);
}

#[tokio::test]
async fn a_job_that_fails_does_not_stop_the_others() {
    let database = Database::fresh().await;
    database.run_script(DUE).await;
    database.execute("DROP TABLE rate_buckets").await;
    let cleanup = cleanup(&database, LONG).await;

    let report = run(&cleanup).await;
    assert_eq!(
        each(&report, "changed"),
        [1, 1, 0, 1, 1, 1, 1, 1, 1],
        "{report}"
    );
    let failed = &report["jobs"][2];
    assert_eq!(failed["finished"], false);
    let error = failed["error"].as_str().expect("an error");
    assert!(
        error.contains("rate_buckets") && !error.contains("SELECT"),
        "{error}"
    );

    let logged = cleanup
        .log()
        .wait_for_record(|line| line["message"] == "job failed")
        .await;
    assert_eq!(logged["job"], "delete_rate_buckets");
    let metric = cleanup
        .log()
        .wait_for_record(|line| line["Failed"] == 1)
        .await;
    assert_eq!(metric["Job"], "delete_rate_buckets");
}

#[tokio::test]
async fn two_runs_at_once_share_the_work() {
    let database = Database::fresh().await;
    let rows = "
        INSERT INTO users (anonymous_id, created_at)
        SELECT gen_random_uuid(), now() - interval '500 days' FROM generate_series(1, 3500);
        INSERT INTO daily_usage SELECT id, current_date - 500, 1 FROM users;
        INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
        SELECT id, sha256(id::text::bytea), 'pending', 1, now(), now() FROM users;
        INSERT INTO rate_buckets (bucket, user_id, window_start, taken)
        SELECT 'chat', id, now() - interval '2 days', 1 FROM users";
    database.run_script(rows).await;
    let cleanup = cleanup(&database, LONG).await;

    let reports = join_all([run(&cleanup), run(&cleanup)]).await;
    for report in &reports {
        assert_eq!(each(report, "error"), vec![Value::Null; 9], "{report}");
        assert_eq!(each(report, "finished"), vec![json!(true); 9], "{report}");
    }
    for table in ["users", "daily_usage", "link_codes", "rate_buckets"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    let users = |report: &Value| report["jobs"][6]["changed"].as_u64().unwrap();
    let deleted: u64 = reports.iter().map(users).sum();
    // No user is counted twice.
    assert_eq!(deleted, 3500);
}

#[tokio::test]
async fn no_job_is_started_with_less_than_ten_seconds_left() {
    let database = Database::fresh().await;
    database.run_script(DUE).await;
    let cleanup = cleanup(&database, Duration::from_secs(10)).await;
    let report = run(&cleanup).await;
    assert_eq!(total(&report), 0);
    assert_eq!(each(&report, "batches"), [0; 9]);
    assert_eq!(each(&report, "finished"), [false; 9]);
    let metric = cleanup
        .log()
        .wait_for_record(|line| line["Unfinished"] == 1)
        .await;
    assert_eq!(metric["Failed"], 0);
}

#[tokio::test]
async fn a_hanging_database_does_not_delay_the_cleanup_past_its_deadline() {
    let database = Database::fresh().await;
    database.run_script(DUE).await;
    let proxy = Proxy::to(&database.url()).await;
    let cleanup = cleanup(&proxy, Duration::from_secs(13)).await;
    proxy.hang();
    let began = Instant::now();
    let report = run(&cleanup).await;
    let elapsed = began.elapsed();
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    assert!(report["jobs"][0]["error"].is_string(), "{report}");
    assert_eq!(report["jobs"][5]["error"], Value::Null, "{report}");

    proxy.restore().await;
    let answer = cleanup.invoke_within(&Event::scheduled(), LONG).await;
    answer
        .expect("an answer")
        .collect()
        .await
        .expect("a report");
    // The next run did the rest.
    assert_eq!(database.count("users").await, 2);
}

#[tokio::test]
async fn without_a_database_url_the_invocation_fails_and_says_why() {
    let cleanup = Function::start_without_database("cleanup").await;
    let failure = cleanup
        .run(&Event::scheduled())
        .await
        .expect_err("a failure");
    let failure = format!("{failure:?}");
    assert!(failure.contains("DATABASE_URL is not set"), "{failure}");
}

#[tokio::test]
async fn the_operations_page_lists_the_jobs() {
    let database = Database::fresh().await;
    let cleanup = cleanup(&database, LONG).await;
    let report = run(&cleanup).await;
    for job in each(&report, "job") {
        let row = format!("| `{}` |", job.as_str().unwrap());
        assert!(OPERATIONS.contains(&row), "docs/operations.md lacks {row}");
    }
}
