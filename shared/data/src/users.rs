//! Users and their devices: tables `users` and `devices`.
//!
//! A device is one session cookie, stored as its token's hash. The linked devices of a user share one history.

use chrono::{DateTime, Duration, Utc};
use sqlx::types::Uuid;

use crate::{Database, Error, STORE_WINDOW, StoreLimit, TokenHash, Usage};

/// A user's id, for use within the service only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

impl From<i64> for UserId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

/// A device's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId(pub i64);

impl From<i64> for DeviceId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

/// The kind of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceKind {
    /// A phone.
    Mobile,
    /// A tablet.
    Tablet,
    /// A computer.
    Desktop,
    /// Another kind, or not known.
    #[default]
    Unknown,
}

impl DeviceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Mobile, Self::Tablet, Self::Desktop, Self::Unknown];

    /// The stored and sent form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Unknown => "unknown",
        }
    }

    /// The kind whose stored form is `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its public id.
    pub anonymous_id: Uuid,
    /// Whether it has the unlimited plan.
    pub is_pro: bool,
    /// The time of its first request.
    pub created_at: DateTime<Utc>,
}

/// The user and device that a first request creates.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// The hash of the device's token.
    pub token_hash: TokenHash,
    /// The user's public id.
    pub anonymous_id: Uuid,
    /// For example `Chrome on Windows`, when known.
    pub name: Option<String>,
    /// The device's kind.
    pub kind: DeviceKind,
    /// The `User-Agent` header, cut to 500 characters.
    pub user_agent: Option<String>,
}

/// The calling user and device, and the used quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user: User,
    /// The calling device.
    pub device_id: DeviceId,
    /// The used quota.
    pub usage: Usage,
    /// Whether the sent token is unknown, so that user and device are new.
    pub is_new: bool,
    /// The cookie has less than 370 of its 400 days left and must be sent again.
    pub cookie_is_due: bool,
}

/// The age at which a cookie is sent again.
const COOKIE_DUE_AFTER: Duration = Duration::days(30);
/// The precision of `last_active`: without it, each read would be a write.
const ACTIVE_RESOLUTION: Duration = Duration::minutes(1);

/// Finds the caller by its token, or creates the user and its first device. One round trip for both.
///
/// The statement looks for the new token too, so that a repeat finds the device that the first run created. The first
/// request with the cookie sets `devices.returned`. The cleanup job deletes devices whose cookie never came back.
///
/// # Errors
/// [`Error::TooManyWrites`] when a user would be created and `limit` is reached.
pub async fn get_or_create_user(
    database: &Database,
    sent: Option<TokenHash>,
    new: &NewDevice,
    limit: Option<StoreLimit>,
    now: DateTime<Utc>,
) -> Result<Session, Error> {
    find_or_create(database, sent, Some((new, limit)), now)
        .await?
        .ok_or(Error::TooManyWrites)
}

/// As [`get_or_create_user`], but creates nothing: `None` when the token is unknown. One round trip.
pub async fn find_user(
    database: &Database,
    token: TokenHash,
    now: DateTime<Utc>,
) -> Result<Option<Session>, Error> {
    find_or_create(database, Some(token), None, now).await
}

/// The first of `tokens` that belongs to a device. One round trip.
pub async fn find_known_token(
    database: &Database,
    tokens: &[TokenHash],
) -> Result<Option<TokenHash>, Error> {
    let hashes: Vec<_> = tokens
        .iter()
        .map(|token| token.as_bytes().to_vec())
        .collect();
    let first = sqlx::query_scalar!(
        "SELECT min(array_position($1::BYTEA[], token_hash)) FROM devices WHERE token_hash = ANY ($1)",
        &hashes,
    )
    .fetch_one(database.repeatable())
    .await?;
    // Postgres counts from 1.
    let first = first.and_then(|first| usize::try_from(first.checked_sub(1)?).ok());
    Ok(first.and_then(|first| tokens.get(first).copied()))
}

