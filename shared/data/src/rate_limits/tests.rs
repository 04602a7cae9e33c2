//! Tests of the rate limits.

use sqlx::PgPool;

use super::*;
use crate::{
    Database, Error,
    fixture::{at, at_once, connect, count, reader, stranger, until_waiting},
};

const START: &str = "2026-01-02T00:00:00Z";

fn limit(bucket: Bucket, key: RateKey, most: i32) -> RateLimit {
    RateLimit {
        bucket,
        key,
        most,
        window: Duration::seconds(60),
    }
}

fn address(text: &str) -> RateKey {
    let day = at(START).date_naive();
    RateKey::Address(AddressHash::of(text.parse().unwrap(), day))
}

fn limited(retry_at: &str) -> RateDecision {
    RateDecision::Limited {
        retry_at: at(retry_at),
    }
}

async fn taken(database: &Database, bucket: Bucket) -> i32 {
    sqlx::query_scalar(
        "SELECT coalesce(sum(taken), 0)::INTEGER FROM rate_buckets WHERE bucket = $1",
    )
    .bind(bucket.as_str())
    .fetch_one(database.once())
    .await
    .unwrap()
}

/// How many of 100 calls at once are allowed.
async fn allowed_of_a_hundred(
    database: &Database,
    limits: [RateLimit; 2],
    now: &str,
    retry_at: &str,
) -> usize {
    let (now, full) = (at(now), limited(retry_at));
    let decisions = at_once(100, |_| {
        let database = database.clone();
        async move { consume_rate_limits(&database, &limits, now).await.unwrap() }
    });
    let (allowed, limited): (Vec<_>, Vec<_>) =
        (decisions.await.into_iter()).partition(|decision| *decision == RateDecision::Allowed);
    assert!(limited.iter().all(|decision| *decision == full));
    allowed.len()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_window_begins_with_its_first_call_and_ends(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let limits = [limit(Bucket::Generate, RateKey::Caller(token), 2)];
    for (now, expected) in [
        ("2026-01-02T00:00:00Z", RateDecision::Allowed),
        ("2026-01-02T00:00:30Z", RateDecision::Allowed),
        ("2026-01-02T00:00:59Z", limited("2026-01-02T00:01:00Z")),
        ("2026-01-02T00:01:00Z", RateDecision::Allowed),
        ("2026-01-02T00:01:59Z", RateDecision::Allowed),
        ("2026-01-02T00:01:59Z", limited("2026-01-02T00:02:00Z")),
    ] {
        let decision = consume_rate_limits(&database, &limits, at(now)).await;
        assert_eq!(decision.unwrap(), expected, "{now}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_full_bucket_keeps_the_other_bucket_unchanged(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    let full = [
        limit(Bucket::Generate, RateKey::Caller(token), 1),
        limit(Bucket::Address, address("203.0.113.7"), 60),
    ];
    let expected = [RateDecision::Allowed, limited("2026-01-02T00:01:00Z")];
    for rate in expected {
        assert_eq!(
            consume_rate_limits(&database, &full, at(START))
                .await
                .unwrap(),
            rate
        );
    }
    assert_eq!(taken(&database, Bucket::Address).await, 1);

    let other = [
        limit(Bucket::Chat, RateKey::Caller(token), 20),
        limit(Bucket::Address, address("203.0.113.7"), 1),
    ];
    let rate = consume_rate_limits(&database, &other, at(START))
        .await
        .unwrap();
    assert_eq!(rate, expected[1]);
    assert_eq!(taken(&database, Bucket::Chat).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_a_hundred_simultaneous_calls_the_limit_is_allowed(pool: PgPool) {
    let database = connect(&pool);
    let (_, token) = reader(&database).await;
    // Either bucket may be the one that is full.
    for (number, (user, addressed)) in [(10, 60), (60, 10), (10, 10)].into_iter().enumerate() {
        let address = address(&format!("203.0.113.{number}"));
        let limits = [
            limit(Bucket::Chat, RateKey::Caller(token), user),
            limit(Bucket::Address, address, addressed),
        ];
        // The first time the buckets are not there, the second time their window is over.
        for (now, retry_at) in [
            (START, "2026-01-02T00:01:00Z"),
            ("2026-01-02T00:01:00Z", "2026-01-02T00:02:00Z"),
        ] {
            let allowed = allowed_of_a_hundred(&database, limits, now, retry_at).await;
            assert_eq!(allowed, 10);
            for bucket in [Bucket::Chat, Bucket::Address] {
                assert_eq!(taken(&database, bucket).await, 10, "{bucket:?}");
            }
        }
        sqlx::query("DELETE FROM rate_buckets")
            .execute(database.once())
            .await
            .unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_call_that_meets_a_newly_filled_bucket_counts_in_no_bucket(pool: PgPool) {
    let database = connect(&pool);
    let (user, token) = reader(&database).await;
    // The statement locks the address's bucket first.
    let limits = [
        limit(Bucket::Chat, RateKey::Caller(token), 20),
        limit(Bucket::Address, address("203.0.113.7"), 60),
    ];
    let mut others = database.begin().await.unwrap();
    for (bucket, taken) in [(Bucket::Chat, 5), (Bucket::Address, 57)] {
        let hash = AddressHash::of("203.0.113.7".parse().unwrap(), at(START).date_naive());
        let is_address = bucket == Bucket::Address;
        sqlx::query("INSERT INTO rate_buckets VALUES ($1, $2, $3, $4, $5)")
            .bind(bucket.as_str())
            .bind((!is_address).then_some(user.0))
            .bind(is_address.then_some(hash.0.as_slice()))
            .bind(at(START))
            .bind(taken)
            .execute(others.connection())
            .await
            .unwrap();
    }
    let waiting = at_once(8, |_| {
        let database = database.clone();
        async move { consume_rate_limits(&database, &limits, at(START)).await }
    });
    let (decisions, ()) = tokio::join!(waiting, async {
        until_waiting(&database, 8).await;
        others.commit().await.unwrap();
    });
    let allowed =
        (decisions.into_iter()).filter(|decision| matches!(decision, Ok(RateDecision::Allowed)));
    assert_eq!(allowed.count(), 3);
    assert_eq!(taken(&database, Bucket::Address).await, 60);
    assert_eq!(taken(&database, Bucket::Chat).await, 8);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fresh_users_at_one_address_share_its_bucket(pool: PgPool) {
    let database = connect(&pool);
    let mut calls = Vec::new();
    for _ in 0..50 {
        let (_, token) = reader(&database).await;
        let limits = [
            limit(Bucket::Generate, RateKey::Caller(token), 10),
            limit(Bucket::Address, address("2001:db8:1:2:3:4:5:6"), 20),
        ];
        let database = database.clone();
        calls.push(async move {
            consume_rate_limits(&database, &limits, at(START))
                .await
                .unwrap()
        });
    }
    let rates = futures_util::future::join_all(calls).await;
    let allowed = rates
        .iter()
        .filter(|rate| **rate == RateDecision::Allowed)
        .count();
    assert_eq!(allowed, 20);
    assert_eq!(taken(&database, Bucket::Generate).await, 20);
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_call_may_count_for_user_and_address_in_one_bucket(pool: PgPool) {
    let database = connect(&pool);
    let ((_, first), (_, second)) = (reader(&database).await, reader(&database).await);
    let wrong_code = |token| {
        [
            limit(Bucket::Link, RateKey::Caller(token), 2),
            limit(Bucket::Link, address("203.0.113.7"), 2),
        ]
    };
    for token in [first, second] {
        let rate = consume_rate_limits(&database, &wrong_code(token), at(START)).await;
        assert_eq!(rate.unwrap(), RateDecision::Allowed);
    }
    let rate = consume_rate_limits(&database, &wrong_code(first), at(START)).await;
    assert_eq!(rate.unwrap(), limited("2026-01-02T00:01:00Z"));
    assert_eq!(taken(&database, Bucket::Link).await, 4);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_caller_is_not_counted(pool: PgPool) {
    let database = connect(&pool);
    let limits = [
        limit(Bucket::Chat, RateKey::Caller(stranger()), 20),
        limit(Bucket::Address, address("203.0.113.7"), 60),
    ];
    let refused = consume_rate_limits(&database, &limits, at(START)).await;
    assert!(matches!(refused, Err(Error::UnknownCaller)));
    assert_eq!(
        consume_rate_limits(&database, &[], at(START))
            .await
            .unwrap(),
        RateDecision::Allowed
    );
    assert_eq!(count(&database, "rate_buckets").await, 0);
}

#[test]
fn an_address_hash_holds_for_a_day_and_a_network() {
    let of = |text: &str, day: &str| AddressHash::of(text.parse().unwrap(), at(day).date_naive());
    let (today, tomorrow) = ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z");
    assert_eq!(of("203.0.113.7", today), of("::ffff:203.0.113.7", today));
    assert_eq!(
        of("2001:db8:1:2::1", today),
        of("2001:db8:1:2:ffff::9", today)
    );
    for (other, day) in [
        ("203.0.113.8", today),
        ("203.0.113.7", tomorrow),
        ("2001:db8:1:3::1", today),
    ] {
        assert_ne!(of("203.0.113.7", today), of(other, day));
    }
    assert_eq!(format!("{:?}", of("203.0.113.7", today)), "***");
}
