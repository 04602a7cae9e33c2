//! Users and their devices: tables `users` and `devices`.
//!
//! A device is a cookie's token; a user is whoever shares one history. Whoever calls is found by the token's hash.

use chrono::{DateTime, Duration, Utc};
use sqlx::types::Uuid;

use crate::{Database, Error, TokenHash, Usage};

/// A user's number, for use within the service only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

impl From<i64> for UserId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

/// A device's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId(pub i64);

/// What sort of machine a device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceKind {
    /// A telephone.
    Mobile,
    /// A tablet.
    Tablet,
    /// A computer.
    Desktop,
    /// Anything else, or not known.
    #[default]
    Unknown,
}

impl DeviceKind {
    /// As it is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Unknown => "unknown",
        }
    }

    /// The kind that is stored and sent as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mobile, Self::Tablet, Self::Desktop, Self::Unknown]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A user, as the outside may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: UserId,
    /// What the outside calls it.
    pub anonymous_id: Uuid,
    /// Whether it has the unlimited plan.
    pub is_pro: bool,
    /// When it first came.
    pub created_at: DateTime<Utc>,
}

/// The device that a first visit creates, with its user.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Hash of the token made for it.
    pub token_hash: TokenHash,
    /// The name the outside will know its user by.
    pub anonymous_id: Uuid,
    /// As `Chrome on Windows`, when known.
    pub name: Option<String>,
    /// What sort of machine.
    pub kind: DeviceKind,
    /// The `User-Agent` header, cut to 500 characters.
    pub user_agent: Option<String>,
}

/// Who is calling, from which device, and how much of the allowance is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user: User,
    /// The calling device.
    pub device_id: DeviceId,
    /// The allowance.
    pub usage: Usage,
    /// The token sent matched nothing: user and device are new and have the new token.
    pub is_new: bool,
    /// The cookie has less than 370 of its 400 days left and must be sent again.
    pub cookie_is_due: bool,
}

/// A cookie is sent again when this much of its life has gone.
const COOKIE_DUE_AFTER: Duration = Duration::days(30);
/// `last_active` is exact to this much, so that not every read is a write.
const ACTIVE_RESOLUTION: Duration = Duration::minutes(1);

/// Finds the caller by its token, or creates the user and its first device. One round trip either way.
///
/// A repeat of the same call finds what the first one created: the statement looks for the new token, too. That a cookie
/// came back at all is stored at its first return: a device whose cookie never does is nobody's.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_or_create_user(
    database: &Database,
    presented: Option<TokenHash>,
    new: &NewDevice,
    now: DateTime<Utc>,
) -> Result<Session, Error> {
    find_or_create(database, presented, Some(new), now)
        .await?
        .ok_or(Error::NotFound("user"))
}

/// Finds the caller by its token; `None` when the token is no device's. As [`get_or_create_user`], which needs to know
/// more about a caller. One round trip.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn find_user(
    database: &Database,
    token: TokenHash,
    now: DateTime<Utc>,
) -> Result<Option<Session>, Error> {
    find_or_create(database, Some(token), None, now).await
}

