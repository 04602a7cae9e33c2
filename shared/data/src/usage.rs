//! The quota (generated answers a day) and its use: table `daily_usage`.

use chrono::NaiveDate;

use crate::{Database, Error, TokenHash};

/// A user's plan and use of the quota on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// A pro user has no limit.
    pub is_pro: bool,
    /// Generated answers of this day.
    pub calls_today: i32,
}

/// Whether another answer may be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reservation {
    /// It may, and it was counted.
    Granted(Usage),
    /// The quota is used up. Nothing was counted.
    QuotaExhausted(Usage),
}

/// Counts one answer of the caller on the UTC day `today`, before it is generated, unless the day's `limit` is reached. A
/// pro user is counted and never refused. One round trip.
///
/// # Errors
/// [`Error::UnknownCaller`] when the token belongs to no device.
pub async fn reserve_quota(
    database: &Database,
    token: TokenHash,
    limit: i32,
    today: NaiveDate,
) -> Result<Reservation, Error> {
    // The update checks its condition under the row's lock, so that simultaneous calls are granted up to the limit. The final
    // SELECT may not see their counts yet: a refused call reports the limit at least.
    let row = sqlx::query!(
        r#"
        WITH caller AS (
            SELECT users.id, users.is_pro
            FROM devices
            JOIN users ON users.id = devices.user_id
            WHERE devices.token_hash = $1
        ), counted AS (
            INSERT INTO daily_usage (user_id, day, calls)
            SELECT id, $2, 1
            FROM caller
            WHERE is_pro OR $3 > 0
            ON CONFLICT (user_id, day) DO UPDATE
            SET calls = daily_usage.calls + 1
            WHERE daily_usage.calls < $3 OR (SELECT is_pro FROM caller)
            RETURNING calls
        )
        SELECT caller.is_pro, counted.calls AS "counted?",
               greatest(daily_usage.calls, $3, 0) AS "calls!"
        FROM caller
        LEFT JOIN counted ON TRUE
        LEFT JOIN daily_usage ON daily_usage.user_id = caller.id AND daily_usage.day = $2
        "#,
        token.as_bytes(),
        today,
        limit,
    )
    .fetch_optional(database.once())
    .await?
    .ok_or(Error::UnknownCaller)?;
    let usage = |calls_today| Usage {
        is_pro: row.is_pro,
        calls_today,
    };
    Ok(match row.counted {
        Some(calls) => Reservation::Granted(usage(calls)),
        None => Reservation::QuotaExhausted(usage(row.calls)),
    })
}

/// Returns one answer to the quota that was reserved on `day` and could not be generated; `false` when none was counted.
/// One round trip.
pub async fn refund_quota(
    database: &Database,
    token: TokenHash,
    day: NaiveDate,
) -> Result<bool, Error> {
    let refunded = sqlx::query!(
        "WITH caller AS (
             SELECT user_id FROM devices WHERE token_hash = $1
         )
         UPDATE daily_usage
         SET calls = calls - 1
         WHERE user_id = (SELECT user_id FROM caller) AND day = $2 AND calls > 0",
        token.as_bytes(),
        day,
    )
    .execute(database.once())
    .await?;
    Ok(refunded.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::fixture::{at, at_once, calls, connect, count, reader, stranger, until_waiting};

    const LIMIT: i32 = 10;

    fn today() -> NaiveDate {
        at("2026-01-02T23:59:59Z").date_naive()
    }

    fn usage(is_pro: bool, calls_today: i32) -> Usage {
        Usage {
            is_pro,
            calls_today,
        }
    }

    fn granted(calls_today: i32) -> Reservation {
        Reservation::Granted(usage(false, calls_today))
    }

    fn exhausted(calls_today: i32) -> Reservation {
        Reservation::QuotaExhausted(usage(false, calls_today))
    }

    async fn reserve(database: &Database, token: TokenHash, limit: i32) -> Reservation {
        let reserved = reserve_quota(database, token, limit, today()).await;
        reserved.unwrap()
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn of_a_hundred_simultaneous_calls_ten_are_granted(pool: PgPool) {
        let database = connect(&pool);
        let (_, token) = reader(&database).await;
        let reserved = at_once(100, |_| {
            let database = database.clone();
            async move { reserve(&database, token, LIMIT).await }
        });
        let reserved = reserved.await;
        for calls_today in 1..=10 {
            assert!(reserved.contains(&granted(calls_today)), "{reserved:?}");
        }
        let refused = reserved
            .iter()
            .filter(|reserved| **reserved == exhausted(10));
        assert_eq!(refused.count(), 90);
        assert_eq!(calls(&database).await, 10);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn calls_that_waited_see_the_counts_of_others(pool: PgPool) {
        let database = connect(&pool);
        let (user, token) = reader(&database).await;
        let mut others = database.begin().await.unwrap();
        sqlx::query("INSERT INTO daily_usage VALUES ($1, $2, 7)")
            .bind(user.0)
            .bind(today())
            .execute(others.connection())
            .await
            .unwrap();
        let waiting = at_once(8, |_| {
            let database = database.clone();
            async move { reserve(&database, token, LIMIT).await }
        });
        let (reserved, ()) = tokio::join!(waiting, async {
            until_waiting(&database, 8).await;
            others.commit().await.unwrap();
        });
        let refused = reserved
            .iter()
            .filter(|reserved| **reserved == exhausted(10));
        assert_eq!((refused.count(), calls(&database).await), (5, 10));
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_new_day_has_a_new_quota(pool: PgPool) {
        let database = connect(&pool);
        let (_, token) = reader(&database).await;
        let tomorrow = at("2026-01-03T00:00:00Z").date_naive();
        for (day, expected) in [
            (today(), granted(1)),
            (today(), exhausted(1)),
            (tomorrow, granted(1)),
        ] {
            let reserved = reserve_quota(&database, token, 1, day).await;
            assert_eq!(reserved.unwrap(), expected);
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_pro_user_is_counted_and_never_refused(pool: PgPool) {
        let database = connect(&pool);
        let (_, token) = reader(&database).await;
        sqlx::query("UPDATE users SET is_pro = TRUE")
            .execute(database.once())
            .await
            .unwrap();
        for calls_today in 1..=12 {
            let reserved = reserve(&database, token, LIMIT).await;
            assert_eq!(reserved, Reservation::Granted(usage(true, calls_today)));
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_refund_never_exceeds_the_count(pool: PgPool) {
        let database = connect(&pool);
        let (_, token) = reader(&database).await;
        for _ in 0..2 {
            assert_eq!(reserve(&database, token, 1).await, granted(1));
            for is_refunded in [true, false] {
                let refunded = refund_quota(&database, token, today()).await;
                assert_eq!(refunded.unwrap(), is_refunded);
            }
            assert_eq!(calls(&database).await, 0);
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_limit_of_zero_counts_nothing(pool: PgPool) {
        let database = connect(&pool);
        let (_, token) = reader(&database).await;
        assert_eq!(reserve(&database, token, 0).await, exhausted(0));
        let unknown = reserve_quota(&database, stranger(), LIMIT, today()).await;
        assert!(matches!(unknown, Err(Error::UnknownCaller)));
        refund_quota(&database, stranger(), today()).await.unwrap();
        assert_eq!(count(&database, "daily_usage").await, 0);
    }
}
