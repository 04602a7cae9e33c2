//! The end of a process.
//!
//! Lambda tells a process that it is about to end by SIGTERM, but only one that has registered an extension; any other is
//! killed, and may leave its database connections open for as long as the other side waits. So each process registers one
//! that wants no events. Where there is nobody to register with, nothing is missed but that.

use std::time::Duration;

use http::{Request, StatusCode};
use lambda_runtime::Error;
use lambda_runtime_api_client::{BoxError, PooledClient, body::Body};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

use crate::App;

/// The longest that registering may hold up the start.
const REGISTERED_WITHIN: Duration = Duration::from_millis(500);
/// Under which name: it must be the only one of this name in its function.
const NAME: &str = "verse-ending";

/// Serves until Lambda ends the process, and then closes what is open.
pub(crate) async fn serve_until_told(
    app: App,
    serving: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    let mut told = signal(SignalKind::terminate())?;
    let registered = timeout(REGISTERED_WITHIN, register()).await;
    if !matches!(registered, Ok(Ok(()))) {
        tracing::warn!(
            "no extension could be registered: Lambda will not tell when it ends this process"
        );
    }
    tokio::select! {
        ended = serving => ended,
        _ = told.recv() => {
            app.close().await;
            Ok(())
        }
    }
}

/// Source: "Using the Lambda Extensions API" in the Lambda developer guide.
async fn register() -> Result<(), BoxError> {
    let client = PooledClient::builder().build();
    let request = Request::post("/2020-01-01/extension/register")
        .header("lambda-extension-name", NAME)
        .body(Body::from(r#"{"events":[]}"#))?;
    let registered = client.call(request).await?;
    let id = registered.headers().get("lambda-extension-identifier");
    let (StatusCode::OK, Some(id)) = (registered.status(), id.cloned()) else {
        return Err("the extension was not registered".into());
    };
    // Only with this does it count as started. Nothing ever comes of it.
    let next = Request::get("/2020-01-01/extension/event/next")
        .header("lambda-extension-identifier", id)
        .body(Body::empty())?;
    tokio::spawn(async move { drop(client.call(next).await) });
    Ok(())
}