async fn find_or_create(
    database: &Database,
    sent: Option<TokenHash>,
    new: Option<(&NewDevice, Option<StoreLimit>)>,
    now: DateTime<Utc>,
) -> Result<Option<Session>, Error> {
    let (new, limit) = new.unzip();
    let limit = limit.flatten();
    let row = sqlx::query!(
        r#"
        WITH found AS (
            SELECT id, user_id, last_active, cookie_sent_at, coalesce(token_hash = $2, FALSE) AS is_new,
                   coalesce(token_hash = $1, FALSE) AND NOT returned AS cookie_just_returned
            FROM devices
            WHERE token_hash IN ($1, $2)
            ORDER BY is_new
            LIMIT 1
        ), touched AS (
            UPDATE devices
            SET last_active = greatest(devices.last_active, $3),
                cookie_sent_at = CASE WHEN found.cookie_sent_at < $4 THEN $3
                                      ELSE devices.cookie_sent_at END,
                returned = devices.returned OR found.cookie_just_returned
            FROM found
            WHERE devices.id = found.id
              AND (found.last_active < $5 OR found.cookie_sent_at < $4 OR found.cookie_just_returned)
        ), counted AS (
            INSERT INTO store_buckets AS bucket (address_hash, window_start, taken)
            SELECT $11, $3, $12::INTEGER
            WHERE NOT EXISTS (SELECT FROM found)
              AND $12 <= $13
            ON CONFLICT (address_hash) DO UPDATE
            SET window_start = CASE WHEN bucket.window_start > $14 THEN bucket.window_start ELSE $3 END,
                taken = CASE WHEN bucket.window_start > $14 THEN bucket.taken ELSE 0 END + $12
            WHERE bucket.window_start <= $14 OR bucket.taken + $12 <= $13
            RETURNING taken
        ), new_user AS (
            INSERT INTO users (anonymous_id, created_at)
            SELECT $6, $3
            WHERE NOT EXISTS (SELECT FROM found)
              AND $2::BYTEA IS NOT NULL
              AND ($11::BYTEA IS NULL OR EXISTS (SELECT FROM counted))
            RETURNING id, anonymous_id, is_pro, created_at
        ), new_device AS (
            INSERT INTO devices (user_id, token_hash, device_name, device_type, user_agent,
                                 created_at, last_active, cookie_sent_at, returned)
            SELECT id, $2, $7, $8, $9, $3, $3, $3, FALSE
            FROM new_user
            RETURNING id, user_id
        )
        SELECT users.id AS "user_id!", users.anonymous_id AS "anonymous_id!",
               users.is_pro AS "is_pro!", users.created_at AS "created_at!",
               found.id AS "device_id!", coalesce(daily_usage.calls, 0) AS "calls_today!",
               found.is_new AS "is_new!", found.cookie_sent_at < $4 AS "cookie_is_due!"
        FROM found
        JOIN users ON users.id = found.user_id
        LEFT JOIN daily_usage ON daily_usage.user_id = users.id AND daily_usage.day = $10
        UNION ALL
        SELECT new_user.id, new_user.anonymous_id, new_user.is_pro, new_user.created_at,
               new_device.id, 0, TRUE, FALSE
        FROM new_user
        JOIN new_device ON new_device.user_id = new_user.id
        "#,
        sent.as_ref().map(TokenHash::as_bytes),
        new.map(|new| new.token_hash.as_bytes()),
        now,
        now - COOKIE_DUE_AFTER,
        now - ACTIVE_RESOLUTION,
        new.map(|new| new.anonymous_id),
        new.and_then(|new| new.name.as_deref()),
        new.map(|new| new.kind.as_str()),
        new.and_then(|new| new.user_agent.as_deref()),
        now.date_naive(),
        limit.as_ref().map(|limit| limit.address.as_bytes()),
        limit.map(|limit| limit.cost),
        limit.map(|limit| limit.most),
        now - STORE_WINDOW,
    )
    .fetch_optional(database.repeatable())
    .await?;
    Ok(row.map(|row| Session {
        user: User {
            id: UserId(row.user_id),
            anonymous_id: row.anonymous_id,
            is_pro: row.is_pro,
            created_at: row.created_at,
        },
        device_id: DeviceId(row.device_id),
        usage: Usage {
            is_pro: row.is_pro,
            calls_today: row.calls_today,
        },
        is_new: row.is_new,
        cookie_is_due: row.cookie_is_due,
    }))
}

