//! `GET /api/user/session`: who is calling, and how much of the day's allowance is used. An unknown caller becomes a
//! user with its first device. One round trip; one more when the cookie sent is nobody's.

use axum::{Json, extract::State};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use verse_data::{Usage, find_user};
use verse_http::{App, Caller, Problem, Unavailable};

/// The caller's session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    /// What the outside may call this user.
    anonymous_id: Uuid,
    /// When the user first came, in milliseconds since 1970.
    #[serde(with = "ts_milliseconds")]
    #[schema(value_type = i64, example = 1_767_225_600_000_i64)]
    created_at: DateTime<Utc>,
    /// The allowance of generated answers.
    usage: UsageAnswer,
}

/// Where the caller stands with the daily allowance. A UTC day.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageAnswer {
    /// Whether there is no limit.
    is_pro: bool,
    /// Generated answers a day; 0 where there is no limit.
    #[schema(example = 10)]
    daily_limit: i32,
    /// Generated answers today.
    #[schema(example = 2)]
    calls_today: i32,
    /// Generated answers left today; -1 where there is no limit.
    #[schema(example = 8)]
    remaining: i32,
}

/// The caller's session
///
/// Creates user and device for an unknown caller, and sends the cookie that says so from then on.
#[utoipa::path(
    get,
    path = "/api/user/session",
    tag = "user",
    responses(
        (status = 200, description = "The session", body = SessionAnswer,
         headers(("Set-Cookie" = String, description = "`verse_user_id`, for a new device or when it runs out in less than 370 days"))),
        Unavailable,
    )
)]
pub async fn get_session(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<SessionAnswer>, Problem> {
    let (database, now) = (app.database()?, app.clock.now());
    let known = match caller.token_hash() {
        Some(sent) => find_user(database, sent, now).await?,
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
        let answer = UsageAnswer::new(
            Usage {
                is_pro,
                calls_today,
            },
            10,
        );
        (answer.daily_limit, answer.remaining)
    }

    #[test]
    fn the_rest_of_the_allowance_is_told() {
        assert_eq!(usage(false, 2), (10, 8));
        assert_eq!(usage(false, 11), (10, 0));
        assert_eq!(usage(true, 50), (0, -1));
    }
}
