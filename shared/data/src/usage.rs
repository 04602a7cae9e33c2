//! The daily allowance of generated answers, and how much of it is used: table `daily_usage`.

use chrono::NaiveDate;

use crate::{Database, Error, TokenHash};

/// Where a user stands with the allowance on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// A pro user has no limit.
    pub is_pro: bool,
    /// Generated answers the user had today.
    pub calls_today: i32,
}

/// Whether one more answer may be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reservation {
    /// It may, and is counted already.
    Granted(Usage),
    /// The day's allowance is used up; nothing was counted.
    QuotaExhausted(Usage),
}

/// Counts one answer of the caller's on the UTC day `today` before it is generated, unless the day's `limit` is reached. A
/// pro user is counted too, and never refused. One round trip.
///
/// # Errors
///
/// [`Error::UnknownCaller`] when the token is no device's; [`Error::Unavailable`] when the database does not answer.
pub async fn reserve_quota(
    database: &Database,
    token: TokenHash,
    limit: i32,
    today: NaiveDate,
) -> Result<Reservation, Error> {
    // The condition of the update is read under the row's lock: calls at once are granted up to the limit and no more.
    // Who is refused may have looked before the others were counted, and so is told the limit at least.
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

/// Gives one answer back that was reserved on `day` and could not be generated. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
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
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::fixture::{at, count, database, reader, stranger, until_waiting};

    const LIMIT: i32 = 10;

    fn today() -> NaiveDate {
        at("2026-01-02T23:59:59Z").date_naive()
    }

    fn free(calls_today: i32) -> Usage {
        Usage {
            is_pro: false,
            calls_today,
        }
    }

    async fn calls(database: &Database) -> i32 {
        sqlx::query_scalar("SELECT calls FROM daily_usage")
            .fetch_one(database.once())
            .await
            .unwrap()
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_hundred_at_once_are_granted_exactly_ten(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options);
        let (_, token) = reader(&database).await;
        let calls_at_once = (0..100).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                reserve_quota(&database, token, LIMIT, today())
                    .await
                    .unwrap()
            })
        });
        let mut granted = Vec::new();
        for call in calls_at_once.collect::<Vec<_>>() {
            match call.await.unwrap() {
                Reservation::Granted(usage) => granted.push(usage.calls_today),
                Reservation::QuotaExhausted(usage) => assert_eq!(usage, free(10)),
            }
        }
        granted.sort_unstable();
        assert!(granted.iter().copied().eq(1..=10), "{granted:?}");
        assert_eq!(calls(&database).await, 10);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn who_waited_for_others_is_not_granted_what_they_took(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options);
        let (user, token) = reader(&database).await;
        let mut others = database.begin().await.unwrap();
        sqlx::query("INSERT INTO daily_usage VALUES ($1, $2, 7)")
            .bind(user.0)
            .bind(today())
            .execute(others.connection().unwrap())
            .await
            .unwrap();
        let waiting = (0..8).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                reserve_quota(&database, token, LIMIT, today())
                    .await
                    .unwrap()
            })
        });
        let waiting: Vec<_> = waiting.collect();
        until_waiting(&database, 8).await;
        others.commit().await.unwrap();
        let mut granted = 0;
        for call in waiting {
            match call.await.unwrap() {
                Reservation::Granted(_) => granted += 1,
                Reservation::QuotaExhausted(usage) => assert_eq!(usage, free(10)),
            }
        }
        assert_eq!((granted, calls(&database).await), (3, 10));
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_new_day_has_a_new_allowance(_: PgPoolOptions, options: PgConnectOptions) {
        let database = database(options);
        let (_, token) = reader(&database).await;
        let tomorrow = at("2026-01-03T00:00:00Z").date_naive();
        for (day, expected) in [
            (today(), Reservation::Granted(free(1))),
            (today(), Reservation::QuotaExhausted(free(1))),
            (tomorrow, Reservation::Granted(free(1))),
        ] {
            let reserved = reserve_quota(&database, token, 1, day).await;
            assert_eq!(reserved.unwrap(), expected);
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_pro_user_is_counted_and_never_refused(_: PgPoolOptions, options: PgConnectOptions) {
        let database = database(options);
        let (_, token) = reader(&database).await;
        sqlx::query("UPDATE users SET is_pro = TRUE")
            .execute(database.once())
            .await
            .unwrap();
        for calls_today in 1..=12 {
            let reserved = reserve_quota(&database, token, LIMIT, today()).await;
            let is_pro = true;
            let usage = Usage {
                is_pro,
                calls_today,
            };
            assert_eq!(reserved.unwrap(), Reservation::Granted(usage));
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn what_failed_is_given_back_and_never_more(_: PgPoolOptions, options: PgConnectOptions) {
        let database = database(options);
        let (_, token) = reader(&database).await;
        for _ in 0..2 {
            let reserved = reserve_quota(&database, token, 1, today()).await;
            assert_eq!(reserved.unwrap(), Reservation::Granted(free(1)));
            for _ in 0..2 {
                refund_quota(&database, token, today()).await.unwrap();
            }
            assert_eq!(calls(&database).await, 0);
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn where_nothing_is_allowed_nothing_is_counted(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options);
        let (_, token) = reader(&database).await;
        let reserved = reserve_quota(&database, token, 0, today()).await;
        assert_eq!(reserved.unwrap(), Reservation::QuotaExhausted(free(0)));
        let unknown = reserve_quota(&database, stranger(), LIMIT, today()).await;
        assert!(matches!(unknown, Err(Error::UnknownCaller)));
        refund_quota(&database, stranger(), today()).await.unwrap();
        assert_eq!(count(&database, "daily_usage").await, 0);
    }
}
