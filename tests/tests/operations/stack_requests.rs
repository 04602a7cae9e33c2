//! The function `migrate` as a custom resource of CloudFormation.

use std::time::Duration;

use serde_json::{Value, json};
use verse_tests::{Database, Failure, Function, HttpSink, Proxy};

const STACK: &str = "arn:aws:cloudformation:eu-central-1:123456789012:stack/verse/1";

fn request(kind: &str, response_url: &str) -> Value {
    json!({
        "RequestType": kind,
        "ResponseURL": response_url,
        "StackId": STACK,
        "RequestId": "7f0a",
        "ResourceType": "Custom::Migrations",
        "LogicalResourceId": "Migrations",
        "ServiceToken": "arn:aws:lambda:eu-central-1:123456789012:function:verse-migrate:live",
        "ResourceProperties": {"Build": "7"},
    })
}

async fn migrate(database_url: &str) -> Function {
    let builder = Function::builder("migrate");
    builder.env("DATABASE_URL", database_url).start().await
}

/// The secret in the sink's URL.
fn signature(sink: &HttpSink) -> String {
    let url = sink.url();
    url.rsplit('=').next().unwrap().to_owned()
}

/// The body of the one response that CloudFormation got.
fn response(sink: &HttpSink) -> Value {
    let requests = sink.requests();
    assert_eq!(requests.len(), 1);
    requests[0].body.clone()
}

#[tokio::test]
async fn a_deployment_gets_success_when_the_migrations_are_applied() {
    let database = Database::empty().await;
    let migrate = Function::start("migrate", &database).await;
    let sink = HttpSink::start(&[200]).await;
    let answer = migrate.run(&request("Create", &sink.url())).await;
    assert_eq!(answer.expect("an answer"), json!({"status": "SUCCESS"}));
    let sent = &sink.requests()[0];
    assert_eq!(sent.method.as_str(), "PUT");
    assert!(sink.url().ends_with(&sent.path_and_query) && sent.path_and_query.contains('?'));
    // The URL is signed for a request without a content type.
    assert!(sent.headers.get("content-type").is_none());
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    assert_eq!(
        response(&sink),
        json!({
            "Status": "SUCCESS", "Reason": null, "PhysicalResourceId": "verse-migrations",
            "StackId": STACK, "RequestId": "7f0a", "LogicalResourceId": "Migrations",
            "Data": {"Applied": files.count()},
        })
    );
    database.count("users").await;

    let sink = HttpSink::start(&[200]).await;
    let mut again = request("Update", &sink.url());
    again["PhysicalResourceId"] = "of-before".into();
    migrate.run(&again).await.expect("an answer");
    assert_eq!(response(&sink)["PhysicalResourceId"], "of-before");
    assert_eq!(response(&sink)["Data"]["Applied"], 0);
}

#[tokio::test]
async fn a_deleted_stack_leaves_the_schema() {
    let database = Database::fresh().await;
    // The second database has been deleted before the stack.
    for url in [
        database.url(),
        "postgres://u:hidden@127.0.0.1:1/d".to_owned(),
    ] {
        let sink = HttpSink::start(&[200]).await;
        let answer = migrate(&url)
            .await
            .run(&request("Delete", &sink.url()))
            .await;
        answer.expect("an answer");
        assert_eq!(response(&sink)["Status"], "SUCCESS");
    }
    database.count("users").await;
}

#[tokio::test]
async fn a_failing_migration_fails_the_deployment_without_revealing_a_secret() {
    let database = Database::empty().await;
    let conflict = "CREATE TABLE devices (odd INTEGER)";
    database.run_script(conflict).await;
    for (url, reason) in [
        (&*database.url(), "devices"),
        (
            "postgres://verse:hidden@127.0.0.1:1/d",
            "cannot do this at the moment",
        ),
        (
            "mysql://verse:hidden@127.0.0.1/d",
            "DATABASE_URL cannot be used",
        ),
    ] {
        let migrate = migrate(url).await;
        let sink = HttpSink::start(&[200]).await;
        let answer = migrate.run(&request("Update", &sink.url())).await;
        assert_eq!(answer.expect("an answer")["status"], "FAILED");
        let response = response(&sink);
        println!("FAILED: {}", response["Reason"]);
        assert_eq!(response["Status"], "FAILED");
        let response = response.to_string();
        assert!(
            response.contains(reason) && !response.contains("hidden"),
            "{response}"
        );
        migrate.terminate().await;
        for secret in ["hidden", &signature(&sink)] {
            migrate.log().expect_without(secret);
        }
    }
}

#[tokio::test]
async fn a_response_url_that_fails_twice_is_tried_a_third_time() {
    let database = Database::fresh().await;
    let migrate = Function::start("migrate", &database).await;
    let sink = HttpSink::start(&[500, 503, 200]).await;
    let answer = migrate.run(&request("Update", &sink.url())).await;
    answer.expect("an answer");
    assert_eq!(sink.requests().len(), 3);
}

#[tokio::test]
async fn an_undeliverable_response_fails_the_invocation() {
    let database = Database::fresh().await;
    let migrate = Function::start("migrate", &database).await;
    let refusing = HttpSink::start(&[403]).await;
    let signature = signature(&refusing);
    let unreachable = format!("http://127.0.0.1:1/?signature={signature}");
    for (url, reason) in [
        (&*refusing.url(), "refused with 403"),
        (&unreachable, "cannot be reached"),
        ("nowhere at all", "the ResponseURL is not a URL"),
    ] {
        let answer = migrate.run(&request("Update", url)).await;
        let failure = answer.expect_err("a failure");
        assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
        let failure = failure.to_string();
        assert!(
            failure.contains(reason) && !failure.contains(&signature),
            "{failure}"
        );
    }
    // A refused response is not sent again.
    assert_eq!(refusing.requests().len(), 1);
    let mut incomplete = request("Update", &refusing.url());
    incomplete.as_object_mut().unwrap().remove("StackId");
    let failure = migrate.run(&incomplete).await.expect_err("a failure");
    assert!(failure.to_string().contains("StackId"), "{failure}");
    migrate.terminate().await;
    migrate.log().expect_without(&signature);
}

#[tokio::test]
async fn a_hanging_database_is_reported_before_the_deadline() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let migrate = Function::start("migrate", &proxy).await;
    let sink = HttpSink::start(&[200]).await;
    proxy.hang();
    let request = request("Create", &sink.url());
    let answer = migrate
        .invoke_within(&request, Duration::from_secs(3))
        .await;
    let answer = answer.expect("an answer").collect().await;
    answer.expect("the whole answer");
    assert_eq!(response(&sink)["Status"], "FAILED");
}
