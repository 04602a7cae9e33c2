//! Problems: the error responses, in the form of RFC 9457.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{ToSchema, openapi::schema::Object};

use crate::{FieldError, choice};

/// Seconds after which a caller may try again when the database or an upstream service does not answer.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// The error of a handler. Its sentences are written for callers.
#[derive(Debug)]
#[must_use]
pub struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    /// Boxed to keep every `Result` small: few problems have members of their own.
    members: Box<Map<String, Value>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Cause>,
}

/// The internal cause: for the log, never for the caller.
#[derive(Clone, Debug)]
pub(crate) struct Cause(Arc<dyn Error + Send + Sync>);

/// The cause of an upstream failure, in the debug form: the sentence for callers holds less.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Upstream<E: fmt::Debug>(E);

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: the status is the type.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    pub title: &'static str,
    /// The status.
    #[schema(example = 422)]
    pub status: u16,
    /// A sentence that a person can act on.
    pub detail: String,
    /// All invalid fields, on a `422`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    #[serde(flatten)]
    #[schema(value_type = ProblemMembers)]
    members: Map<String, Value>,
}

/// Members of some problems.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
pub struct ProblemMembers {
    /// Why the model did not answer.
    #[schema(required = false, schema_with = error_types)]
    error_type: &'static str,
    /// Generated answers today, on a `429` of the daily quota.
    #[schema(required = false)]
    current_usage: i32,
    /// The daily quota.
    #[schema(required = false)]
    limit: i32,
    /// Whether the user is pro.
    #[schema(required = false)]
    is_pro: bool,
    /// The closest known name, on a `404` for an unknown book or translation.
    #[schema(required = false)]
    nearest: String,
}

/// The schema of `error_type`, in a problem and in an `error` event.
#[must_use]
pub fn error_types() -> Object {
    choice(&["auth_error", "overloaded", "timeout", "interrupted"])
}

impl Problem {
    /// A problem with this status and sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            members: Box::default(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// `400`: the request cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// `404`: the sentence names what does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// `404`: no route has this path, or none that the settings allow.
    pub fn no_such_path(uri: &Uri) -> Self {
        Self::not_found(format!("There is nothing at {:.200}.", uri.path()))
    }

