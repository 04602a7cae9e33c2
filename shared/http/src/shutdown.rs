//! The end of a process: closes the database connections when Lambda sends SIGTERM.
//!
//! Lambda sends SIGTERM only to a process that has registered an extension. Any other is killed at once, and the server
//! then keeps its connections until they time out. So each process registers an extension that receives no events. A
//! process that cannot register runs without this.

use std::time::Duration;

use http::{Request, StatusCode};
use lambda_runtime::Error;
use lambda_runtime_api_client::{BoxError, PooledClient, body::Body};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

use crate::App;

/// The longest that registering may delay the start.
const REGISTER_TIMEOUT: Duration = Duration::from_millis(500);
/// The extension's name, which is unique within its function.
const NAME: &str = "verse-shutdown";

/// Serves until Lambda ends the process, and then closes the database connections.
pub(crate) async fn serve_until_terminated(
    app: App,
    serving: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    let mut terminated = signal(SignalKind::terminate())?;
    let registered = timeout(REGISTER_TIMEOUT, register()).await;
    if !matches!(registered, Ok(Ok(()))) {
        tracing::warn!(
            "no extension could be registered: Lambda will kill this process without SIGTERM"
        );
    }
    tokio::select! {
        ended = serving => ended,
        _ = terminated.recv() => {
            app.close().await;
            Ok(())
        }
    }
}

/// Registers the extension. Source: "Using the Lambda Extensions API" in the Lambda developer guide.
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
    // This call completes the extension's start. It is never answered.
    let next = Request::get("/2020-01-01/extension/event/next")
        .header("lambda-extension-identifier", id)
        .body(Body::empty())?;
    tokio::spawn(async move { drop(client.call(next).await) });
    Ok(())
}
