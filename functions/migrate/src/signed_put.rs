//! Sends a message by `PUT` to a signed URL.

use std::time::Duration;

use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use thiserror::Error;
use tokio::time::{sleep, timeout};

/// The longest that one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
/// The pauses before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

/// Why a message did not arrive. Does not contain the URL, whose signature is a secret.
#[derive(Debug, Error)]
pub(crate) enum PutError {
    /// Malformed.
    #[error("the ResponseURL is not a URL")]
    NotAUrl,
    /// No connection, or no response.
    #[error("the host of the ResponseURL cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No response in time.
    #[error("the host of the ResponseURL did not answer in time")]
    TimedOut,
    /// A response other than a success.
    #[error("the message was refused with {0}")]
    Refused(StatusCode),
}

/// Sends `message`. Three attempts, if the host cannot be reached or has an error.
pub(crate) async fn put(url: &str, message: String) -> Result<(), PutError> {
    let url: Uri = url.parse().map_err(|_| PutError::NotAUrl)?;
    let mut pauses = PAUSES.iter();
    loop {
        let sent = timeout(ATTEMPT_TIMEOUT, send(&url, message.clone())).await;
        match (sent.unwrap_or(Err(PutError::TimedOut)), pauses.next()) {
            (Err(PutError::Unreachable(_) | PutError::TimedOut), Some(pause)) => {
                sleep(*pause).await;
            }
            (Err(PutError::Refused(status)), Some(pause)) if status.is_server_error() => {
                sleep(*pause).await;
            }
            (sent, _) => return sent,
        }
    }
}

async fn send(url: &Uri, message: String) -> Result<(), PutError> {
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Full<bytes::Bytes>>(connector);
    // Without a Content-Type: the signature does not cover one.
    let request = Request::put(url.clone())
        .body(Full::from(message))
        .map_err(|_| PutError::NotAUrl)?;
    let response = client
        .request(request)
        .await
        .map_err(|error| PutError::Unreachable(error.into()))?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(PutError::Refused(status)),
    }
}
