//! `POST /api/user/link/accept`: enters a code, and the two users become one. After ten wrong codes in 15 minutes from
//! one user or address (both are settings): `429`. One round trip for a refusal, thirteen for a link.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use verse_data::{
    AcceptedLink, CodeHash, DeviceKind, DeviceLabel, LinkAttempt, LinkCode, LinkRefusal,
    accept_link_code, check_link_code,
};
use verse_http::{
    App, BadRequest, Caller, Fields, FromFields, Identity, Invalid, Problem, TooMany, Unavailable,
    as_caller,
};

/// A code, and what the device that enters it is to be called.
#[derive(ToSchema)]
pub struct AcceptBody {
    /// In any letter case, with or without hyphens and spaces.
    #[schema(value_type = String, example = "7KQM-3XWP-9RTA", max_length = 1000)]
    code: Option<CodeHash>,
    /// What the `User-Agent` says, when absent.
    #[schema(max_length = 100, example = "Kitchen tablet")]
    device_name: Option<String>,
    /// `mobile`, `tablet`, `desktop` or `unknown`; what the `User-Agent` says, when absent.
    #[schema(value_type = Option<String>, example = "tablet")]
    device_type: Option<DeviceKind>,
}

impl FromFields for AcceptBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let code = fields.text("code", 0..=1000);
        let name = fields.optional_text("device_name", 0..=100);
        let kind = fields.optional_text("device_type", 0..=100);
        let device_type = kind.as_deref().map(DeviceKind::parse);
        if device_type == Some(None) {
            fields.fault("device_type", "must be mobile, tablet, desktop or unknown");
        }
        let name = name.map(|name| name.trim().to_owned());
        Some(Self {
            code: LinkCode::parse(&code?).map(|code| code.hash()),
            device_name: name.filter(|name| !name.is_empty()),
            device_type: device_type.flatten(),
        })
    }
}

/// The devices are linked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptAnswer {
    /// Always true.
    success: bool,
    /// What the outside may call the user that both have become.
    new_anonymous_id: Uuid,
    #[schema(example = "Devices linked successfully")]
    message: &'static str,
}

/// Enter a link code
///
/// The two users become one, which has everything of both. Both devices keep their cookies.
#[utoipa::path(post, path = "/api/user/link/accept", tag = "device", request_body = AcceptBody,
    responses(
        (status = 200, description = "The devices are linked", body = AcceptAnswer),
        BadRequest,
        Invalid,
        TooMany,
        Unavailable,
    ))]
pub async fn accept_code(
    State(app): State<App>,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<AcceptBody>,
) -> Result<(Identity, Response), Problem> {
    let now = app.clock.now();
    let code = body.check(&app, &caller, now).await?;
    let (label, limit) = (body.label(), app.settings.rates.wrong_codes);
    let (identity, accepted) = as_caller(&app, &caller, |database, token| {
        let label = label.clone();
        async move { accept_link_code(&database, token, code, &label, limit, now).await }
    })
    .await?;
    // Whoever has become a user for it is told so in either case.
    let answer = match accepted {
        AcceptedLink::Linked(user) => Json(AcceptAnswer::new(user)).into_response(),
        AcceptedLink::Refused(refusal) => refused(refusal).into_response(),
    };
    Ok((identity, answer))
}

impl AcceptAnswer {
    fn new(new_anonymous_id: Uuid) -> Self {
        Self {
            success: true,
            new_anonymous_id,
            message: "Devices linked successfully",
        }
    }
}

impl AcceptBody {
    /// The code, if it is good. Asked first: a wrong one makes no unknown caller a user.
    async fn check(
        &self,
        app: &App,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<CodeHash, Problem> {
        let (token, address) = (caller.token_hash(), caller.address);
        let limit = app.settings.rates.wrong_codes;
        let attempt =
            check_link_code(app.database()?, token, address, self.code, limit, now).await?;
        match (attempt, self.code) {
            (LinkAttempt::BlockedUntil(until), _) => Err(blocked(until, now)),
            (LinkAttempt::Refused(refusal), _) => Err(refused(refusal)),
            (LinkAttempt::Acceptable, Some(code)) => Ok(code),
            (LinkAttempt::Acceptable, None) => Err(refused(LinkRefusal::Invalid)),
        }
    }

    fn label(&self) -> DeviceLabel {
        DeviceLabel {
            name: self.device_name.clone(),
            kind: self.device_type,
        }
    }
}

fn refused(refusal: LinkRefusal) -> Problem {
    Problem::bad_request(match refusal {
        LinkRefusal::Invalid => "Invalid link code",
        LinkRefusal::OwnCode => "Cannot link device to itself",
        LinkRefusal::Expired => "This code has expired. Please generate a new one.",
        LinkRefusal::Used => "This code has already been used",
        LinkRefusal::Revoked => "This code has been revoked",
    })
}

fn blocked(until: DateTime<Utc>, now: DateTime<Utc>) -> Problem {
    let seconds = (until - now).num_seconds().saturating_add(1).max(1);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many wrong link codes. Please try again later.",
    )
    .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
}