    /// `422`: lists every invalid field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let list: Vec<_> = errors
            .iter()
            .map(|error| match error.pointer.strip_prefix('/') {
                Some(field) => format!("{field} {}", error.detail),
                None => format!("the body {}", error.detail),
            })
            .collect();
        let list = list.join("; ");
        // A detail may end with a question, as in `did you mean Genesis?`.
        let end = if list.ends_with('?') { "" } else { "." };
        let detail = format!("The request is not valid: {list}{end}");
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
    }

    /// `429` with `Retry-After`: a limit is reached, and the caller may try again after `wait`.
    pub fn too_many(detail: impl Into<String>, wait: TimeDelta) -> Self {
        // Rounded up: a call after this time is not refused again.
        let seconds = (wait.num_milliseconds().max(1) + 999) / 1000;
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// `503` with `Retry-After`: the database or an upstream service does not answer.
    pub fn unavailable(cause: impl Error + Send + Sync + 'static) -> Self {
        let detail = "The service cannot do this at the moment. Please try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            .with_header(header::RETRY_AFTER, RETRY_AFTER)
            .because(cause)
    }

    /// `502` or `503` with `Retry-After`: an upstream service failed. `cause` prints as a sentence for callers, and
    /// `error_type` is its kind, where the contract names one.
    pub fn upstream(
        status: StatusCode,
        error_type: Option<&'static str>,
        retry_after: Duration,
        cause: impl Error + Send + Sync + 'static,
    ) -> Self {
        let seconds = retry_after.as_secs().max(1);
        let problem = Self::new(status, cause.to_string())
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
            .because(Upstream(cause));
        match error_type {
            Some(kind) => problem.with("error_type", kind),
            None => problem,
        }
    }

    /// `500`: a defect.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        let detail = "Something went wrong on our side. It has been noted.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail).because(cause)
    }

    /// Adds a member of its own to the body.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// Adds a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Logs why a job failed. Returns the sentence for operators, with the cause.
    #[must_use]
    pub fn log_failed_job(self, job: &str) -> String {
        match &self.cause {
            Some(cause) => {
                tracing::error!(job, cause = tracing::field::display(cause), "job failed");
                format!("{} ({cause})", self.detail)
            }
            None => self.detail,
        }
    }

    /// Logs why a streamed response breaks off. Its status is sent already.
    pub(crate) fn log_broken_stream(&self) {
        let cause = self.cause.as_ref().map(tracing::field::display);
        tracing::error!(cause, "stream broke off");
    }

    /// Adds the internal cause, which goes to the log and never to the caller.
    pub fn because(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Cause(Arc::new(cause)));
        self
    }

    /// The body as JSON.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            members: (*self.members).clone(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl From<verse_data::Error> for Problem {
    fn from(error: verse_data::Error) -> Self {
        match error {
            verse_data::Error::NotFound(what) => {
                Self::not_found(format!("There is no such {what}."))
            }
            // The device was erased or unlinked during the request.
            error @ verse_data::Error::UnknownCaller => Self::unavailable(error),
            verse_data::Error::TooManyWrites => Self::too_many(
                "Too much is being stored from this address. Please wait a minute and try again.",
                verse_data::STORE_WINDOW,
            ),
            verse_data::Error::TooMuchData => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "You have stored as much as one user may. Export your data, clear chats or histories, and try again.",
            ),
            verse_data::Error::TooManyMessages => Self::bad_request(
                "These devices have too many messages to be linked. Please delete chats on one of them first.",
            ),
            error if error.is_unavailable() => Self::unavailable(error),
            error => Self::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status, self.to_json()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut next: Option<&dyn Error> = Some(&*self.0);
        let mut before = "";
        while let Some(error) = next {
            write!(f, "{before}{error}")?;
            before = ": ";
            next = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_has_the_members_of_rfc_9457_and_its_own() {
        let error = FieldError {
            pointer: "/chapter".to_owned(),
            detail: "must be 1 or more".to_owned(),
        };
        let body: Value = serde_json::from_slice(&Problem::invalid(vec![error]).to_json()).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "about:blank", "title": "Unprocessable Entity", "status": 422,
                "detail": "The request is not valid: chapter must be 1 or more.",
                "errors": [{"pointer": "/chapter", "detail": "must be 1 or more"}],
            })
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_named_as_the_body() {
        let error = FieldError {
            pointer: String::new(),
            detail: "must be an object".to_owned(),
        };
        let detail = "The request is not valid: the body must be an object.";
        assert_eq!(Problem::invalid(vec![error]).detail(), detail);
    }

    #[test]
    fn a_detail_that_ends_with_a_question_gets_no_full_stop() {
        let error = FieldError {
            pointer: "/in".to_owned(),
            detail: "has an unknown book; did you mean Genesis?".to_owned(),
        };
        let detail = "The request is not valid: in has an unknown book; did you mean Genesis?";
        assert_eq!(Problem::invalid(vec![error]).detail(), detail);
    }

    #[test]
    fn retry_after_is_in_whole_seconds_and_long_enough() {
        for (milliseconds, seconds) in [(-5, "1"), (1, "1"), (1000, "1"), (59_001, "60")] {
            let wait = TimeDelta::milliseconds(milliseconds);
            let response = Problem::too_many("Slow down.", wait).into_response();
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
        }
    }

    #[test]
    fn a_cause_goes_to_the_log_and_not_into_the_body() {
        let error = verse_platform::SettingError::Missing("DATABASE_URL".to_owned());
        let response = Problem::unavailable(error).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        let cause = response.extensions().get::<Cause>().unwrap();
        assert_eq!(cause.to_string(), "DATABASE_URL is not set");
    }
}