async fn find_or_create(
    database: &Database,
    presented: Option<TokenHash>,
    new: Option<&NewDevice>,
    now: DateTime<Utc>,
) -> Result<Option<Session>, Error> {
    let row = sqlx::query!(
        r#"
        WITH found AS (
            SELECT id, user_id, last_active, cookie_sent_at, coalesce(token_hash = $2, FALSE) AS is_new,
                   coalesce(token_hash = $1, FALSE) AND NOT returned AS is_first_return
            FROM devices
            WHERE token_hash IN ($1, $2)
            ORDER BY is_new
            LIMIT 1
        ), touched AS (
            UPDATE devices
            SET last_active = greatest(devices.last_active, $3),
                cookie_sent_at = CASE WHEN found.cookie_sent_at < $4 THEN $3
                                      ELSE devices.cookie_sent_at END,
                returned = devices.returned OR found.is_first_return
            FROM found
            WHERE devices.id = found.id
              AND (found.last_active < $5 OR found.cookie_sent_at < $4 OR found.is_first_return)
        ), new_user AS (
            INSERT INTO users (anonymous_id, created_at)
            SELECT $6, $3
            WHERE NOT EXISTS (SELECT FROM found)
              AND $2::BYTEA IS NOT NULL
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
        presented.as_ref().map(TokenHash::as_bytes),
        new.map(|new| new.token_hash.as_bytes()),
        now,
        now - COOKIE_DUE_AFTER,
        now - ACTIVE_RESOLUTION,
        new.map(|new| new.anonymous_id),
        new.and_then(|new| new.name.as_deref()),
        new.map(|new| new.kind.as_str()),
        new.and_then(|new| new.user_agent.as_deref()),
        now.date_naive(),
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

/// The user that the outside knows by `anonymous_id`. One round trip. For operators: no route takes such an id.
///
/// # Errors
///
/// [`Error::Unavailable`] when the database does not answer.
pub async fn get_user_by_anonymous_id(
    database: &Database,
    anonymous_id: Uuid,
) -> Result<Option<User>, Error> {
    let row = sqlx::query!(
        "SELECT id, anonymous_id, is_pro, created_at FROM users WHERE anonymous_id = $1",
        anonymous_id,
    )
    .fetch_optional(database.repeatable())
    .await?;
    Ok(row.map(|row| User {
        id: UserId(row.id),
        anonymous_id: row.anonymous_id,
        is_pro: row.is_pro,
        created_at: row.created_at,
    }))
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::{
        DeviceToken,
        fixture::{at, count, database},
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

    #[sqlx::test(migrations = "../../migrations")]
    async fn an_unknown_caller_becomes_a_user_with_one_device(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (database, now) = (database(options), at("2026-01-01T00:00:00Z"));
        let new = device();
        let session = get_or_create_user(&database, None, &new, now)
            .await
            .unwrap();
        assert!(session.is_new && !session.cookie_is_due);
        assert_eq!(session.user.anonymous_id, new.anonymous_id);
        assert_eq!(
            (session.user.created_at, session.usage.calls_today),
            (now, 0)
        );

        let again = get_or_create_user(&database, Some(new.token_hash), &device(), now)
            .await
            .unwrap();
        assert!(!again.is_new);
        assert_eq!(
            (again.user, again.device_id),
            (session.user.clone(), session.device_id)
        );

        let found = get_user_by_anonymous_id(&database, new.anonymous_id)
            .await
            .unwrap();
        assert_eq!(found, Some(session.user));
        assert_eq!(
            get_user_by_anonymous_id(&database, device().anonymous_id)
                .await
                .unwrap(),
            None
        );
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn a_token_that_matches_nothing_is_an_unknown_caller(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (database, now) = (database(options), at("2026-01-01T00:00:00Z"));
        let stranger = device().token_hash;
        let session = get_or_create_user(&database, Some(stranger), &device(), now)
            .await
            .unwrap();
        assert!(session.is_new);
        let again = get_or_create_user(&database, Some(stranger), &device(), now)
            .await
            .unwrap();
        assert!(again.is_new, "the token sent is not taken over");
        assert_ne!(session.user.id, again.user.id);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn the_same_statement_twice_creates_one_user(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (database, now) = (database(options), at("2026-01-01T00:00:00Z"));
        let new = device();
        let first = get_or_create_user(&database, None, &new, now)
            .await
            .unwrap();
        let second = get_or_create_user(&database, None, &new, now)
            .await
            .unwrap();
        assert_eq!(
            first, second,
            "a repeat finds what the first run created, and says so"
        );
        assert_eq!(count(&database, "users").await, 1);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn the_cookie_is_due_when_less_than_370_days_are_left(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options);
        let new = device();
        get_or_create_user(&database, None, &new, at("2026-01-01T00:00:00Z"))
            .await
            .unwrap();
        let mut due = Vec::new();
        for now in [
            "2026-01-31T00:00:00Z",
            "2026-01-31T00:00:01Z",
            "2026-01-31T00:00:02Z",
        ] {
            let known = Some(new.token_hash);
            let session = get_or_create_user(&database, known, &device(), at(now))
                .await
                .unwrap();
            due.push(session.cookie_is_due);
        }
        assert_eq!(due, [false, true, false], "due once, then sent afresh");
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn being_active_is_written_once_a_minute(_: PgPoolOptions, options: PgConnectOptions) {
        let database = database(options);
        let new = device();
        // The second stores that the cookie came back, which is written whatever the time.
        for presented in [None, Some(new.token_hash)] {
            get_or_create_user(&database, presented, &new, at("2026-01-01T00:00:00Z"))
                .await
                .unwrap();
        }
        let mut seen = Vec::new();
        for now in [
            "2026-01-01T00:01:00Z",
            "2026-01-01T00:01:01Z",
            "2026-01-01T00:00:30Z",
        ] {
            get_or_create_user(&database, Some(new.token_hash), &device(), at(now))
                .await
                .unwrap();
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
    async fn that_a_cookie_came_back_is_stored_at_its_first_return(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let database = database(options);
        let (new, now) = (device(), at("2026-01-01T00:00:00Z"));
        let mut returned = Vec::new();
        // The first twice, as a connection that broke would have it; once more when being active is due.
        for (presented, now) in [
            (None, now),
            (None, now),
            (None, now + Duration::hours(1)),
            (Some(new.token_hash), now),
            (None, now + Duration::hours(2)),
        ] {
            get_or_create_user(&database, presented, &new, now)
                .await
                .unwrap();
            let has: bool = sqlx::query_scalar("SELECT returned FROM devices")
                .fetch_one(database.once())
                .await
                .unwrap();
            returned.push(has);
        }
        assert_eq!(returned, [false, false, false, true, true]);
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn todays_usage_and_the_plan_are_told(_: PgPoolOptions, options: PgConnectOptions) {
        let database = database(options);
        let new = device();
        let now = at("2026-01-02T23:59:59Z");
        let user = get_or_create_user(&database, None, &new, now)
            .await
            .unwrap()
            .user
            .id;
        sqlx::query("INSERT INTO daily_usage VALUES ($1, '2026-01-01', 9), ($1, '2026-01-02', 4)")
            .bind(user.0)
            .execute(database.once())
            .await
            .unwrap();
        sqlx::query("UPDATE users SET is_pro = TRUE")
            .execute(database.once())
            .await
            .unwrap();
        let told = get_or_create_user(&database, Some(new.token_hash), &device(), now)
            .await
            .unwrap();
        assert_eq!(
            told.usage,
            Usage {
                is_pro: true,
                calls_today: 4
            }
        );
    }

    #[sqlx::test(migrations = "../../migrations")]
    async fn fifty_calls_of_one_device_at_once_are_one_user(
        _: PgPoolOptions,
        options: PgConnectOptions,
    ) {
        let (database, now) = (database(options), at("2026-01-01T00:00:00Z"));
        let known = device();
        get_or_create_user(&database, None, &known, now)
            .await
            .unwrap();
        let later = at("2026-03-01T00:00:00Z");
        let calls = (0..50).map(|_| {
            let (database, hash) = (database.clone(), known.token_hash);
            tokio::spawn(async move {
                get_or_create_user(&database, Some(hash), &device(), later)
                    .await
                    .unwrap()
                    .is_new
            })
        });
        for call in calls.collect::<Vec<_>>() {
            assert!(!call.await.unwrap());
        }
        assert_eq!(count(&database, "users").await, 1);
    }
}
