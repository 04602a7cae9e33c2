//! Tests of generating a thing once, with insights and definitions.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::*;
use crate::{
    DefinitionContent, DefinitionSubject, Insight, InsightContent, InsightSubject, NewDefinition,
    NewInsight, Reservation, begin_definition, begin_insight,
    fixture::{at, count, database, reader, stranger},
    reserve_quota, save_definition, save_insight,
};
use verse_platform::Random;

const NOW: &str = "2026-01-02T00:00:00Z";
/// When the leases of these tests are over.
const OVER: &str = "2026-01-02T00:00:30Z";
const LIMIT: i32 = 10;

fn claim() -> Claim {
    Claim {
        id: Random::system().uuid(),
        lease_until: at(OVER),
        daily_limit: LIMIT,
    }
}

fn on(passage_text: &str) -> InsightSubject<'_> {
    InsightSubject {
        passage_reference: "John 3:16",
        passage_text,
    }
}

async fn begin(
    database: &Database,
    token: TokenHash,
    text: &str,
    claim: Claim,
    now: &str,
) -> ClaimOutcome<Insight> {
    begin_insight(database, token, on(text), claim, at(now))
        .await
        .unwrap()
}

async fn save(database: &Database, token: TokenHash, text: &str) -> Insight {
    let content = InsightContent {
        historical_context: "h".to_owned(),
        theological_significance: "t".to_owned(),
        practical_application: "p".to_owned(),
    };
    let new = NewInsight {
        subject: on(text),
        content: &content,
        source: Some("a test"),
    };
    save_insight(database, token, new, at(NOW)).await.unwrap()
}

