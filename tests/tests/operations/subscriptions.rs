//! Subscriptions: commands to the function `migrate`, and their effect on the user's session.

use serde_json::{Value, json};
use verse_tests::{Client, Database, Function, paths};

const ABSENT: &str = "00000000-0000-4000-8000-000000000000";

/// The answer of `migrate` to a command.
async fn run(migrate: &Function, command: Value) -> Value {
    let event = json!({"subscription": command});
    migrate.run(&event).await.expect("an answer")
}

/// Contract: user: "session of a pro user has `daily_limit` 0 and remaining -1"
#[tokio::test]
async fn a_granted_and_a_revoked_subscription_take_effect_at_once() {
    let database = Database::fresh().await;
    let client = Client::new(&Function::start("user", &database).await);
    let migrate = Function::start("migrate", &database).await;
    let session = async || client.get(paths::SESSION).await.expect_status(200).json();
    let id = &session().await["anonymous_id"];

    for _ in 0..2 {
        let granted = run(&migrate, json!({"grant": id})).await;
        assert_eq!(granted["subscription"]["anonymous_id"], *id);
        assert_eq!(granted["subscription"]["is_pro"], true);
    }
    let pro = json!({"is_pro": true, "daily_limit": 0, "calls_today": 0, "remaining": -1});
    assert_eq!(session().await["usage"], pro);
    let status = run(&migrate, json!({"status": id})).await;
    assert_eq!(status["subscription"]["is_pro"], true);
    let last_active = &status["subscription"]["last_active"];
    assert!(last_active.is_string(), "{status}");

    let revoked = run(&migrate, json!({"revoke": id})).await;
    assert_eq!(revoked["subscription"]["is_pro"], false);
    assert_eq!(session().await["usage"]["is_pro"], false);
}

#[tokio::test]
async fn an_unknown_user_is_an_error() {
    let database = Database::fresh().await;
    let migrate = Function::start("migrate", &database).await;
    for command in ["grant", "revoke", "status"] {
        let event = json!({"subscription": {command: ABSENT}});
        let failure = migrate.run(&event).await.expect_err("a failure");
        let failure = format!("{failure:?}");
        let expected = "There is no user with this anonymous_id";
        assert!(failure.contains(expected), "{failure}");
    }
}

#[tokio::test]
async fn pro_users_are_listed_in_pages() {
    let database = Database::fresh().await;
    let users = "INSERT INTO users (anonymous_id, is_pro, created_at)
                 SELECT gen_random_uuid(), n % 2 = 0, now() FROM generate_series(1, 120) AS n";
    database.execute(users).await;
    let migrate = Function::start("migrate", &database).await;
    let first = run(&migrate, json!({"list": {}})).await;
    assert_eq!(first["subscriptions"].as_array().unwrap().len(), 50);
    let rest = json!({"list": {"limit": 200, "before": first["next_before"]}});
    let rest = run(&migrate, rest).await;
    let listed = rest["subscriptions"].as_array().unwrap();
    assert_eq!((listed.len(), rest.get("next_before")), (10, None));
    assert!(listed.iter().all(|listed| listed["is_pro"] == true));
}

#[tokio::test]
async fn a_misspelt_command_runs_no_migration() {
    let database = Database::empty().await;
    let migrate = Function::start("migrate", &database).await;
    for (event, expected) in [
        (
            json!({"subscriptions": {"grant": ABSENT}}),
            "There is no such command",
        ),
        (json!({"subscription": {"give": ABSENT}}), "cannot be read"),
        (json!({"subscription": {"grant": "Jane"}}), "cannot be read"),
        (
            json!({"subscription": {"list": {"limit": 1000}}}),
            "cannot be read",
        ),
    ] {
        let failure = migrate.run(&event).await.expect_err("a failure");
        let failure = format!("{failure:?}");
        assert!(failure.contains(expected), "{event}: {failure}");
    }
    let is_unmigrated: bool = database.value("SELECT to_regclass('users') IS NULL").await;
    assert!(is_unmigrated);
}
