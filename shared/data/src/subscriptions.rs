//! Subscriptions: which users are pro. Operators grant and revoke them by the public id; no route does.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Uuid;

use crate::{Database, Error, Page};

/// A user's plan, as an operator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// The user's id: the cursor for the next page of a list.
    #[serde(skip)]
    pub user_id: i64,
    /// The user's public id.
    pub anonymous_id: Uuid,
    /// Whether the user has the unlimited plan.
    pub is_pro: bool,
    /// The time of the user's first request.
    pub created_at: DateTime<Utc>,
    /// The time of the user's last request.
    pub last_active: Option<DateTime<Utc>>,
}

/// Grants or revokes the pro plan, and returns the new state. One round trip.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub async fn update_subscription(
    database: &Database,
    anonymous_id: Uuid,
    is_pro: bool,
) -> Result<Subscription, Error> {
    let row = sqlx::query_as!(
        Subscription,
        "UPDATE users
         SET is_pro = $2
         WHERE anonymous_id = $1
         RETURNING id AS user_id, anonymous_id, is_pro, created_at,
                   (SELECT max(last_active) FROM devices WHERE devices.user_id = users.id)
                       AS last_active",
        anonymous_id,
        is_pro,
    )
    .fetch_optional(database.repeatable())
    .await?;
    row.ok_or(Error::NotFound("user"))
}

/// A user's plan. One round trip.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub async fn get_subscription(
    database: &Database,
    anonymous_id: Uuid,
) -> Result<Subscription, Error> {
    let row = sqlx::query_as!(
        Subscription,
        "SELECT id AS user_id, anonymous_id, is_pro, created_at,
                (SELECT max(last_active) FROM devices WHERE devices.user_id = users.id)
                    AS last_active
         FROM users
         WHERE anonymous_id = $1",
        anonymous_id,
    )
    .fetch_optional(database.repeatable())
    .await?;
    row.ok_or(Error::NotFound("user"))
}

/// The pro users, newest first. One round trip.
pub async fn list_subscriptions(
    database: &Database,
    page: Page,
) -> Result<Vec<Subscription>, Error> {
    let rows = sqlx::query_as!(
        Subscription,
        "SELECT id AS user_id, anonymous_id, is_pro, created_at,
                (SELECT max(last_active) FROM devices WHERE devices.user_id = users.id)
                    AS last_active
         FROM users
         WHERE is_pro AND id < coalesce($1, 9223372036854775807)
         ORDER BY id DESC
         LIMIT $2",
        page.before,
        page.limit,
    )
    .fetch_all(database.repeatable())
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::fixture::connect;

    async fn database(pool: &PgPool) -> Database {
        let database = connect(pool);
        for sql in [
            "INSERT INTO users (anonymous_id, created_at)
             SELECT md5(n::text)::uuid, '2026-01-01' FROM generate_series(1, 5) AS n",
            "INSERT INTO devices (user_id, token_hash, device_type, created_at, last_active,
                                  cookie_sent_at)
             SELECT 1, sha256(n::text::bytea), 'mobile', '2026-01-01', date '2026-01-01' + n,
                    '2026-01-01'
             FROM generate_series(1, 2) AS n",
        ] {
            sqlx::query(sql).execute(database.once()).await.unwrap();
        }
        database
    }

    /// The public id of a user.
    async fn id(database: &Database, user: i64) -> Uuid {
        sqlx::query_scalar("SELECT anonymous_id FROM users WHERE id = $1")
            .bind(user)
            .fetch_one(database.once())
            .await
            .unwrap()
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_subscription_is_granted_and_revoked(pool: PgPool) {
        let database = database(&pool).await;
        let one = id(&database, 1).await;
        for is_pro in [true, true, false, false] {
            let changed = update_subscription(&database, one, is_pro).await.unwrap();
            assert_eq!(changed.is_pro, is_pro);
            assert_eq!(get_subscription(&database, one).await.unwrap(), changed);
        }
        let seen = get_subscription(&database, one).await.unwrap().last_active;
        assert_eq!(seen, Some("2026-01-03T00:00:00Z".parse().unwrap()));
        let two = id(&database, 2).await;
        let unseen = get_subscription(&database, two).await.unwrap();
        assert_eq!((unseen.is_pro, unseen.last_active), (false, None));
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_unknown_user_is_not_found(pool: PgPool) {
        let database = database(&pool).await;
        let unknown = Uuid::nil();
        for result in [
            get_subscription(&database, unknown).await,
            update_subscription(&database, unknown, true).await,
        ] {
            assert!(matches!(result, Err(Error::NotFound("user"))), "{result:?}");
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn pro_users_are_listed_by_pages(pool: PgPool) {
        let database = database(&pool).await;
        for user in [1, 3, 5] {
            let id = id(&database, user).await;
            update_subscription(&database, id, true).await.unwrap();
        }
        let (mut pages, mut before) = (Vec::new(), None);
        for _ in 0..3 {
            let page = Page { limit: 2, before };
            let listed = list_subscriptions(&database, page).await.unwrap();
            before = listed.last().map(|last| last.user_id);
            pages.push(listed.iter().map(|user| user.user_id).collect::<Vec<_>>());
        }
        assert_eq!(pages, [vec![5, 3], vec![1], vec![]]);
    }
}