async fn calls(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(calls), 0)::BIGINT FROM daily_usage")
        .fetch_one(database.once())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_fifty_who_ask_at_once_one_generates(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(reader(&database).await.1);
    }
    let asking = (0..50).map(|n| {
        let (database, token) = (database.clone(), tokens[n % 10]);
        tokio::spawn(async move { begin(&database, token, "text", claim(), NOW).await })
    });
    let mut claimed = 0;
    for begun in asking.collect::<Vec<_>>() {
        match begun.await.unwrap() {
            ClaimOutcome::Claimed => claimed += 1,
            begun => assert_eq!(begun, ClaimOutcome::Busy),
        }
    }
    assert_eq!((claimed, calls(&database).await), (1, 1));
    let saved = save(&database, tokens[0], "text").await;
    for token in tokens {
        match begin(&database, token, "text", claim(), NOW).await {
            ClaimOutcome::Found(found) => assert_eq!(found.id, saved.id),
            begun => panic!("{begun:?}"),
        }
    }
    assert_eq!(calls(&database).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_insight_and_a_definition_do_not_wait_for_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let subject = DefinitionSubject {
        word: "loved",
        passage_reference: "John 3:16",
        verse_text: "text",
    };
    let define = || begin_definition(&database, token, subject, claim(), at(NOW));
    assert_eq!(
        begin(&database, token, "text", claim(), NOW).await,
        ClaimOutcome::Claimed
    );
    assert_eq!(define().await.unwrap(), ClaimOutcome::Claimed);
    assert_eq!(define().await.unwrap(), ClaimOutcome::Busy);
    assert_eq!(calls(&database).await, 2);
    let content = DefinitionContent {
        definition: "d".to_owned(),
        biblical_usage: "b".to_owned(),
        original_language: "o".to_owned(),
    };
    let new = NewDefinition {
        subject,
        content: &content,
        source: None,
    };
    let saved = save_definition(&database, token, new, at(NOW))
        .await
        .unwrap();
    assert_eq!(define().await.unwrap(), ClaimOutcome::Found(saved));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_failed_is_free_for_the_next_and_costs_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let (failing, today) = (claim(), at(NOW).date_naive());
    assert_eq!(
        begin(&database, first, "text", failing, NOW).await,
        ClaimOutcome::Claimed
    );
    assert_eq!(
        begin(&database, second, "text", claim(), NOW).await,
        ClaimOutcome::Busy
    );
    // Twice, as after an answer that was lost; and by whoever has no place, as after a claim that was.
    for claim_id in [failing.id, failing.id, claim().id] {
        abandon_generation(&database, first, claim_id, today)
            .await
            .unwrap();
    }
    assert_eq!(calls(&database).await, 0);
    assert_eq!(
        begin(&database, second, "text", claim(), NOW).await,
        ClaimOutcome::Claimed
    );
    assert_eq!(calls(&database).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_nobody_finished_is_taken_over_when_its_lease_is_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let killed = claim();
    let later = Claim {
        lease_until: at("2026-01-02T00:01:00Z"),
        ..claim()
    };
    assert_eq!(
        begin(&database, token, "text", killed, NOW).await,
        ClaimOutcome::Claimed
    );
    assert_eq!(
        begin(&database, token, "text", later, "2026-01-02T00:00:29Z").await,
        ClaimOutcome::Busy
    );
    assert_eq!(
        begin(&database, token, "text", later, OVER).await,
        ClaimOutcome::Claimed
    );
    // The one that was thought dead gives nothing back that is not its own.
    abandon_generation(&database, token, killed.id, at(NOW).date_naive())
        .await
        .unwrap();
    assert_eq!(calls(&database).await, 2);
    assert_eq!(
        begin(&database, token, "text", claim(), OVER).await,
        ClaimOutcome::Busy
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_has_no_allowance_left_keeps_nobody_from_generating(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let ((_, spent), (_, other)) = (reader(&database).await, reader(&database).await);
    for _ in 0..LIMIT {
        let reserved = reserve_quota(&database, spent, LIMIT, at(NOW).date_naive()).await;
        assert!(matches!(reserved, Ok(Reservation::Granted(_))));
    }
    let refused = ClaimOutcome::QuotaExhausted(Usage {
        is_pro: false,
        calls_today: LIMIT,
    });
    assert_eq!(begin(&database, spent, "text", claim(), NOW).await, refused);
    assert_eq!(count(&database, "generations").await, 0);
    assert_eq!(
        begin(&database, other, "text", claim(), NOW).await,
        ClaimOutcome::Claimed
    );
    assert_eq!(begin(&database, spent, "text", claim(), NOW).await, refused);
    // What is stored costs nothing.
    let saved = save(&database, other, "text").await;
    assert!(matches!(
        begin(&database, spent, "text", claim(), NOW).await,
        ClaimOutcome::Found(found) if found.id == saved.id
    ));
    sqlx::query("UPDATE users SET is_pro = TRUE")
        .execute(database.once())
        .await
        .unwrap();
    assert_eq!(
        begin(&database, spent, "another", claim(), NOW).await,
        ClaimOutcome::Claimed
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hundred_new_things_at_once_are_ten_generations(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let database = database(options);
    let (_, token) = reader(&database).await;
    let asking = (0..100).map(|n| {
        let database = database.clone();
        tokio::spawn(async move { begin(&database, token, &n.to_string(), claim(), NOW).await })
    });
    let mut claimed = 0;
    for begun in asking.collect::<Vec<_>>() {
        match begun.await.unwrap() {
            ClaimOutcome::Claimed => claimed += 1,
            begun => assert!(
                matches!(begun, ClaimOutcome::QuotaExhausted(usage) if usage.calls_today == LIMIT)
            ),
        }
    }
    assert_eq!((claimed, calls(&database).await), (10, 10));
    // Who found the allowance used up after claiming has left nothing claimed.
    assert_eq!(count(&database, "generations").await, 10);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stranger_claims_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let database = database(options);
    let begun = begin_insight(&database, stranger(), on("text"), claim(), at(NOW)).await;
    assert!(matches!(begun, Err(Error::UnknownCaller)));
    assert_eq!(count(&database, "generations").await, 0);
}
