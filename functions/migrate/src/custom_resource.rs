//! The migrations as a custom resource of CloudFormation: a deployment waits until they are applied.
//!
//! CloudFormation ignores the result of the invocation. It waits for a message at the signed URL in the event. Source: "Custom
//! resource response objects" in the CloudFormation user guide.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use verse_data::apply_migrations;
use verse_http::{App, Problem};

use crate::signed_put;

/// Time to send the message before the deadline.
const MARGIN: Duration = Duration::from_secs(20);
/// The most characters of a reason: CloudFormation accepts a message of 4096 bytes.
const REASON_LENGTH: usize = 700;
/// The resource's id. It never changes: CloudFormation would then delete the old resource.
const RESOURCE_ID: &str = "verse-migrations";

/// A request of CloudFormation.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResourceRequest {
    request_type: String,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
}

/// Applies the migrations, unless the stack is being deleted, and sends the result.
pub(crate) async fn run(
    app: &App,
    request: ResourceRequest,
    deadline: Instant,
) -> Result<Value, Problem> {
    let left = deadline.saturating_duration_since(Instant::now());
    let work = Box::pin(apply(app, &request.request_type));
    let result = timeout(left.saturating_sub(MARGIN.min(left / 3)), work)
        .await
        .unwrap_or_else(|_| {
            Err("The migrations were not done when the function's time was up.".to_owned())
        })
        .map_err(|reason| reason.chars().take(REASON_LENGTH).collect::<String>());
    let status = if result.is_ok() { "SUCCESS" } else { "FAILED" };
    let message = json!({
        "Status": status,
        "Reason": result.as_ref().err(),
        "PhysicalResourceId": request.physical_resource_id.as_deref().unwrap_or(RESOURCE_ID),
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.logical_resource_id,
        "Data": {"Applied": result.as_ref().unwrap_or(&0)},
    });
    signed_put::put(&request.response_url, message.to_string())
        .await
        .map_err(Problem::unavailable)?;
    Ok(match result {
        Ok(_) => json!({"status": status}),
        Err(reason) => json!({"status": status, "reason": reason}),
    })
}

/// The number of applied migrations, or the reason of the failure.
async fn apply(app: &App, request_type: &str) -> Result<usize, String> {
    match request_type {
        // The users' data stays: the database's own resource says whether the database is deleted.
        "Delete" => Ok(0),
        "Create" | "Update" => {
            let applying = async { Ok::<_, Problem>(apply_migrations(app.database()?).await?) };
            let applied = applying.await.map(|applied| applied.len());
            applied.map_err(|problem| problem.log_failed_job(&app.settings.function))
        }
        _ => Err("RequestType must be Create, Update or Delete.".to_owned()),
    }
}

/// Reads a request of CloudFormation. `None` when the event is not one: it has no URL for a message.
pub(crate) fn read(event: &Value) -> Option<Result<ResourceRequest, Problem>> {
    event.get("ResponseURL")?;
    let request = ResourceRequest::deserialize(event).map_err(|_| {
        Problem::bad_request(
            "The event has a ResponseURL but is not a request of CloudFormation: RequestType, StackId, RequestId \
             or LogicalResourceId is missing.",
        )
    });
    Some(request)
}
