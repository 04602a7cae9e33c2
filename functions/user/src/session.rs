//! `GET /api/user/session`: the caller's user and its daily quota. Creates a user for an unknown caller. One round trip; two
//! when the cookie belongs to no device.

use axum::{Json, extract::State};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use verse_data::{Usage, find_user};
use verse_http::{App, Caller, Problem, TooMany, Unavailable};

/// The caller's session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    /// The user's public id.
    anonymous_id: Uuid,
    /// When the user was created, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    created_at: DateTime<Utc>,
    /// The daily quota.
    usage: UsageAnswer,
}

/// The quota of generated answers for this UTC day.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageAnswer {
    /// Whether the user is pro, and has no limit.
    is_pro: bool,
    /// Generated answers a day; 0 for a pro user.
    #[schema(example = 10)]
    daily_limit: i32,
    /// Generated answers today.
    #[schema(example = 2)]
    calls_today: i32,
    /// Generated answers left today; -1 for a pro user.
    #[schema(example = 8)]
    remaining: i32,
}

/// Show the caller's session
///
/// Creates a user with its first device for an unknown caller, and sends the session cookie.
#[utoipa::path(get, path = "/api/user/session", tag = "user", responses(
    (status = 200, description = "The session", body = SessionAnswer,
     headers(("Set-Cookie" = String, description = "`verse_user_id`, for a new device or when it expires in less than 370 days"))),
    TooMany, Unavailable))]
pub async fn get_session(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<SessionAnswer>, Problem> {
    let (database, now) = (app.database()?, app.clock.now());
    let known = match caller.token_hash() {
        Some(token) => find_user(database, token, now).await?,
        None => None,
    };
    let session = if let Some(session) = known {
        caller.renew_cookie(&session, &app.settings);
        session
    } else {
        caller.create_user(&app).await?.1
    };
    Ok(Json(SessionAnswer {
        anonymous_id: session.user.anonymous_id,
        created_at: session.user.created_at,
        usage: UsageAnswer::new(session.usage, app.settings.daily_limit),
    }))
}

impl UsageAnswer {
    fn new(usage: Usage, limit: i32) -> Self {
        let Usage {
            is_pro,
            calls_today,
        } = usage;
        let (daily_limit, remaining) = if is_pro {
            (0, -1)
        } else {
            (limit, (limit - calls_today).max(0))
        };
        Self {
            is_pro,
            daily_limit,
            calls_today,
            remaining,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(is_pro: bool, calls_today: i32) -> (i32, i32) {
        let usage = Usage {
            is_pro,
            calls_today,
        };
        let answer = UsageAnswer::new(usage, 10);
        (answer.daily_limit, answer.remaining)
    }

    #[test]
    fn the_remaining_quota_is_shown() {
        assert_eq!(usage(false, 2), (10, 8));
        assert_eq!(usage(false, 11), (10, 0));
        assert_eq!(usage(true, 50), (0, -1));
    }
}
