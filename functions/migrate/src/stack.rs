//! The migrations as a custom resource of CloudFormation: a deployment asks for them, and goes on only when they are
//! applied.
//!
//! CloudFormation does not look at what the invocation answers: it waits for a message at an address that it names in the
//! event. Source: "Custom resource response objects" in the CloudFormation user guide.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;
use verse_http::{App, Problem};

use crate::{delivery, schema};

/// What is kept of the function's time for the message.
const MARGIN: Duration = Duration::from_secs(20);
/// The most characters of a reason: CloudFormation takes a message of 4096 bytes.
const REASON: usize = 700;
/// The resource's id. It never changes: CloudFormation would delete the old one otherwise.
const RESOURCE: &str = "verse-migrations";

/// What CloudFormation asks for.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StackRequest {
    request_type: String,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
}

/// What was told to CloudFormation.
#[derive(Debug, Serialize)]
pub struct Told {
    /// `SUCCESS` or `FAILED`.
    status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Applies the migrations, unless the stack goes away, and tells how that went.
pub(crate) async fn run(
    app: &App,
    request: StackRequest,
    deadline: Instant,
) -> Result<Told, Problem> {
    let left = deadline.saturating_duration_since(Instant::now());
    let work = Box::pin(apply(app, &request.request_type));
    let done = timeout(left.saturating_sub(MARGIN.min(left / 3)), work)
        .await
        .unwrap_or_else(|_| {
            Err("The migrations were not done when the function's time was up.".to_owned())
        });
    let (status, reason, applied) = match done {
        Ok(applied) => ("SUCCESS", None, applied),
        Err(reason) => ("FAILED", Some(reason.chars().take(REASON).collect()), 0),
    };
    let message = json!({
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": request.physical_resource_id.as_deref().unwrap_or(RESOURCE),
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
        "Data": {"Applied": applied},
    });
    delivery::put(&request.response_url, message.to_string())
        .await
        .map_err(Problem::unavailable)?;
    Ok(Told { status, reason })
}

/// How many migrations were applied, or why not.
async fn apply(app: &App, request_type: &str) -> Result<usize, String> {
    match request_type {
        // What readers have stays: the database goes away with its own resource, or is kept by it.
        "Delete" => Ok(0),
        "Create" | "Update" => {
            let applied = async { schema::apply(app.database()?).await };
            applied
                .await
                .map(|applied| applied.len())
                .map_err(|problem| problem.log_failed_job(&app.settings.function))
        }
        _ => Err("RequestType is none of Create, Update and Delete.".to_owned()),
    }
}

/// Whether an event wants an answer sent somewhere.
pub(crate) fn read(event: &Value) -> Option<Result<StackRequest, Problem>> {
    event.get("ResponseURL")?;
    let request = StackRequest::deserialize(event).map_err(|_| {
        Problem::bad_request(
            "The event has a ResponseURL and is no request of CloudFormation: RequestType, StackId, RequestId \
             or LogicalResourceId is missing.",
        )
    });
    Some(request)
}
