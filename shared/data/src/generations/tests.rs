//! Tests of claims, with insights and definitions.

use sqlx::PgPool;

use super::*;
use crate::{
    DefinitionContent, DefinitionSubject, Insight, InsightSubject, NewDefinition, Reservation,
    begin_definition, begin_insight,
    fixture::{
        MOST_BYTES, at, at_once, calls, connect, count, reader, run, saved_insight, stranger,
    },
    reserve_quota, save_definition,
};
use verse_platform::Random;

const NOW: &str = "2026-01-02T00:00:00Z";
/// The end of the leases of these tests.
const LEASE_END: &str = "2026-01-02T00:00:30Z";
const LIMIT: i32 = 10;

fn claim() -> Claim {
    Claim {
        id: Random::system().uuid(),
        lease_until: at(LEASE_END),
        daily_limit: LIMIT,
        most_bytes: MOST_BYTES,
    }
}

fn on(passage_text: &str) -> InsightSubject<'_> {
    InsightSubject {
        passage_reference: "John 3:16 (KJV)",
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
    let outcome = begin_insight(database, token, on(text), claim, at(now)).await;
    outcome.unwrap()
}

/// Begins an insight with a new claim.
async fn begin_new(database: &Database, token: TokenHash, text: &str) -> ClaimOutcome<Insight> {
    begin(database, token, text, claim(), NOW).await
}

async fn abandon(database: &Database, token: TokenHash, claim_id: Uuid) {
    let abandoned = abandon_generation(database, token, claim_id, at(NOW).date_naive()).await;
    abandoned.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_of_fifty_concurrent_calls_generates(pool: PgPool) {
    let database = connect(&pool);
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(reader(&database).await.1);
    }
    let outcomes = at_once(50, |n| {
        let (database, token) = (database.clone(), tokens[n % 10]);
        async move { begin_new(&database, token, "text").await }
    });
    let mut claimed = 0;
    for outcome in outcomes.await {
        match outcome {
            ClaimOutcome::Claimed => claimed += 1,
            outcome => assert_eq!(outcome, ClaimOutcome::Busy),
        }
    }
    assert_eq!((claimed, calls(&database).await), (1, 1));
    let saved = saved_insight(&database, tokens[0], "text", at(NOW)).await;
    for token in tokens {
        match begin_new(&database, token, "text").await {
            ClaimOutcome::Found(found) => assert_eq!(found.id, saved.id),
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!(calls(&database).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn insight_and_definition_do_not_wait_for_each_other(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let subject = DefinitionSubject {
        word: "loved",
        passage_reference: "John 3:16 (KJV)",
        verse_text: "text",
    };
    let define = async || {
        let outcome = begin_definition(&database, token, subject, claim(), at(NOW)).await;
        outcome.unwrap()
    };
    let insight = begin_new(&database, token, "text").await;
    assert_eq!(insight, ClaimOutcome::Claimed);
    assert_eq!(define().await, ClaimOutcome::Claimed);
    assert_eq!(define().await, ClaimOutcome::Busy);
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
        is_scripture: true,
    };
    let saved = save_definition(&database, token, new, at(NOW)).await;
    assert_eq!(define().await, ClaimOutcome::Found(saved.unwrap()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn failed_generation_is_refunded_and_free_for_the_next_call(pool: PgPool) {
    let database = connect(&pool);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let failing = claim();
    let outcome = begin(&database, first, "text", failing, NOW).await;
    assert_eq!(outcome, ClaimOutcome::Claimed);
    let outcome = begin_new(&database, second, "text").await;
    assert_eq!(outcome, ClaimOutcome::Busy);
    // Twice, as after a lost response; and without a claim, as after a lost claim.
    for claim_id in [failing.id, failing.id, claim().id] {
        abandon(&database, first, claim_id).await;
    }
    assert_eq!(calls(&database).await, 0);
    let outcome = begin_new(&database, second, "text").await;
    assert_eq!(outcome, ClaimOutcome::Claimed);
    assert_eq!(calls(&database).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn unfinished_generation_is_taken_over_after_its_lease(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let killed = claim();
    let later = Claim {
        lease_until: at("2026-01-02T00:01:00Z"),
        ..claim()
    };
    for (claim, now, expected) in [
        (killed, NOW, ClaimOutcome::Claimed),
        (later, "2026-01-02T00:00:29Z", ClaimOutcome::Busy),
        (later, LEASE_END, ClaimOutcome::Claimed),
    ] {
        let outcome = begin(&database, token, "text", claim, now).await;
        assert_eq!(outcome, expected);
    }
    // The late end of the first call does not release or refund the second call's claim.
    abandon(&database, token, killed.id).await;
    assert_eq!(calls(&database).await, 2);
    let outcome = begin(&database, token, "text", claim(), LEASE_END).await;
    assert_eq!(outcome, ClaimOutcome::Busy);
}

#[sqlx::test(migrations = "../../migrations")]
async fn user_without_quota_does_not_block_other_users(pool: PgPool) {
    let database = connect(&pool);
    let ((_, spent), (_, other)) = (reader(&database).await, reader(&database).await);
    for _ in 0..LIMIT {
        let reserved = reserve_quota(&database, spent, LIMIT, at(NOW).date_naive()).await;
        assert!(matches!(reserved, Ok(Reservation::Granted(_))));
    }
    let refused = ClaimOutcome::QuotaExhausted(Usage {
        is_pro: false,
        calls_today: LIMIT,
    });
    assert_eq!(begin_new(&database, spent, "text").await, refused);
    assert_eq!(count(&database, "generations").await, 0);
    let outcome = begin_new(&database, other, "text").await;
    assert_eq!(outcome, ClaimOutcome::Claimed);
    assert_eq!(begin_new(&database, spent, "text").await, refused);
    // A stored insight is free.
    let saved = saved_insight(&database, other, "text", at(NOW)).await;
    let found = begin_new(&database, spent, "text").await;
    assert!(matches!(found, ClaimOutcome::Found(found) if found.id == saved.id));
    run(&database, "UPDATE users SET is_pro = TRUE", &[]).await;
    let outcome = begin_new(&database, spent, "another").await;
    assert_eq!(outcome, ClaimOutcome::Claimed);
}

#[sqlx::test(migrations = "../../migrations")]
async fn ten_of_a_hundred_concurrent_generations_are_claimed(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let outcomes = at_once(100, |n| {
        let database = database.clone();
        async move { begin_new(&database, token, &n.to_string()).await }
    });
    let mut claimed = 0;
    for outcome in outcomes.await {
        match outcome {
            ClaimOutcome::Claimed => claimed += 1,
            ClaimOutcome::QuotaExhausted(usage) => assert_eq!(usage.calls_today, LIMIT),
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!((claimed, calls(&database).await), (10, 10));
    // Calls that found the quota used up after their claim have released it.
    assert_eq!(count(&database, "generations").await, 10);
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_caller_claims_nothing(pool: PgPool) {
    let database = connect(&pool);
    let outcome = begin_insight(&database, stranger(), on("text"), claim(), at(NOW)).await;
    assert!(matches!(outcome, Err(Error::UnknownCaller)));
    assert_eq!(count(&database, "generations").await, 0);
}
