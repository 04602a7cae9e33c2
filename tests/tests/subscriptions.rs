//! Subscriptions: events of the function `migrate`, and what the user sees of them.

use serde_json::{Value, json};
use verse_tests::{Client, Database, Function};

const SESSION: &str = "/api/user/session";

async fn function(name: &str, database: &Database) -> Function {
    Function::builder(name)
        .env("DATABASE_URL", database.url())
        .env("VERSE_ENV", "development")
        .start()
        .await
}

async fn usage(client: &Client) -> Value {
    let session = client.get(SESSION).await.expect_status(200).json();
    session.get("usage").cloned().unwrap_or_default()
}

/// What the function says of a command that it refuses.
async fn refusal(migrate: &Function, event: &Value) -> String {
    format!("{:?}", migrate.run(event).await.err())
}

#[tokio::test]
async fn a_granted_subscription_is_seen_at_once_and_a_revoked_one_is_gone() {
    let database = Database::fresh().await;
    let client = Client::of(&function("user", &database).await);
    let migrate = function("migrate", &database).await;
    let session = client.get(SESSION).await.expect_status(200).json();
    let id = &session["anonymous_id"];

    for _ in 0..2 {
        let granted = migrate
            .run(&json!({"subscription": {"grant": id}}))
            .await
            .unwrap();
        assert_eq!(granted["subscription"]["anonymous_id"], *id);
        assert_eq!(granted["subscription"]["is_pro"], true);
    }
    let pro = json!({"is_pro": true, "daily_limit": 0, "calls_today": 0, "remaining": -1});
    assert_eq!(usage(&client).await, pro);
    let status = migrate
        .run(&json!({"subscription": {"status": id}}))
        .await
        .unwrap();
    assert_eq!(status["subscription"]["is_pro"], true);
    assert!(
        status["subscription"]["last_active"].is_string(),
        "{status}"
    );

    let revoked = migrate
        .run(&json!({"subscription": {"revoke": id}}))
        .await
        .unwrap();
    assert_eq!(revoked["subscription"]["is_pro"], false);
    assert_eq!(usage(&client).await["is_pro"], false);
}

#[tokio::test]
async fn an_unknown_user_is_a_clear_error() {
    let database = Database::fresh().await;
    let migrate = function("migrate", &database).await;
    for command in ["grant", "revoke", "status"] {
        let event = json!({"subscription": {command: "00000000-0000-4000-8000-000000000000"}});
        let said = refusal(&migrate, &event).await;
        assert!(
            said.contains("There is no user with this anonymous_id"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn those_who_are_pro_are_listed_by_pages() {
    let database = Database::fresh().await;
    database
        .execute(
            "INSERT INTO users (anonymous_id, is_pro, created_at)
             SELECT gen_random_uuid(), n % 2 = 0, now() FROM generate_series(1, 120) AS n",
        )
        .await;
    let migrate = function("migrate", &database).await;
    let first = migrate
        .run(&json!({"subscription": {"list": {}}}))
        .await
        .unwrap();
    assert_eq!(first["subscriptions"].as_array().unwrap().len(), 50);
    let before = &first["next_before"];
    let rest = json!({"subscription": {"list": {"limit": 200, "before": before}}});
    let rest = migrate.run(&rest).await.unwrap();
    let listed = rest["subscriptions"].as_array().unwrap();
    assert_eq!((listed.len(), rest.get("next_before")), (10, None));
    assert!(listed.iter().all(|listed| listed["is_pro"] == true));
}

#[tokio::test]
async fn a_misspelt_command_does_not_pass_for_a_migration() {
    let database = Database::empty().await;
    let migrate = function("migrate", &database).await;
    let id = "00000000-0000-4000-8000-000000000000";
    for (event, expected) in [
        (
            json!({"subscriptions": {"grant": id}}),
            "There is no such command",
        ),
        (json!({"subscription": {"give": id}}), "cannot be read"),
        (json!({"subscription": {"grant": "Jane"}}), "cannot be read"),
        (
            json!({"subscription": {"list": {"limit": 1000}}}),
            "cannot be read",
        ),
    ] {
        let said = refusal(&migrate, &event).await;
        assert!(said.contains(expected), "{event}: {said}");
    }
    let untouched: bool = database.value("SELECT to_regclass('users') IS NULL").await;
    assert!(untouched, "no migration was applied");
}
