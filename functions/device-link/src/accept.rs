//! `POST /api/user/link/accept`: accepts a link code and merges the two users. Ten wrong codes in 15 minutes for each
//! user, a hundred for each address (these numbers are settings). One round trip for a refusal, thirteen for a link.

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Duration, Utc};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::{ToSchema, openapi::schema::Object};
use uuid::Uuid;
use verse_data::{
    AcceptOutcome, CheckOutcome, CodeHash, CodeRejection, DeviceKind, DeviceLabel, LinkCode,
    WrongCodeLimit, accept_link_code, check_link_code,
};
use verse_http::{
    App, BadRequest, Caller, Fields, FromFields, Invalid, Problem, TooMany, Unavailable,
    optional_choice, visible_name, with_user,
};
use verse_platform::{Environment, SettingError};

/// A code, and the name and type of the device that enters it.
#[derive(ToSchema)]
pub struct AcceptBody {
    /// In any letter case, with or without hyphens and spaces.
    #[schema(value_type = String, example = "7KQM-3XWP-9RTA", max_length = 1000)]
    code: Option<CodeHash>,
    /// From the `User-Agent` when absent.
    #[schema(max_length = 100, example = "Kitchen tablet")]
    device_name: Option<String>,
    /// From the `User-Agent` when absent.
    #[schema(required = false, schema_with = optional_device_type)]
    device_type: Option<DeviceKind>,
}

fn optional_device_type() -> Object {
    optional_choice(&DeviceKind::ALL.map(DeviceKind::as_str))
}

impl FromFields for AcceptBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let code = fields.text("code", 0..=1000);
        let name = fields.optional_text("device_name", 0..=100);
        let kind = fields.optional_text("device_type", 0..=100);
        let device_type = kind.as_deref().map(DeviceKind::parse);
        if device_type == Some(None) {
            fields.add_error("device_type", "must be mobile, tablet, desktop or unknown");
        }
        Some(Self {
            code: LinkCode::parse(&code?).map(|code| code.hash()),
            device_name: name.as_deref().and_then(visible_name),
            device_type: device_type.flatten(),
        })
    }
}

/// The devices are linked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptAnswer {
    /// Always true.
    success: bool,
    /// The id of the merged user.
    new_anonymous_id: Uuid,
    #[schema(example = "Devices linked successfully")]
    message: &'static str,
}

/// Accept a link code
///
/// The two users become one with the data of both. Both devices keep their cookies. A device that sends its code again within
/// the code's five minutes gets the same answer.
#[utoipa::path(post, path = "/api/user/link/accept", tag = "device", request_body = AcceptBody, responses(
    (status = 200, description = "The devices are linked", body = AcceptAnswer),
    BadRequest, Invalid, TooMany, Unavailable))]
pub async fn accept_code(
    State(app): State<App>,
    Extension(limit): Extension<WrongCodeLimit>,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<AcceptBody>,
) -> Result<Json<AcceptAnswer>, Problem> {
    let now = app.clock.now();
    let accepted = match body.check(&app, &caller, limit, now).await? {
        Checked::Linked(anonymous_id) => AcceptOutcome::Linked(anonymous_id),
        Checked::Valid(code) => {
            let label = body.label();
            let accept = with_user(&app, &caller, |database, token| {
                let label = label.clone();
                async move { accept_link_code(&database, token, code, &label, limit, now).await }
            });
            accept.await?
        }
    };
    match accepted {
        AcceptOutcome::Linked(new_anonymous_id) => Ok(Json(AcceptAnswer {
            success: true,
            new_anonymous_id,
            message: "Devices linked successfully",
        })),
        AcceptOutcome::Rejected(rejection) => Err(rejected(rejection)),
    }
}

/// Reads the limits of wrong codes: `WRONG_CODES` (10) for each user and `WRONG_CODES_PER_ADDRESS` (100) in
/// `WRONG_CODES_MINUTES` (15).
///
/// # Errors
/// Names the setting that cannot be used.
pub fn wrong_code_limit(environment: &Environment) -> Result<WrongCodeLimit, SettingError> {
    let minutes: u16 = environment.parse("WRONG_CODES_MINUTES", 15, "a whole number")?;
    Ok(WrongCodeLimit {
        per_user: environment.parse("WRONG_CODES", 10, "a whole number")?,
        per_address: environment.parse("WRONG_CODES_PER_ADDRESS", 100, "a whole number")?,
        window: Duration::minutes(minutes.into()),
    })
}

/// A code that is not refused.
enum Checked {
    /// It can be accepted.
    Valid(CodeHash),
    /// The caller has accepted it, and belongs to the user with this anonymous id.
    Linked(Uuid),
}

impl AcceptBody {
    /// Refuses a code that cannot be accepted. The check comes first: a wrong code must not create a user.
    async fn check(
        &self,
        app: &App,
        caller: &Caller,
        limit: WrongCodeLimit,
        now: DateTime<Utc>,
    ) -> Result<Checked, Problem> {
        let (token, address) = (caller.token_hash(), caller.address);
        let outcome =
            check_link_code(app.database()?, token, address, self.code, limit, now).await?;
        match (outcome, self.code) {
            (CheckOutcome::BlockedUntil(until), _) => Err(blocked(until, now)),
            (CheckOutcome::Rejected(rejection), _) => Err(rejected(rejection)),
            (CheckOutcome::Linked(anonymous_id), _) => Ok(Checked::Linked(anonymous_id)),
            (CheckOutcome::Valid, Some(code)) => Ok(Checked::Valid(code)),
            (CheckOutcome::Valid, None) => Err(rejected(CodeRejection::Unknown)),
        }
    }

    fn label(&self) -> DeviceLabel {
        DeviceLabel {
            name: self.device_name.clone(),
            kind: self.device_type,
        }
    }
}

fn rejected(rejection: CodeRejection) -> Problem {
    Problem::bad_request(match rejection {
        CodeRejection::Unknown => "Invalid link code",
        CodeRejection::OwnCode => "Cannot link device to itself",
        CodeRejection::Expired => "This code has expired. Please generate a new one.",
        CodeRejection::Used => "This code has already been used",
        CodeRejection::Revoked => "This code has been revoked",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_wrong_codes_can_be_set() {
        let limit = |pairs: &[(&str, &str)]| {
            wrong_code_limit(&Environment::of(pairs.iter().copied()))
                .map_err(|error| error.to_string())
        };
        let expected = |per_user, per_address, minutes| {
            Ok(WrongCodeLimit {
                per_user,
                per_address,
                window: Duration::minutes(minutes),
            })
        };
        assert_eq!(limit(&[]), expected(10, 100, 15));
        let set = [
            ("WRONG_CODES", "7"),
            ("WRONG_CODES_PER_ADDRESS", "70"),
            ("WRONG_CODES_MINUTES", "8"),
        ];
        assert_eq!(limit(&set), expected(7, 70, 8));
        for (name, _) in set {
            let error = limit(&[(name, "many")]).unwrap_err();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