/// The user with this public id. One round trip. For operators: no route takes such an id.
pub async fn get_user_by_anonymous_id(
    database: &Database,
    anonymous_id: Uuid,
) -> Result<Option<User>, Error> {
    let user = sqlx::query_as!(
        User,
        "SELECT id, anonymous_id, is_pro, created_at FROM users WHERE anonymous_id = $1",
        anonymous_id,
    )
    .fetch_optional(database.repeatable())
    .await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::{
        DeviceToken,
        fixture::{at, at_once, connect, count, number, store_limit},
    };
    use verse_platform::Random;

    fn device() -> NewDevice {
        let random = Random::system();
        NewDevice {
            token_hash: DeviceToken::generate(&random).hash(),
            anonymous_id: random.uuid(),
            name: None,
            kind: DeviceKind::Unknown,
            user_agent: Some("tests".to_owned()),
        }
    }

    async fn visit(
        database: &Database,
        sent: Option<TokenHash>,
        new: &NewDevice,
        now: DateTime<Utc>,
    ) -> Session {
        let session = get_or_create_user(database, sent, new, None, now).await;
        session.unwrap()
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_unknown_caller_becomes_a_user_with_one_device(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let new = device();
        let session = visit(&database, None, &new, now).await;
        assert!(session.is_new && !session.cookie_is_due);
        assert_eq!(session.user.anonymous_id, new.anonymous_id);
        assert_eq!(session.user.created_at, now);
        assert_eq!(session.usage.calls_today, 0);

        let again = visit(&database, Some(new.token_hash), &device(), now).await;
        assert!(!again.is_new);
        assert_eq!(again.user, session.user);
        assert_eq!(again.device_id, session.device_id);

        for (id, user) in [
            (new.anonymous_id, Some(session.user)),
            (device().anonymous_id, None),
        ] {
            let found = get_user_by_anonymous_id(&database, id).await;
            assert_eq!(found.unwrap(), user);
        }
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_unknown_token_creates_a_user_with_another_token(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let stranger = device().token_hash;
        let session = visit(&database, Some(stranger), &device(), now).await;
        assert!(session.is_new);
        let again = visit(&database, Some(stranger), &device(), now).await;
        assert!(again.is_new, "the sent token is not adopted");
        assert_ne!(session.user.id, again.user.id);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn of_several_tokens_the_first_known_one_is_found(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let mut known = Vec::new();
        for _ in 0..2 {
            let new = device();
            visit(&database, None, &new, now).await;
            known.push(new.token_hash);
        }
        let stranger = device().token_hash;
        for (tokens, expected) in [
            (vec![], None),
            (vec![stranger], None),
            (vec![stranger, known[1], known[0]], Some(known[1])),
            (vec![known[0], stranger, known[1]], Some(known[0])),
        ] {
            let found = find_known_token(&database, &tokens).await;
            assert_eq!(found.unwrap(), expected);
        }
        assert_eq!(count(&database, "users").await, 2);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn the_same_statement_twice_creates_one_user(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let new = device();
        let first = visit(&database, None, &new, now).await;
        let second = visit(&database, None, &new, now).await;
        assert_eq!(
            first, second,
            "a repeat finds the first run's user, and reports it as new"
        );
        assert_eq!(count(&database, "users").await, 1);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn the_cookie_is_due_when_less_than_370_days_are_left(pool: PgPool) {
        let database = connect(&pool);
        let new = device();
        visit(&database, None, &new, at("2026-01-01T00:00:00Z")).await;
        let mut due = Vec::new();
        for second in 0..3 {
            let now = format!("2026-01-31T00:00:0{second}Z");
            let known = Some(new.token_hash);
            let session = visit(&database, known, &device(), at(&now)).await;
            due.push(session.cookie_is_due);
        }
        assert_eq!(due, [false, true, false], "due once, then sent again");
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn last_active_is_written_once_a_minute(pool: PgPool) {
        let database = connect(&pool);
        let new = device();
        // The second request sets `returned`, which is written at any time.
        for sent in [None, Some(new.token_hash)] {
            visit(&database, sent, &new, at("2026-01-01T00:00:00Z")).await;
        }
        let mut seen = Vec::new();
        for now in [
            "2026-01-01T00:01:00Z",
            "2026-01-01T00:01:01Z",
            "2026-01-01T00:00:30Z",
        ] {
            visit(&database, Some(new.token_hash), &device(), at(now)).await;
            let active: DateTime<Utc> = sqlx::query_scalar("SELECT last_active FROM devices")
                .fetch_one(database.once())
                .await
                .unwrap();
            seen.push(active);
        }
        let written = at("2026-01-01T00:01:01Z");
        assert_eq!(seen, [at("2026-01-01T00:00:00Z"), written, written]);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn the_first_request_with_the_cookie_sets_returned(pool: PgPool) {
        let database = connect(&pool);
        let (new, now) = (device(), at("2026-01-01T00:00:00Z"));
        let mut returned = Vec::new();
        // The first request is repeated, as after a broken connection, and again when `last_active` is due.
        for (sent, now) in [
            (None, now),
            (None, now),
            (None, now + Duration::hours(1)),
            (Some(new.token_hash), now),
            (None, now + Duration::hours(2)),
        ] {
            visit(&database, sent, &new, now).await;
            let has: bool = sqlx::query_scalar("SELECT returned FROM devices")
                .fetch_one(database.once())
                .await
                .unwrap();
            returned.push(has);
        }
        assert_eq!(returned, [false, false, false, true, true]);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_session_has_todays_usage_and_the_plan(pool: PgPool) {
        let database = connect(&pool);
        let new = device();
        let now = at("2026-01-02T23:59:59Z");
        let user = visit(&database, None, &new, now).await.user.id;
        sqlx::query("INSERT INTO daily_usage VALUES ($1, '2026-01-01', 9), ($1, '2026-01-02', 4)")
            .bind(user.0)
            .execute(database.once())
            .await
            .unwrap();
        sqlx::query("UPDATE users SET is_pro = TRUE")
            .execute(database.once())
            .await
            .unwrap();
        let session = visit(&database, Some(new.token_hash), &device(), now).await;
        assert_eq!((session.usage.is_pro, session.usage.calls_today), (true, 4));
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_address_creates_users_up_to_its_limit(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let known = device();
        visit(&database, None, &known, now).await;
        let created = at_once(50, |_| {
            let (database, limit) = (database.clone(), Some(store_limit(10)));
            async move { get_or_create_user(&database, None, &device(), limit, now).await }
        });
        let (created, refused): (Vec<_>, Vec<_>) =
            created.await.into_iter().partition(Result::is_ok);
        let refused = refused
            .iter()
            .all(|refused| matches!(refused, Err(Error::TooManyWrites)));
        assert!(created.len() == 10 && refused);
        assert_eq!(count(&database, "users").await, 11);
        // A known device writes no user, and costs nothing.
        let limit = Some(store_limit(10));
        let sent = Some(known.token_hash);
        let session = get_or_create_user(&database, sent, &device(), limit, now).await;
        assert!(!session.unwrap().is_new);
        let taken = "SELECT taken::BIGINT FROM store_buckets";
        assert_eq!(number(&database, taken).await, 10);
        let later = now + STORE_WINDOW;
        let created = get_or_create_user(&database, None, &device(), limit, later).await;
        assert!(created.unwrap().is_new);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn fifty_simultaneous_calls_of_one_device_create_no_user(pool: PgPool) {
        let (database, now) = (connect(&pool), at("2026-01-01T00:00:00Z"));
        let known = device();
        visit(&database, None, &known, now).await;
        let later = at("2026-03-01T00:00:00Z");
        let sessions = at_once(50, |_| {
            let database = database.clone();
            async move { visit(&database, Some(known.token_hash), &device(), later).await }
        });
        assert!(sessions.await.iter().all(|session| !session.is_new));
        assert_eq!(count(&database, "users").await, 1);
    }
}
