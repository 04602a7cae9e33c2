//! The function `migrate` as a custom resource of CloudFormation.

use std::time::Duration;

use serde_json::{Value, json};
use verse_tests::{Database, Failure, Function, Inbox, Proxy};

fn request(kind: &str, inbox: &str) -> Value {
    json!({
        "RequestType": kind,
        "ResponseURL": inbox,
        "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/verse/1",
        "RequestId": "7f0a",
        "ResourceType": "Custom::Migrations",
        "LogicalResourceId": "Migrations",
        "ServiceToken": "arn:aws:lambda:eu-central-1:123456789012:function:verse-migrate:live",
        "ResourceProperties": {"Build": "7"},
    })
}

async fn migrate(database_url: &str) -> Function {
    Function::builder("migrate")
        .env("DATABASE_URL", database_url)
        .start()
        .await
}

/// The one message in the box.
fn message(inbox: &Inbox) -> Value {
    let mut messages = inbox.messages();
    assert_eq!(messages.len(), 1);
    messages
        .pop()
        .map(|message| message.body)
        .unwrap_or_default()
}

#[tokio::test]
async fn a_deployment_is_told_that_the_migrations_are_applied() {
    let database = Database::empty().await;
    let migrate = migrate(&database.url()).await;
    let inbox = Inbox::answering(&[200]).await;
    let answer = migrate
        .run(&request("Create", &inbox.url()))
        .await
        .expect("a report");
    assert_eq!(answer, json!({"status": "SUCCESS"}));
    let told = &inbox.messages()[0];
    assert_eq!(
        (told.method.as_str(), told.path_and_query.as_str()),
        ("PUT", "/inbox?signature=of-the-inbox")
    );
    assert!(
        told.headers.get("content-type").is_none(),
        "the address is signed for none"
    );
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations")).unwrap();
    assert_eq!(
        message(&inbox),
        json!({
            "Status": "SUCCESS", "Reason": null, "PhysicalResourceId": "verse-migrations",
            "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/verse/1", "RequestId": "7f0a",
            "LogicalResourceId": "Migrations", "Data": {"Applied": files.count()},
        })
    );
    database.value::<i64>("SELECT count(*) FROM users").await;

    let inbox = Inbox::answering(&[200]).await;
    let mut again = request("Update", &inbox.url());
    again["PhysicalResourceId"] = "of-before".into();
    migrate.run(&again).await.expect("a report");
    assert_eq!(message(&inbox)["PhysicalResourceId"], "of-before");
    assert_eq!(message(&inbox)["Data"]["Applied"], 0);
}

#[tokio::test]
async fn a_stack_that_goes_away_leaves_the_schema() {
    let database = Database::fresh().await;
    let migrate = migrate(&database.url()).await;
    let inbox = Inbox::answering(&[200]).await;
    migrate
        .run(&request("Delete", &inbox.url()))
        .await
        .expect("a report");
    assert_eq!(message(&inbox)["Status"], "SUCCESS");
    database.value::<i64>("SELECT count(*) FROM users").await;

    // Also when the database has gone before it.
    let migrate = self::migrate("postgres://u:hidden@127.0.0.1:1/d").await;
    let inbox = Inbox::answering(&[200]).await;
    migrate
        .run(&request("Delete", &inbox.url()))
        .await
        .expect("a report");
    assert_eq!(message(&inbox)["Status"], "SUCCESS");
}

#[tokio::test]
async fn a_migration_that_fails_fails_the_deployment_and_gives_no_secret_away() {
    let database = Database::empty().await;
    database
        .run_script("CREATE TABLE devices (odd INTEGER)")
        .await;
    for (url, reason) in [
        (database.url(), "devices"),
        (
            "postgres://verse:hidden@127.0.0.1:1/d".to_owned(),
            "cannot do this at the moment",
        ),
        (
            "mysql://verse:hidden@127.0.0.1/d".to_owned(),
            "DATABASE_URL cannot be used",
        ),
    ] {
        let migrate = migrate(&url).await;
        let inbox = Inbox::answering(&[200]).await;
        let answer = migrate
            .run(&request("Update", &inbox.url()))
            .await
            .expect("a report");
        assert_eq!(answer["status"], "FAILED");
        let told = message(&inbox);
        println!("FAILED: {}", told["Reason"]);
        assert_eq!(told["Status"], "FAILED");
        let told = told.to_string();
        assert!(told.contains(reason) && !told.contains("hidden"), "{told}");
        migrate.terminate().await;
        for secret in ["hidden", "of-the-inbox"] {
            migrate.log().expect_without(secret);
        }
    }
}

#[tokio::test]
async fn an_inbox_that_fails_twice_is_told_at_the_third_try() {
    let database = Database::fresh().await;
    let migrate = migrate(&database.url()).await;
    let inbox = Inbox::answering(&[500, 503, 200]).await;
    migrate
        .run(&request("Update", &inbox.url()))
        .await
        .expect("a report");
    assert_eq!(inbox.messages().len(), 3);
}

#[tokio::test]
async fn whoever_cannot_tell_fails() {
    let database = Database::fresh().await;
    let migrate = migrate(&database.url()).await;
    let refusing = Inbox::answering(&[403]).await;
    for (url, reason) in [
        (refusing.url(), "refused with 403"),
        (
            "http://127.0.0.1:1/inbox?signature=of-the-inbox".to_owned(),
            "cannot be reached",
        ),
        ("nowhere at all".to_owned(), "is none"),
    ] {
        let failure = migrate
            .run(&request("Update", &url))
            .await
            .expect_err("a failure");
        assert!(matches!(failure, Failure::Reported { .. }), "{failure}");
        let failure = failure.to_string();
        assert!(
            failure.contains(reason) && !failure.contains("of-the-inbox"),
            "{failure}"
        );
    }
    assert_eq!(refusing.messages().len(), 1, "a refusal is not tried again");
    let mut incomplete = request("Update", &refusing.url());
    incomplete.as_object_mut().unwrap().remove("StackId");
    let failure = migrate.run(&incomplete).await.expect_err("a failure");
    assert!(failure.to_string().contains("StackId"), "{failure}");
    migrate.terminate().await;
    migrate.log().expect_without("of-the-inbox");
}

#[tokio::test]
async fn a_database_that_hangs_is_told_before_time_is_up() {
    let database = Database::fresh().await;
    let proxy = Proxy::to(&database.url()).await;
    let migrate = migrate(proxy.url()).await;
    let inbox = Inbox::answering(&[200]).await;
    proxy.hang();
    let time = Duration::from_secs(3);
    let answer = migrate
        .invoke_within(&request("Create", &inbox.url()), time)
        .await;
    answer
        .expect("an answer")
        .collect()
        .await
        .expect("all of it");
    assert_eq!(message(&inbox)["Status"], "FAILED");
}
